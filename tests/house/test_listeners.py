"""Whatever listens or works in the house is known to a process that imports the listeners alone."""

import ast
import subprocess
import sys
from pathlib import Path

import vitrina

HOUSE = Path(vitrina.__file__).parent
REGISTERS = {"on", "task"}
PRINT = "import vitrina.listeners; from vitrina.core.events import HANDLERS; print(*HANDLERS)"


def _declared() -> set[str]:
    """The names of all functions under ``@on(...)`` and ``@task``, read from the source."""
    found = set()
    for file in HOUSE.rglob("*.py"):
        room = ".".join(file.relative_to(HOUSE).with_suffix("").parts)
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.FunctionDef) and any(map(_registers, node.decorator_list)):
                found.add(f"{room}.{node.name}")
    return found


def _registers(decorator: ast.expr) -> bool:
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(name, ast.Name) and name.id in REGISTERS


def test_the_worker_knows_every_handler() -> None:
    printed = subprocess.run(
        [sys.executable, "-c", PRINT], capture_output=True, text=True, check=True, timeout=60
    )
    assert "catalog.pictures.render" in _declared()
    assert _declared() - set(printed.stdout.split()) == set()
