"""Set-up says what it does and, where it cannot, what to do about it."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

import bootstrap
from downloads import Download, announce, brings_cuda, check_room, heavy, plan
from environment import Environment, check_environments, check_python, fingerprint
from reasons import SetupError, explain
from system import Machine, Outcome, install_packages

CONSTRAINTS = """
pip==26.3  # 2 MB
torch==2.13.0  # 192 MB; with CUDA 2740 MB
PySide6-Addons==6.11.3  # 175 MB
soxr==1.1.0
"""
NO_NETWORK = [
    "WARNING: Retrying (Retry(total=0)) after connection broken by 'NewConnectionError(...)'",
    "ERROR: Could not find a version that satisfies the requirement numpy>=2.0",
    "ERROR: No matching distribution found for numpy>=2.0",
]


class PretendMachine(Machine):
    """Answers as it was told to, and remembers what it was asked to do."""

    def __init__(
        self,
        *,
        is_root: bool = False,
        has_venv: bool = True,
        free_mb: int = 100_000,
        answer: Outcome | None = None,
    ) -> None:
        self.commands: list[list[str]] = []
        self._is_root = is_root
        self._has_venv = has_venv
        self._free_mb = free_mb
        self._answer = answer or Outcome(0, [])

    def ask(self, command: list[str], on_line: Callable[[str], None] | None = None) -> Outcome:
        self.commands.append(command)
        return self._answer

    def hand_over(self, command: list[str], folder: Path) -> int:
        self.commands.append(command)
        return self._answer.code

    def disk(self, folder: Path) -> int:
        return 2 if folder == Path("/elsewhere") else 1

    def free_mb(self, folder: Path) -> int:
        return self._free_mb

    def can_make_environments(self) -> bool:
        return self._has_venv

    def may_install(self) -> bool:
        return self._is_root

    def missing_packages(self) -> list[str]:
        return []


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder with just what set-up reads."""
    (tmp_path / "packaging").mkdir()
    (tmp_path / "packaging" / "constraints.txt").write_text(CONSTRAINTS)
    (tmp_path / "pyproject.toml").write_text(
        "[build-system]\n[project]\n[tool.hatch]\n[tool.ruff]\nline-length = 100\n"
    )
    return tmp_path


def test_an_old_python_is_told_which_one_to_take() -> None:
    with pytest.raises(SetupError, match=r"this is 3\.9\..*make setup PYTHON=python3\.11"):
        check_python((3, 9), newer=[])


def test_an_old_python_names_a_newer_one_that_is_there() -> None:
    with pytest.raises(SetupError, match=r"python3\.12 is here"):
        check_python((3, 10), newer=["python3.12"])


def test_a_new_python_passes() -> None:
    check_python((3, 14), newer=[])


@pytest.mark.parametrize("path", sorted(Path(bootstrap.__file__).parent.glob("*.py")), ids=str)
def test_an_old_python_can_read_the_scripts(path: Path) -> None:
    ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 6))


def test_a_python_without_venv_is_told_the_package() -> None:
    with pytest.raises(SetupError, match="sudo apt-get install python3-venv"):
        check_environments(PretendMachine(has_venv=False))


def test_root_gets_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    machine = PretendMachine(is_root=True)

    install_packages(["python3-venv", "libegl1"], machine)

    assert machine.commands[-1][-2:] == ["python3-venv", "libegl1"]
    assert "Installing system packages: python3-venv, libegl1" in capsys.readouterr().out


def test_others_are_told_the_line_that_installs_libraries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    machine = PretendMachine()

    install_packages(["libegl1", "libgl1"], machine)

    assert machine.commands == []
    line = "sudo apt-get install --yes --no-install-recommends libegl1 libgl1"
    assert line in capsys.readouterr().out


def test_a_failed_library_does_not_end_set_up(capsys: pytest.CaptureFixture[str]) -> None:
    machine = PretendMachine(is_root=True, answer=Outcome(100, ["E: Unable to locate libegl1"]))

    install_packages(["libegl1"], machine)

    assert "That failed (E: Unable to locate libegl1)" in capsys.readouterr().out


def test_the_download_is_the_sum_of_what_is_missing() -> None:
    assert plan(CONSTRAINTS, set(), with_cuda=False).megabytes == 2 + 192 + 175
    assert plan(CONSTRAINTS, set(), with_cuda=True).megabytes == 2 + 2740 + 175
    assert plan(CONSTRAINTS, {"pip", "pyside6_addons", "torch"}, with_cuda=True).megabytes == 0


def test_heavy_wheels_are_steps_of_their_own_until_they_are_there() -> None:
    assert heavy(CONSTRAINTS, set()) == ["torch", "PySide6-Addons"]
    assert heavy(CONSTRAINTS, {"torch"}) == ["PySide6-Addons"]


@pytest.mark.parametrize(
    ("versions", "platform", "expected"),
    [
        ("2.14.0, 2.13.0+cpu, 2.13.0", "linux", False),
        ("2.14.0+cpu, 2.13.0", "linux", True),
        ("2.13.0+cu130, 2.13.0", "linux", True),
        ("2.14.0, 2.13.0", "darwin", False),
        ("2.14.0, 2.13.0", "win32", False),
    ],
    ids=["cpu build on offer", "cpu build of another", "cuda build", "macos", "windows"],
)
def test_the_build_of_torch_is_known_beforehand(
    versions: str, platform: str, expected: bool
) -> None:
    assert brings_cuda([f"Available versions: {versions}"], CONSTRAINTS, platform) is expected


def test_the_size_is_said_before_the_download(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Download(2900, with_cuda=True))

    said = capsys.readouterr().out
    assert "about 2900 MB" in said
    assert "A smaller torch" in said


def test_nothing_to_download_is_not_announced(capsys: pytest.CaptureFixture[str]) -> None:
    announce(Download(0, with_cuda=False))

    assert capsys.readouterr().out == ""


def test_too_little_disk_is_refused_before_the_download() -> None:
    machine = PretendMachine(free_mb=4999)

    with pytest.raises(SetupError, match="needs about 5000 MB, and the disk of /here and /tmp has"):
        check_room(Download(1000, with_cuda=False), machine, Path("/here"), [Path("/tmp")])


def test_disks_are_counted_one_by_one() -> None:
    machine = PretendMachine(free_mb=4000)

    check_room(Download(1000, with_cuda=False), machine, Path("/here"), [Path("/elsewhere")])


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (NO_NETWORK, "No network: pip cannot reach its package index"),
        (["OSError: [Errno 28] No space left on device"], "The disk is full"),
        (["SSLError(SSLCertVerificationError(1, 'CERTIFICATE_VERIFY_FAILED'"], "PIP_CERT="),
        (["ProxyError('Tunnel connection failed: 407 Proxy"], "HTTPS_PROXY="),
        (["ERROR: HTTP error 403 Client Error: Forbidden"], "pip config list"),
        (["ERROR: No matching distribution found for torch>=2.6"], "has no torch for this Python"),
        (["[Errno 13] Permission denied: '/x/.venv/lib'"], "/x/.venv/lib may not be written to"),
        (["ERROR: THESE PACKAGES DO NOT MATCH THE HASHES"], "pip cache purge"),
        (["ERROR: something new"], "ERROR: something new. All that was said is in set-up.log"),
    ],
    ids=["network", "disk", "certificate", "proxy", "login", "python", "owner", "hash", "unknown"],
)
def test_what_pip_says_becomes_one_line_with_a_way_out(lines: list[str], expected: str) -> None:
    message = explain(lines, Path("set-up.log"))

    assert expected in message
    assert "\n" not in message


def test_set_up_that_fails_leaves_no_stamp(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    environment = Environment(checkout, PretendMachine(answer=Outcome(1, NO_NETWORK)))

    with pytest.raises(SetupError, match="No network"):
        environment.set_up()

    assert not (checkout / ".venv" / "set-up-for").exists()


def test_what_was_interrupted_is_installed_again(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    packages = checkout / ".venv" / "lib"
    (packages / "torch-2.13.0.dist-info").mkdir(parents=True)
    (packages / "pip-26.3.dist-info").mkdir()
    (packages / "pip-26.3.dist-info" / "RECORD").touch()
    machine = PretendMachine(answer=Outcome(0, ["2.13.0+cpu"]))

    Environment(checkout, machine).set_up()

    assert not (packages / "torch-2.13.0.dist-info").exists()
    assert "about 367 MB" in capsys.readouterr().out


def test_set_up_that_is_done_asks_nothing_again(checkout: Path) -> None:
    machine = PretendMachine(answer=Outcome(0, ["2.13.0+cpu"]))
    environment = Environment(checkout, machine)
    python = Path(environment.program("python"))
    python.parent.mkdir(parents=True)
    python.touch()
    environment.set_up()
    machine.commands.clear()

    environment.set_up()

    assert machine.commands == []


def test_only_what_decides_what_is_installed_asks_for_set_up(checkout: Path) -> None:
    pins = checkout / "packaging" / "constraints.txt"
    settings = checkout / "pyproject.toml"
    before = fingerprint(checkout, pins)

    settings.write_text(settings.read_text().replace("100", "120"))
    assert fingerprint(checkout, pins) == before

    pins.write_text(CONSTRAINTS.replace("1.1.0", "1.1.1"))
    assert fingerprint(checkout, pins) != before


@pytest.mark.parametrize(
    ("variables", "platform", "expected"),
    [
        ({}, "linux", False),
        ({"DISPLAY": ":0"}, "linux", True),
        ({"WAYLAND_DISPLAY": "wayland-0"}, "linux", True),
        ({}, "darwin", True),
    ],
    ids=["bare", "x11", "wayland", "macos"],
)
def test_a_display_is_found(variables: dict[str, str], platform: str, expected: bool) -> None:
    assert bootstrap.has_display(variables, platform) is expected


def test_a_job_ends_with_its_first_failure(checkout: Path) -> None:
    machine = PretendMachine(answer=Outcome(3, []))
    environment = Environment(checkout, machine)

    code = bootstrap.run_job(environment, machine, bootstrap.JOBS["test"], ["-k", "words"])

    assert code == 3
    assert len(machine.commands) == 1


def test_arguments_go_to_the_job_itself(checkout: Path) -> None:
    machine = PretendMachine()
    environment = Environment(checkout, machine)

    bootstrap.run_job(environment, machine, bootstrap.JOBS["test"], ["-k", "words"])

    assert machine.commands[-1][-2:] == ["-k", "words"]
    assert machine.commands[0][-2:] == ["--check", "."]


def test_the_makefile_and_the_script_know_the_same_jobs(repository: Path) -> None:
    targets = (repository / "Makefile").read_text(encoding="utf-8")
    (listed,) = (line for line in targets.splitlines() if line.startswith("run setup "))

    assert set(listed.rstrip(":").split()) == {"run", "setup", *bootstrap.JOBS}


def test_an_unknown_job_is_wrong_use(capsys: pytest.CaptureFixture[str]) -> None:
    assert bootstrap.main(["dance"]) == 2
    assert "usage:" in capsys.readouterr().err
