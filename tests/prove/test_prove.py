"""``vitrina prove`` as a merchant runs it: it ends well, and badly as soon as a guard is out."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from vitrina.prove.plan import GUARDS

SECONDS = 900


def prove(url: str, folder: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("VITRINA_")},
        "VITRINA_ENV": "testing",
        "VITRINA_SECRET_KEY": "a-secret-key-for-tests-0123456789abcdef",
        "VITRINA_DATA_DIR": str(folder),
        "VITRINA_DATABASE_URL": url,
    }
    return subprocess.run(
        [sys.executable, "-m", "vitrina", "prove", *words],
        env=environ,
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )


def test_everything_holds_while_processes_die(database: str, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    told = prove(database, tmp_path, "--buyers", "40", "--kills", "3", "--html", str(page))
    assert told.returncode == 0, told.stdout + told.stderr[-3000:]
    assert "All 11 promises held." in told.stdout
    assert "What held" in page.read_text()


@pytest.mark.parametrize("guard", ["stock"])
def test_without_a_guard_it_fails_and_says_why(database: str, tmp_path: Path, guard: str) -> None:
    told = prove(database, tmp_path, "--buyers", "60", "--kills", "0", "--without", guard)
    assert told.returncode == 1, told.stdout + told.stderr[-3000:]
    assert "BROKEN" in told.stdout
    assert "pieces were sold of 3" in told.stdout


SAID = {
    "coupon": "orders used it",
    "gift_card": "too much",
    "refund": "are to go back",
    "checkout_key": "paid orders",
    "refund_key": "went back that nobody asked for",
    "reconciler": "of payment",
    "outbox": "has 0 confirmations",
}
KILLS = {"outbox": "10", "refund_key": "2", "reconciler": "2"}


def test_every_guard_is_taken_out_in_some_test() -> None:
    assert set(GUARDS) == {"stock", *SAID}


@pytest.mark.long
@pytest.mark.parametrize("guard", sorted(SAID))
def test_without_any_guard_it_fails(database: str, tmp_path: Path, guard: str) -> None:
    kills = KILLS.get(guard, "0")
    told = prove(database, tmp_path, "--buyers", "80", "--kills", kills, "--without", guard)
    assert told.returncode == 1, told.stdout + told.stderr[-3000:]
    assert "BROKEN" in told.stdout
    assert SAID[guard] in told.stdout


@pytest.mark.long
def test_it_holds_for_five_hundred_buyers_and_a_hundred_kills(
    database: str, tmp_path: Path
) -> None:
    told = prove(database, tmp_path, "--buyers", "500", "--kills", "100")
    assert told.returncode == 0, told.stdout + told.stderr[-3000:]
