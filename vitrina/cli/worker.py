"""``vitrina worker``: what is owed after a request, on this host or another."""

import click

from vitrina.cli.parent import end_with_parent
from vitrina.cli.shop import open_shop
from vitrina.core import jobs


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
@click.option("--with-parent", is_flag=True, hidden=True, help="End when standard input does.")
def worker(once: bool, with_parent: bool) -> None:
    """Run jobs and recurring tasks until SIGTERM. Several may run at the same time."""
    open_shop()
    if once:
        jobs.run_recurring()
        click.echo(f"{jobs.drain()} jobs done.")
        return
    stop = jobs.stop_on_signals()
    if with_parent:
        end_with_parent()
    jobs.work(stop)
