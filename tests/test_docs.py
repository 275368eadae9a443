"""What the documents show runs as it stands there, and what they link to exists."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PAGES = ["README.md", *sorted(f"docs/{path.name}" for path in Path("docs").glob("*.md"))]
LINK = re.compile(r"\]\(([^)#:]+)(?:#[^)]*)?\)")


def blocks(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("number", range(3))
def test_the_python_page_runs_as_it_stands(repository: Path, number: int) -> None:
    code = blocks(repository / "docs" / "python.md")[number]
    run = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=repository,
        env={**os.environ, "PYTHONPATH": str(repository)},
    )
    assert run.returncode == 0, run.stderr
    assert "WORDS" in run.stdout


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(repository: Path, page: str) -> None:
    path = repository / page
    missing = [
        link
        for link in LINK.findall(path.read_text(encoding="utf-8"))
        if not (path.parent / link).exists()
    ]
    assert missing == []
