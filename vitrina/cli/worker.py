"""``vitrina worker``: what is owed after a request, on this host or another."""

import click

from vitrina.cli.shop import open_shop
from vitrina.core import jobs


@click.command()
@click.option("--once", is_flag=True, help="Do what is due now, and end.")
def worker(once: bool) -> None:
    """Run jobs and recurring tasks until SIGTERM. Several may run at the same time."""
    open_shop()
    if once:
        jobs.run_recurring()
        click.echo(f"{jobs.drain()} jobs done.")
        return
    jobs.work(jobs.stop_on_signals())
