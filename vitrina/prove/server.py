"""The shop of a trial: as ever, or without the guard named in ``VITRINA_PROVE_WITHOUT``.

The worker that ``serve`` starts is this module too, so that it does without the guard as well.
"""

import os
import sys

from vitrina.cli.main import main
from vitrina.prove import sabotage


def run() -> None:
    """Run a command of the shop's."""
    without = os.environ.get("VITRINA_PROVE_WITHOUT", "")
    if without:
        sabotage.take_out(without)
    main(sys.argv[1:])


if __name__ == "__main__":
    run()
