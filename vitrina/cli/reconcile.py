"""``vitrina reconcile``: bring the shop's books and the payment providers' together."""

import click

from vitrina.checkout import reconciling
from vitrina.cli.shop import open_shop


@click.command()
@click.pass_context
def reconcile(context: click.Context) -> None:
    """Ask the providers about every payment of the last 30 days, and repair what differs.

    Exit code 1 when something is left that only people can repair.
    """
    open_shop()
    with click.progressbar(length=1, label="Asking the providers", width=40) as bar:

        def progress(done: int, total: int) -> None:
            bar.length = total
            bar.update(done - bar.pos)

        report = reconciling.reconcile(everything=True, progress=progress)
    click.echo(f"Asked about {report.asked}, repaired {len(report.repaired)}.")
    for line in report.repaired:
        click.echo(f"  repaired  {line}")
    for line in report.left:
        click.echo(f"  look at   {line}")
    context.exit(1 if report.left else 0)
