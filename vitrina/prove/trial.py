"""The trial itself: buyers, mischief, then peace, two rounds of the reconciler, and the checks."""

import random
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from vitrina import migrate
from vitrina.checkout import reconciling
from vitrina.core import clock, db, jobs
from vitrina.core.db import session
from vitrina.process import connect
from vitrina.prove import checks, sabotage, world
from vitrina.prove.buyers import WAYS, Answer, Client, Wish, fill, order
from vitrina.prove.chaos import Chaos
from vitrina.prove.lab import Lab
from vitrina.prove.plan import KILLED_AT, Plan, Report, Tell
from vitrina.prove.world import COUPON, OWNER, World

HANDS = 16
"""How many buyers press the button at the same time."""

LAST_SECONDS = 900.0
"""When the last kills are given up on."""


def prove(plan: Plan, folder: Path, database_url: str, tell: Tell) -> Report:
    """Try the shop on an empty database of its own. Raises RuntimeError when it does not start."""
    began = time.monotonic()
    lab = Lab(folder, database_url, without=plan.without)
    try:
        lab.start_simulator()
        connect(lab.settings())
        migrate.upgrade()
        report = _Trial(plan, lab, tell).run()
    finally:
        lab.stop()
        session.remove()
        db.disconnect()
    report.seconds = time.monotonic() - began
    return report


class _Trial:
    def __init__(self, plan: Plan, lab: Lab, tell: Tell) -> None:
        self.plan, self.lab, self.tell = plan, lab, tell
        self.dice = random.Random(plan.seed)
        self.answers: list[Answer] = []
        self.chaos = Chaos(
            lab, kills=plan.kills, seed=plan.seed, answered=lambda: len(self.answers)
        )
        self.refunds: list[int] = []
        self.names = 0

    def run(self) -> Report:
        some = max(2, self.plan.buyers // 20)
        made = world.make(pieces=some, cards=some)
        session.remove()
        self.lab.start_shop()
        if self.plan.kills:
            self.chaos.start()
        for title, part in self._parts(made, some):
            self.tell(title, 0, 0)
            part()
        if self.plan.kills:
            self.chaos.stop()
        self._calm_down()
        report = Report(db.dialect(), self.plan)
        report.findings = checks.all_of(self.lab, made, self.answers, self.refunds)
        report.numbers = self._numbers()
        return report

    def _parts(self, made: World, some: int) -> list[tuple[str, Callable[[], None]]]:
        rest = max(4, self.plan.buyers - 6 * some)
        return [
            ("Buyers for the last pieces", lambda: self._crowd(made.scarce, rest // 2)),
            ("One coupon, many buyers", lambda: self._crowd(made.plenty, 2 * some, coupon=COUPON)),
            ("Each gift card in two carts", lambda: self._cards(made)),
            ("The database goes away", self._cut),
            ("Double clicks", lambda: self._double_clicks(made.plenty, some)),
            ("Refunds, many at once", lambda: self._refund(made.plenty, some)),
            ("Everyday buyers", lambda: self._crowd(made.plenty, rest // 2)),
            ("Buyers for the kills that are left", lambda: self._until_killed(made.plenty)),
        ]

    def _wish(self, variant_id: int, **more: Any) -> Wish:
        self.names += 1
        way = self.dice.choice(WAYS)
        return Wish(variant_id, f"buyer{self.names}", **{"way": way, **more})

    def _crowd(self, variant_id: int, count: int, *, coupon: str = "") -> None:
        wishes = [self._wish(variant_id, coupon=coupon) for _ in range(count)]
        self._all(wishes, 1)

    def _cards(self, made: World) -> None:
        wishes = [self._wish(made.plenty, card=card) for card in made.cards for _ in (1, 2)]
        self._all(wishes, 1)

    def _double_clicks(self, variant_id: int, count: int) -> None:
        self._all([self._wish(variant_id, way="token", times=3) for _ in range(count)], 3)

    def _all(self, wishes: Sequence[Wish], hands: int) -> None:
        """Fill all carts, then order them all at once."""
        total = len(wishes)
        with ThreadPoolExecutor(HANDS) as pool:
            carts = list(pool.map(lambda wish: fill(Client(self.lab.port), wish), wishes))
            self.lab.keep_up()
            orders = [
                (wish, cart) for wish, cart in zip(wishes, carts, strict=True) for _ in range(hands)
            ]
            waiting = [pool.submit(self._order, wish, cart) for wish, cart in orders]
            for done, one in enumerate(waiting, 1):
                self.answers.append(one.result())
                self.lab.keep_up()
                self.tell("", min(total, done // hands), total)

    def _order(self, wish: Wish, cart: str) -> Answer:
        if not cart:
            return Answer(wish, 0)
        return order(Client(self.lab.port), wish, cart, key=f"key-{cart}")

    def _cut(self) -> None:
        """Take the database away while somebody buys."""
        if self.plan.kills:
            self.chaos.cut_database(self.plan.restart_database)
            session.remove()

    def _refund(self, variant_id: int, count: int) -> None:
        """Ask many times at once for most of one payment, and for a little of some others."""
        wishes = [self._wish(variant_id, way="token") for _ in range(1 + count)]
        first = len(self.answers)
        self._all(wishes, 1)
        paid = [answer for answer in self.answers[first:] if answer.status == 201]
        if not paid:
            return
        most = [(paid[0].number, "15.00", number) for number in range(max(4, count))]
        little = [(answer.number, "1.00", 0) for answer in paid[1:]]
        holder = self._sign_in()
        with ThreadPoolExecutor(HANDS) as pool:
            statuses = list(pool.map(lambda ask: self._ask_back(holder, *ask), [*most, *little]))
        self.refunds = statuses[: len(most)]
        self.lab.keep_up()

    def _sign_in(self) -> dict[str, str]:
        name, _email, password = OWNER
        body = {"username": name, "password": password}
        _, told, _ = Client(self.lab.port).insist("POST", "/api/v1/auth/login", body, {})
        return {"Authorization": f"Bearer {told.get('access_token', '')}"}

    def _ask_back(self, holder: dict[str, str], number: str, amount: str, times: int) -> int:
        body = {"amount": {"amount": amount, "currency": "EUR"}, "reason": "prove"}
        headers = {**holder, "Idempotency-Key": f"refund-{number}-{times}"}
        path = f"/api/v1/orders/{number}/refunds"
        status, *_ = Client(self.lab.port).insist("POST", path, body, headers)
        return status

    def _until_killed(self, variant_id: int) -> None:
        deadline = time.monotonic() + LAST_SECONDS
        while self.plan.kills and not self.chaos.is_done and time.monotonic() < deadline:
            self.tell("", self.chaos.killed, self.plan.kills)
            self._all([self._wish(variant_id) for _ in range(HANDS)], 1)

    def _calm_down(self) -> None:
        """Every webhook twice more and shuffled, then two rounds of the reconciler."""
        self.tell("Peace: webhooks once more, reconciler, mails", 0, 0)
        self.lab.keep_up()
        if self.plan.without != "reconciler":
            self.lab.call_simulator(
                "POST",
                "redeliver",
                {"times": 2, "shuffle": True, "seed": self.plan.seed, "parallel": 4},
            )
        time.sleep(1)
        self.lab.stop_shop()
        if self.plan.without:
            sabotage.take_out(self.plan.without)
        for _ in range(2):
            reconciling.reconcile(everything=True)
            self._drain()
        # What died holding a job gives it back after minutes; what failed waits for hours.
        with clock.later(hours=8):
            self._drain()
        session.remove()

    @staticmethod
    def _drain() -> None:
        session.remove()
        jobs.drain()
        session.remove()

    def _numbers(self) -> dict[str, int]:
        told = Counter(f"answers {answer.status} {answer.code}".strip() for answer in self.answers)
        kills = {KILLED_AT.format(point): n for point, n in self.chaos.at_points.items()}
        return {
            **dict(sorted(told.items())),
            "asked again": sum(answer.asked - 1 for answer in self.answers),
            **(kills if self.plan.kills else {}),
            "killed anywhere": self.chaos.anywhere,
            "database taken away": self.chaos.cuts,
        }
