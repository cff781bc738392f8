"""``vitrina import``: products of other shops, again and again with the same result."""

import csv
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vitrina.cli.imports import shopify, woocommerce
from vitrina.cli.imports.parsed import Fault, Faults, Line, Parsed
from vitrina.cli.imports.reading import grouped, read
from vitrina.cli.imports.storing import Pictures, Tally, store
from vitrina.cli.shop import open_shop
from vitrina.core import clock
from vitrina.core import store as the_store
from vitrina.core.db import committing, session

BATCH = 200
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


class Reader(Protocol):
    """Makes products of groups of rows."""

    @property
    def needs(self) -> Sequence[str]: ...

    def parse(self, key: str, lines: Any, faults: Faults) -> Parsed | None: ...


class _Undo(Exception):
    """Leaves a dry run's transaction without a trace."""


@click.group()
def imports() -> None:
    """Bring in products from another shop; a second run changes only what differs."""


@imports.command("shopify")
@click.argument("file", type=FILE)
@click.option("--images", type=FOLDER, help="A folder with the pictures, found by file name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
def shopify_command(file: Path, images: Path | None, dry_run: bool) -> None:
    """Bring in FILE, a product export of Shopify (CSV)."""
    open_shop()
    reader = shopify.Shopify(the_store.current().currency)
    run(file, reader, shopify.key, images, dry_run)


@imports.command("woocommerce")
@click.argument("file", type=FILE)
@click.option("--images", type=FOLDER, help="A folder with the pictures, found by file name.")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and change nothing.")
def woocommerce_command(file: Path, images: Path | None, dry_run: bool) -> None:
    """Bring in FILE, a product export of WooCommerce (CSV)."""
    open_shop()
    reader = woocommerce.WooCommerce(the_store.current().currency, clock.now())
    run(file, reader, woocommerce.key, images, dry_run)


def run(file: Path, reader: Reader, key: Any, images: Path | None, dry_run: bool) -> Tally:
    """Read ``file`` and store what is in it, batch by batch; prints a summary.

    Raises UnreadableFile.
    """
    session.rollback()
    faults = Faults()
    tally = Tally()
    files = Pictures(images, dry=dry_run)
    rows = sum(1 for _ in read(file, needs=reader.needs))
    console = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=True) as progress:
        bar = progress.add_task(f"Reading {file.name}", total=rows)
        parsed = _parsed(file, reader, key, faults, lambda count: progress.advance(bar, count))
        while batch := list(islice(parsed, BATCH)):
            tally += _store(batch, files, faults, dry_run)
    report = _write_faults(file, faults)
    _say(tally, rows, faults, report, dry_run)
    return tally


def _parsed(file: Path, reader: Reader, key: Any, faults: Faults, advance: Any) -> Iterator[Parsed]:
    def lines() -> Iterator[Line]:
        return read(file, needs=reader.needs)

    for name, group in grouped(lines, key):
        advance(len(group))
        found = reader.parse(name, group, faults)
        if found is not None:
            yield found


def _store(batch: list[Parsed], files: Pictures, faults: Faults, dry_run: bool) -> Tally:
    """Store a batch in a transaction of its own; a dry run takes everything back."""
    tally = Tally()
    try:
        with committing():
            tally = store(batch, files, faults)
            if dry_run:
                raise _Undo
    except _Undo:
        pass
    session.remove()
    return tally


def _write_faults(file: Path, faults: list[Fault]) -> Path | None:
    """Write the faults beside the file; an older report goes when there are none."""
    report = file.with_name(f"{file.name}.errors.csv")
    if not faults:
        report.unlink(missing_ok=True)
        return None
    with report.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(["line", "product", "column", "value", "reason", "outcome"])
        for fault in sorted(faults, key=lambda one: one.line):
            outcome = "left out" if fault.left_out else "went in"
            cells = (fault.key, fault.column, fault.value, fault.reason, outcome)
            writer.writerow([fault.line, *map(_harmless, cells)])
    return report


def _harmless(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def _say(tally: Tally, rows: int, faults: list[Fault], report: Path | None, dry_run: bool) -> None:
    left_out = len({fault.line for fault in faults if fault.left_out})
    mended = len({fault.line for fault in faults if not fault.left_out})
    if dry_run:
        click.echo("A dry run: nothing was stored.")
    click.echo(f"rows         {rows}")
    click.echo(f"created      {tally.created}")
    click.echo(f"changed      {tally.changed}")
    click.echo(f"unchanged    {tally.unchanged}")
    click.echo(f"variants     {tally.variants}")
    click.echo(f"with faults  {left_out} rows left out, {mended} rows mended")
    if report is not None:
        click.echo(f"Line and reason of each: {report}")
