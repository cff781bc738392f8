"""The command line tells a script how it went."""

import subprocess
import sys

import pytest

from tests import make
from tests.conftest import Shop
from vitrina.cli.main import main
from vitrina.core.db import committing, session
from vitrina.payments.models import Payment


def vitrina(*words: str, shop: Shop) -> "subprocess.CompletedProcess[str]":
    url = shop.url
    environ = {
        "VITRINA_ENV": "testing",
        "VITRINA_SECRET_KEY": "a-secret-key-for-tests-0123456789abcdef",
        "VITRINA_DATA_DIR": str(shop.folder),
        "VITRINA_DATABASE_URL": url,
    }
    return subprocess.run(
        [sys.executable, "-m", "vitrina", *words],
        capture_output=True,
        text=True,
        env=environ,
        timeout=120,
        check=False,
    )


def test_the_doctor_ends_with_one_when_a_sum_is_wrong(shop: Shop) -> None:
    order = make.paid_order()
    shop.work()
    session.remove()
    assert vitrina("doctor", shop=shop).returncode == 0
    with committing():
        session.get_one(Payment, order.payments[0].id).captured -= 1
    session.remove()
    told = vitrina("doctor", shop=shop)
    assert told.returncode == 1
    assert "payment" in told.stdout


@pytest.mark.parametrize(("words", "code"), [(["no-such"], 2), (["doctor", "--no-such"], 2)])
def test_a_wrong_command_ends_with_two(words: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as ended:
        main(words)
    assert ended.value.code == code


def test_help_ends_well(capsys: pytest.CaptureFixture[str]) -> None:
    main(["--help"])
    assert "reconcile" in capsys.readouterr().out
