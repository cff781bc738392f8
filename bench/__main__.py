"""``python -m bench``: the shop against the yardstick, on SQLite and on PostgreSQL."""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy.engine import create_engine
from sqlalchemy.sql import text

from bench import load, world
from bench.load import Refused
from bench.pricing import pricing

RESULTS = Path(__file__).parent / "results"
UNCACHED = "currency=EUR"
"""A shopper who chose a currency gets private pages, which are never kept."""


@dataclass(frozen=True)
class Case:
    """Something to measure: ``run(seconds)`` gives how often a second it gets through."""

    name: str
    run: Callable[[float], float]
    bytes: Callable[[], int]
    paths: tuple[str, ...] = ()


@dataclass
class Result:
    """What was measured of a case on one database; ``ratio`` is the median of the rounds."""

    name: str
    bytes: int = 0
    rates: list[float] = field(default_factory=list)
    yardsticks: list[float] = field(default_factory=list)
    statements: int | None = None
    fault: str = ""

    @property
    def ratio(self) -> float:
        pairs = zip(self.rates, self.yardsticks, strict=True)
        return statistics.median(rate / measure for rate, measure in pairs)


def main() -> int:
    given = _arguments()
    found: dict[str, list[Result]] = {}
    for kind in given.databases:
        with tempfile.TemporaryDirectory(prefix="vitrina-bench-") as name:
            with _database(kind, Path(name)) as url:
                found[kind] = _measure(Path(name), url, given)
        _print(kind, found[kind])
    _write(found, given)
    return 1 if any(result.fault for results in found.values() for result in results) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    env = os.environ.get
    parser.add_argument("--rounds", type=int, default=int(env("ROUNDS", "3")))
    parser.add_argument("--seconds", type=float, default=float(env("SECONDS", "3")))
    parser.add_argument("--products", type=int, default=1000)
    parser.add_argument("--only", default="", help="cases whose name contains this")
    parser.add_argument(
        "--databases", nargs="+", choices=("sqlite", "postgresql"), default=["sqlite", "postgresql"]
    )
    return parser.parse_args()


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'shop.db'}"
        return
    from tests import postgres

    name = f"bench_{os.getpid()}"
    url = postgres.create_database(name)
    try:
        yield url
    finally:
        postgres.drop_database(name)


def _measure(folder: Path, url: str, given: argparse.Namespace) -> list[Result]:
    shop = world.environment(folder, url, world.free_port())
    world.seed(shop, given.products)
    measure = world.environment(folder, url, world.free_port())
    cases = [case for case in _cases(shop, url) if given.only in case.name]
    results = {case.name: Result(case.name) for case in cases}
    with (
        world.serving(["vitrina", "serve"], shop, "/healthz"),
        world.serving(["bench.yardstick"], measure, "/0"),
    ):
        for case in cases:
            _try(results[case.name], lambda result, case=case: _prepare(case, result))
        for _ in range(given.rounds):
            for case in cases:
                if not results[case.name].fault:
                    port = int(measure["PORT"])
                    _try(
                        results[case.name],
                        lambda result, case=case, port=port: _round(case, result, port, given),
                    )
    _count(shop, url, cases, results)
    return list(results.values())


def _try(result: Result, step: Callable[[Result], None]) -> None:
    try:
        step(result)
    except (Refused, OSError) as fault:
        result.fault = " ".join(str(fault).split())[:70]


def _prepare(case: Case, result: Result) -> None:
    """Warm both server processes, and see how much they answer."""
    result.bytes = case.bytes()
    case.run(0.7)


def _round(case: Case, result: Result, port: int, given: argparse.Namespace) -> None:
    measured = load.get(port, [f"/{result.bytes}"], given.seconds)
    result.rates.append(case.run(given.seconds))
    result.yardsticks.append(measured)


def _cases(shop: dict[str, str], url: str) -> list[Case]:
    port, sample = int(shop["PORT"]), _sample(url)
    pages: dict[str, Sequence[str]] = {
        "home": ["/"],
        "listing": [f"/products?page={n}" if n > 1 else "/products" for n in range(1, 9)],
        "category and price": [
            f"/categories/{path}?min_price={low}&max_price={low + 90}"
            for path in sample["categories"]
            for low in (60, 100, 140)
        ],
        "product": [f"/products/{slug}" for slug in sample["slugs"]],
        "search": [f"/search?q={word}" for word in sample["words"]],
        "list (api)": ["/api/v1/products?limit=24"],
        "product (api)": [f"/api/v1/products/{slug}" for slug in sample["slugs"]],
    }
    cases = []
    for name, paths in pages.items():
        for cookie in ("",) if name.endswith("(api)") else ("", UNCACHED):
            label = f"{name}, made anew" if cookie else name
            cases.append(_page(label, port, tuple(paths), cookie))
    variants = sample["variants"]
    for name, step in (
        ("add to cart", load.adding(variants)),
        ("purchase", load.buying(variants)),
    ):

        def run(seconds: float, step: load.Step = step) -> float:
            return load.drive(port, step, seconds)

        cases.append(Case(name, run, lambda: 2048))
    cases.append(Case("pricing, 200 lines", pricing, lambda: 2048))
    return cases


def _page(name: str, port: int, paths: tuple[str, ...], cookie: str) -> Case:
    return Case(
        name,
        lambda seconds: load.get(port, paths, seconds, cookie),
        lambda: load.sizes(port, paths, cookie),
        paths,
    )


def _sample(url: str) -> dict[str, Any]:
    """Things of the seeded shop to ask for."""
    engine = create_engine(url)
    with engine.connect() as connection:

        def column(sql: str) -> list[Any]:
            return list(connection.execute(text(sql)).scalars())

        found = {
            "slugs": column("SELECT slug FROM products ORDER BY id LIMIT 60"),
            "categories": column("SELECT path FROM categories WHERE path LIKE 'prints/%' LIMIT 6"),
            "variants": column("SELECT id FROM variants WHERE track_stock ORDER BY id LIMIT 400"),
            "words": ["harbour", "night", "blue", "ridge", "tidal+study", quote("остров"), "oak"],
        }
    engine.dispose()
    return found


def _count(
    shop: dict[str, str], url: str, cases: Sequence[Case], results: dict[str, Result]
) -> None:
    asked = {
        "pages": {case.name: case.paths[0] for case in cases if case.paths},
        "variant": _sample(url)["variants"][0],
    }
    said = subprocess.run(
        [sys.executable, "-m", "bench.statements"],
        env=shop,
        input=json.dumps(asked),
        capture_output=True,
        text=True,
    )
    counts = json.loads(said.stdout) if said.returncode == 0 else {}
    for name, result in results.items():
        is_kept = f"{name}, made anew" in results
        result.statements = 1 if is_kept and not result.fault else counts.get(name)


def _print(kind: str, results: Sequence[Result]) -> None:
    print(f"\n{kind}  ({load.generator()})\n")
    print(f"{'':30}{'bytes':>8}{'a second':>10}{'yardstick':>11}{'ratio':>9}{'SQL':>5}")
    for one in results:
        if one.fault or not one.rates:
            print(f"{one.name:30}  {one.fault or 'not measured'}")
            continue
        rate, measured = statistics.median(one.rates), statistics.median(one.yardsticks)
        count = "" if one.statements is None else one.statements
        print(
            f"{one.name:30}{one.bytes:>8}{rate:>10.0f}{measured:>11.0f}{one.ratio:>9.4f}{count:>5}"
        )


def _write(found: dict[str, list[Result]], given: argparse.Namespace) -> None:
    RESULTS.mkdir(exist_ok=True)
    file = RESULTS / f"{time.strftime('%Y%m%d-%H%M%S')}.json"
    report = {
        "generator": load.generator(),
        "rounds": given.rounds,
        "seconds": given.seconds,
        "products": given.products,
        "databases": {
            kind: [asdict(one) | {"ratio": one.ratio if one.rates else None} for one in results]
            for kind, results in found.items()
        },
    }
    file.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\nWritten to {file}")


if __name__ == "__main__":
    sys.exit(main())
