"""The libraries beneath: versions that are known to break are refused."""

import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from PySide6.QtGui import QImage, QPainter, QPen

CALLS = 1_000


def test_void_calls_of_qt_steal_no_reference_to_none() -> None:
    image = QImage(8, 8, QImage.Format.Format_ARGB32)
    painter, pen = QPainter(image), QPen()
    before = sys.getrefcount(None)

    for _ in range(CALLS):
        painter.setPen(pen)

    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < CALLS // 2


def test_the_pyside_that_crashes_is_refused(repository: Path) -> None:
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    requirements = [Requirement(line) for line in settings["project"]["dependencies"]]

    (pyside,) = [one.specifier for one in requirements if one.name == "PySide6"]

    assert not pyside.contains("6.12.0")
    assert pyside.contains("6.11.3")


def test_every_requirement_has_a_tested_version_that_fits(repository: Path) -> None:
    settings = tomllib.loads((repository / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"]
    requirements = [
        Requirement(line)
        for line in [
            *settings["project"]["dependencies"],
            *extras["hub"],
            *extras["parity"],
            *extras["dev"],
        ]
        if not line.startswith("sat-studio")
    ]
    constraints = (repository / "packaging" / "constraints.txt").read_text(encoding="utf-8")
    pins = dict(
        line.split("#")[0].strip().split("==") for line in constraints.splitlines() if "==" in line
    )

    for requirement in requirements:
        assert requirement.specifier.contains(pins[requirement.name]), requirement.name
