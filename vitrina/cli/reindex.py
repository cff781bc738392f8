"""``vitrina reindex``: the listing and search index, from the catalogue."""

import click
from rich.progress import Progress

from vitrina.cli.shop import open_shop
from vitrina.core.db import committing
from vitrina.search import actions


@click.command()
def reindex() -> None:
    """Build the search index anew. The shop goes on selling meanwhile."""
    open_shop()
    with Progress(transient=True) as progress, committing():
        bar = progress.add_task("Indexing", total=None)
        done = actions.reindex_all(
            progress=lambda done, total: progress.update(bar, completed=done, total=total)
        )
    click.echo(f"{done} products indexed.")
