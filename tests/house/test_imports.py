"""Imports flow down: the contracts of pyproject.toml, as a test of their own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent

PLANTED = {
    "vitrina/tax/rules.py": "import sqlalchemy",
    "vitrina/tax/actions.py": "import flask",
    "vitrina/tax/queries.py": "import vitrina.drawing.studio",
    "vitrina/catalog/queries.py": "import vitrina.orders.models",
}


def lint(folder: Path) -> tuple[int, str]:
    """Check the contracts of the checkout in a folder; return the exit code and the report."""
    answer = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return answer.returncode, answer.stdout + answer.stderr


def test_every_import_contract_is_kept() -> None:
    code, report = lint(ROOT)
    assert code == 0, report


def test_a_planted_import_breaks_each_contract(tmp_path: Path) -> None:
    ignore = shutil.ignore_patterns("static", "translations", "__pycache__")
    shutil.copytree(ROOT / "vitrina", tmp_path / "vitrina", ignore=ignore)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for name, line in PLANTED.items():
        with (tmp_path / name).open("a") as file:
            file.write(f"\n{line}\n")
    code, report = lint(tmp_path)
    assert code == 1
    assert report.count(" BROKEN") == len(PLANTED), report
