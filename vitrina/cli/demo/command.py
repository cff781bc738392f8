"""``vitrina demo``: fill an empty shop with Isoline, a shop of prints drawn by code."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random
from typing import Any

import click
import sqlalchemy as sa
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from vitrina.catalog.models.products import Product
from vitrina.cli.demo import catalogue, opinions
from vitrina.cli.demo.history import History
from vitrina.cli.demo.people import strangers, welcome
from vitrina.cli.shop import open_shop
from vitrina.core import clock, store
from vitrina.core.db import session
from vitrina.payments import registry
from vitrina.payments.providers.sandbox import Sandbox

SEED = 1
ORDERS = 180


@click.command()
@click.option(
    "--products",
    type=click.IntRange(min=1),
    help="This many products in all; more than the curated ones are made from further seeds.",
)
@click.option(
    "--orders", type=click.IntRange(min=0), default=ORDERS, show_default=True, help="Past orders."
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Same seed, same shop.")
def demo(products: int | None, orders: int, seed: int) -> None:
    """Fill an empty shop with Isoline, a shop of prints drawn by code.

    There are 64 prints in ten families, a few files, customers, reviews and the orders of the last
    90 days. A shop that has products already is left alone.
    """
    open_shop()
    if session.scalar(sa.select(Product.id).limit(1)) is not None:
        if store.current().demo_seed == seed:
            click.echo(f"The demo with seed {seed} is here already; nothing was changed.")
            return
        raise click.ClickException("the shop has products; the demo goes into an empty one only")
    load_demo(products=products, orders=orders, seed=seed)


def load_demo(*, products: int | None = None, orders: int = ORDERS, seed: int = SEED) -> None:
    """Fill the connected, empty shop; ``products`` in all, and ``orders`` in the past.

    Raises ClickException when there are to be orders and the sandbox is not offered.
    """
    if orders and all(provider.code != Sandbox.code for provider in registry.everyone()):
        raise click.ClickException(
            "past orders are paid at the sandbox: set VITRINA_SANDBOX=on, or take --orders 0"
        )
    now = clock.now()
    with _steps() as step:
        gallery = catalogue.draw(products or catalogue.least(), seed, step("Drawing prints"))
        _build(gallery, orders, seed, now, step)


def _build(gallery: catalogue.Gallery, orders: int, seed: int, now: datetime, step: "Step") -> None:
    told = step("Hanging the catalogue")(1)
    built = catalogue.build(gallery, seed, now)
    told()
    dice = Random(f"history {seed}")
    told = step("Welcoming customers")(1)
    people = welcome(strangers(), dice, now - catalogue.OPENED)
    told()
    liked = list(built.prints.values())
    dice.shuffle(liked)
    history = History(dice, now, people, liked, list(built.files.values()))
    history.live(orders, step("Living through orders")(orders))
    told = step("Counting and indexing")(1)
    opinions.review(history.bought, dice, now)
    opinions.ask(people, now)
    catalogue.finish(built, seed)
    told()


Step = Callable[[str], Callable[[int], Callable[[], Any]]]


@contextmanager
def _steps() -> Iterator[Step]:
    """A bar for each step: ``step(words)(how many)`` gives what to call after each of them."""
    columns = (
        TextColumn("{task.description:<24}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns) as progress:

        def step(words: str) -> Callable[[int], Callable[[], Any]]:
            def begin(total: int) -> Callable[[], Any]:
                bar = progress.add_task(words, total=total)
                return lambda: progress.advance(bar)

            return begin

        yield step
