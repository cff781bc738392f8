"""The README's calls of the API, run as they are written."""

import os
import re
import subprocess
from pathlib import Path

import pytest

pytestmark = [pytest.mark.e2e, pytest.mark.xdist_group("e2e")]
README = Path(__file__).parents[2] / "README.md"


def test_the_calls_of_the_readme_buy_a_print(live_shop: str, tmp_path: Path) -> None:
    (script,) = re.findall(r"```sh\n(SHOP=.*?)```", README.read_text(), re.DOTALL)
    assert script.startswith("SHOP=http://127.0.0.1:5000\n")
    here = script.replace("SHOP=http://127.0.0.1:5000", f"SHOP={live_shop}", 1)
    strict = here.replace("curl -s ", "curl -sS --fail-with-body ")
    assert strict.count("--fail-with-body") >= 6
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", strict],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    bought, looked_at = re.findall(r'"number": ?"([^"]+)"', done.stdout)
    assert looked_at == bought  # the order stands in its buyer's history
    assert done.stdout.replace(" ", "").count('"payment_status":"paid"') == 2
