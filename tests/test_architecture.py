"""The rules of the house that neither ruff nor import-linter can say."""

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("engine", "sat_studio")
LONGEST_FILE = 400
KNOWS_THE_RATE = {"engine/clock.py", "engine/model/config.py", "engine/model/features.py"}
FORBIDDEN_WORDS = ("TO" + "DO", "FIX" + "ME", "daemon=True", "processEvents", "moveToThread")


def sources(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.py"))


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


every_source = pytest.mark.parametrize("path", sources(*PACKAGES), ids=named)


def modules_after_importing(code: str) -> set[str]:
    """Return the names in ``sys.modules`` of a fresh interpreter that ran ``code``."""
    code = f"import sys\n{code}\nprint(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def every_module_of(package: str) -> str:
    """Return code that imports every module of ``package``."""
    return (
        f"import pkgutil, importlib, {package} as package\n"
        "for found in pkgutil.walk_packages(package.__path__, package.__name__ + '.'):\n"
        "    importlib.import_module(found.name)"
    )


@pytest.mark.parametrize(
    "code",
    [
        "import engine",
        "import engine.session",
        "import engine.cli",
        "import sat_studio.app",
        "import sat_studio.__main__",
    ],
)
def test_importing_needs_no_torch(code: str) -> None:
    assert "torch" not in modules_after_importing(code)


@pytest.mark.parametrize("code", ["import engine.session", "import engine.cli"])
def test_the_engine_needs_no_qt(code: str) -> None:
    assert not {"PySide6", "pyqtgraph"} & modules_after_importing(code)


def test_view_models_need_no_window() -> None:
    modules = modules_after_importing(every_module_of("sat_studio.viewmodels"))

    assert not {"PySide6.QtWidgets", "PySide6.QtGui", "pyqtgraph", "torch"} & modules


def test_views_need_no_torch() -> None:
    modules = modules_after_importing(every_module_of("sat_studio.views"))

    assert not {"torch", "soundfile", "sounddevice", "engine.session"} & modules


def test_the_network_stands_on_torch_alone() -> None:
    modules = modules_after_importing(every_module_of("engine.model"))

    ours = {name for name in modules if name.startswith("engine.")}
    assert {name for name in ours if not name.startswith("engine.model")} <= {
        "engine.clock",
        "engine.errors",
    }
    assert not {"transformers", "soundfile", "soxr", "PySide6"} & modules


@every_source
def test_the_sample_rate_and_the_hop_are_written_once(path: Path) -> None:
    if named(path) in KNOWS_THE_RATE:
        return
    numbers = {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and type(node.value) in (int, float)
    }
    assert not numbers & {16_000, 320}


@every_source
def test_sources_hold_no_word_that_the_house_forbids(path: Path) -> None:
    text = path.read_text(encoding="utf-8")

    assert not [word for word in (*FORBIDDEN_WORDS, "QThread(") if word in text]


@pytest.mark.parametrize("path", sources(*PACKAGES, "packaging", "tests"), ids=named)
def test_files_stay_short(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST_FILE


@every_source
def test_files_say_what_they_are_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))


@every_source
def test_imports_are_absolute(path: Path) -> None:
    imports = [
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom)
    ]
    assert not [node.module for node in imports if node.level]


def test_what_is_imported_is_declared() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    project = settings["project"]
    declared = {
        re.split(r"[^\w-]", line, maxsplit=1)[0].lower().replace("-", "_")
        for line in [
            *project["dependencies"],
            *project["optional-dependencies"]["hub"],
            *project["optional-dependencies"]["media"],
        ]
    }

    foreign = {name for path in sources(*PACKAGES) for name in imported_packages(path)}

    foreign -= {*sys.stdlib_module_names, *PACKAGES}
    assert {name.lower() for name in foreign} <= declared


def imported_packages(path: Path) -> set[str]:
    """Return the top-level packages that a file imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_the_folder_packaging_is_no_package() -> None:
    # It would shadow the library of that name, which transformers imports.
    assert not (ROOT / "packaging" / "__init__.py").exists()
