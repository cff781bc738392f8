"""Locks carry hashes and no addresses; tracked files name no folder of one machine."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from scripts.check_tracked import faults_in

ROOT = Path(__file__).parent.parent.parent
LOCKS = sorted(ROOT.glob("requirements*.txt"))


def pins(lock: Path) -> dict[str, str]:
    """Return the versions by package of a lock, a package with markers under each of them."""
    found = re.findall(r"^([a-z0-9][a-z0-9._-]*)(?:\[[^]]*\])?==(\S+)", lock.read_text(), re.M)
    return dict(found)


def test_no_tracked_file_carries_an_address_in_a_lock_or_a_folder_of_one_machine() -> None:
    answer = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_tracked.py"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements.txt", "--extra-index-url https://packages.example.com/simple"),
        ("requirements.txt", "--find-links /opt/wheels"),
        ("requirements-dev.txt", "flask @ file:///opt/wheels/flask.whl"),
        ("frontend/package-lock.json", '"resolved": "https://packages.example.com/vue.tgz",'),
        ("uv.lock", "version = 1"),
        ("docs/notes.md", "see /" + "home/ana/shop/vitrina"),
        ("docs/notes.md", "cd /srv/checkout/vitrina"),
    ],
)
def test_a_planted_address_or_folder_is_found(name: str, line: str) -> None:
    assert list(faults_in(name, line, root=Path("/srv/checkout")))


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("requirements.txt", "flask==3.1.3 \\"),
        ("frontend/package-lock.json", '"url": "https://opencollective.com/vite"'),
        ("README.md", "[The manual](https://docs.example.com)"),
    ],
)
def test_what_may_be_there_is_left_alone(name: str, line: str) -> None:
    assert not list(faults_in(name, line, root=Path("/srv/checkout")))


@pytest.mark.parametrize("lock", LOCKS, ids=lambda lock: lock.name)
def test_every_pin_of_a_lock_has_a_hash(lock: Path) -> None:
    entries = re.split(r"^(?=[a-z0-9])", lock.read_text(), flags=re.M)
    bare = [entry.splitlines()[0] for entry in entries if "==" in entry and "sha256:" not in entry]
    assert pins(lock)
    assert not bare


def test_tests_run_on_the_versions_that_production_gets() -> None:
    production, tested = pins(ROOT / "requirements.txt"), pins(ROOT / "requirements-dev.txt")
    differing = {name for name, version in production.items() if tested.get(name) != version}
    assert not differing
