"""Each attack of docs/attacks.md has a test, and a twin that shows that the test can fail."""

import importlib
from collections import Counter
from pathlib import Path

import pytest

ROWS = range(1, 33)


def rows(mark: str) -> Counter[int]:
    """How many tests of this folder carry a mark, by row."""
    found: Counter[int] = Counter()
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        module = importlib.import_module(f"tests.attacks.{file.stem}")
        tests = [test for name, test in vars(module).items() if name.startswith("test_")]
        marks = [one for test in tests for one in getattr(test, "pytestmark", ())]
        found.update(one.args[0] for one in marks if one.name == mark)
    return found


@pytest.mark.parametrize("mark", ["attack", "twin"])
def test_every_row_has_its_tests(mark: str) -> None:
    found = rows(mark)
    assert [row for row in ROWS if not found[row]] == []
    assert [row for row in found if row not in ROWS] == []
