"""``vitrina prove``: try to break a copy of the shop, and say what held."""

import tempfile
from pathlib import Path

import click

from vitrina.config import load
from vitrina.prove import scratch
from vitrina.prove.plan import GUARDS, Plan
from vitrina.prove.reporting import as_html, as_text
from vitrina.prove.trial import prove as run_trial


@click.command()
@click.option("--buyers", default=200, show_default=True, type=click.IntRange(20, 100_000))
@click.option("--kills", default=20, show_default=True, type=click.IntRange(0, 10_000))
@click.option("--seed", default=1, show_default=True, help="The same seed, the same mischief.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--without",
    type=click.Choice(sorted(GUARDS)),
    default=None,
    help="Take a guard out, to see that the proof notices.",
)
@click.option(
    "--restart-database",
    default="",
    metavar="COMMAND",
    help="How to restart the database server in the middle; else its connections are cut.",
)
@click.pass_context
def prove(
    context: click.Context,
    buyers: int,
    kills: int,
    seed: int,
    page: Path | None,
    without: str | None,
    restart_database: str,
) -> None:
    """Buy, double-click, refund, kill and cut for a while, then look whether everything is right.

    It works in an empty database of its own beside the shop's (a new file, or a new database on
    the same PostgreSQL server), which is removed afterwards. Exit code 1 when a promise broke.
    """
    plan = Plan(buyers, kills, seed, without or "", restart_database)
    with (
        tempfile.TemporaryDirectory(prefix="vitrina-prove-") as folder,
        scratch.database(load().database_url, Path(folder)) as url,
    ):
        report = run_trial(plan, Path(folder), url, _tell)
    click.echo("", err=True)
    click.echo(as_text(report))
    if page is not None:
        page.write_text(as_html(report))
        click.echo(f"The report is in {page}.")
    context.exit(0 if report.held else 1)


_WIDTH = 30


def _tell(title: str, done: int, total: int) -> None:
    """A line for each part, and a bar under it while there is something to count."""
    if title:
        click.echo(f"\n{title}", err=True)
    if total:
        full = _WIDTH * done // total
        bar = "#" * full + "-" * (_WIDTH - full)
        click.echo(f"\r  [{bar}] {done}/{total} ", err=True, nl=False)
