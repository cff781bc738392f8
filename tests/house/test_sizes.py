"""A file that cannot be read in one sitting has more than one subject; so has a long function."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST_LINES = 300
MOST_OF_A_FUNCTION = 40
FOLDERS = ("vitrina", "tests", "bench")


def _files(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def _long_functions(text: str) -> Iterator[tuple[str, int]]:
    """Functions over the limit, with their lines; decorators do not count."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > MOST_OF_A_FUNCTION:
                yield node.name, lines


@pytest.mark.parametrize("folder", FOLDERS)
def test_no_file_is_longer_than_three_hundred_lines(folder: str) -> None:
    files = _files(folder)
    assert files
    sizes = {path: len(path.read_text().splitlines()) for path in files}
    assert {str(path.relative_to(ROOT)): n for path, n in sizes.items() if n > MOST_LINES} == {}


def test_no_function_of_the_shop_is_longer_than_forty_lines() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{name}": lines
        for path in _files("vitrina")
        for name, lines in _long_functions(path.read_text())
    }
    assert found == {}


def test_a_function_of_forty_one_lines_would_be_found() -> None:
    body = "\n".join("    pass" for _ in range(MOST_OF_A_FUNCTION))
    assert list(_long_functions(f"def long():\n{body}\n")) == [("long", 41)]
