"""``python -m vitrina`` is the ``vitrina`` command."""

from vitrina.cli.main import main

main()
