from pathlib import Path

import pytest

from engine.library.location import VARIABLE, folder_of


def test_an_option_goes_before_the_environment_and_that_before_the_users_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    own = folder_of()
    monkeypatch.setenv(VARIABLE, "~/voices")

    assert own.name == "library"
    assert "sat-studio" in own.parts
    assert folder_of() == Path.home() / "voices"
    assert folder_of(tmp_path / "asked") == tmp_path / "asked"
