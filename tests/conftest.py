"""What every test stands on: no screen, no network, no home folder, no thread left behind."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

# All of this must be said before Qt, torch or transformers is imported for the first time.
os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("OMP_NUM_THREADS", "2")
for switch in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
    os.environ[switch] = "1"


@pytest.fixture(scope="session")
def repository() -> Path:
    """Return the root of the checkout."""
    return Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def bootstrap_models(repository: Path) -> Path:
    """Return the folder that holds the embedded checkpoints, one folder for each task."""
    return repository / "assets" / "models" / "bootstrap"


@pytest.fixture(scope="session", autouse=True)
def _foreign_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep settings and data of the person who runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        yield


@pytest.fixture(autouse=True)
def _no_leaked_threads() -> Iterator[None]:
    """Fail a test that ends while a thread it started still runs."""
    before = set(threading.enumerate())
    yield
    leaked = [thread.name for thread in threading.enumerate() if thread not in before]
    if leaked:
        pytest.fail(f"threads left running: {', '.join(leaked)}")
