"""The worked example in the documentation is run as it stands."""

import doctest
from pathlib import Path

DOCUMENT = Path(__file__).parents[2] / "docs" / "pricing.md"


def test_the_worked_example_is_true() -> None:
    found = doctest.testfile(str(DOCUMENT), module_relative=False)
    assert found.attempted > 10
    assert found.failed == 0
