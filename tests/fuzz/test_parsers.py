"""A few bad inputs for every parser; ``make fuzz`` tries many."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from parser import Parser, examine
from parsers import PARSERS

EXAMPLES = 15


@pytest.mark.parametrize("parser", PARSERS, ids=lambda parser: parser.name)
def test_bad_input_gives_a_result_or_one_line(parser: Parser, tmp_path: Path) -> None:
    read, strategy = parser.open(tmp_path)

    @settings(
        max_examples=EXAMPLES,
        database=None,
        deadline=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def try_one(content: bytes) -> None:
        examine(parser, read, content)

    try_one()
