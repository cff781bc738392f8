"""How many SQL statements each request costs, counted inside one process.

``python -m bench.statements`` reads a list of cases as JSON from stdin and prints counts.
"""

import json
import sys
from typing import Any

from sqlalchemy import event

from bench.load import ADDRESS
from vitrina.app import create_app
from vitrina.config import load
from vitrina.core import db

QUIET = ("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE", "PRAGMA")


class Counter:
    """Counts statements between :meth:`start` and reading ``count``; transaction marks are none."""

    def __init__(self) -> None:
        self.count = 0
        event.listen(db.engine(), "before_cursor_execute", self._seen)

    def _seen(self, _c: Any, _cur: Any, statement: str, *_: Any) -> None:
        if not statement.lstrip().upper().startswith(QUIET):
            self.count += 1

    def start(self) -> None:
        self.count = 0


def main() -> None:
    asked = json.load(sys.stdin)
    settings = load()
    app = create_app(settings)
    counter, client = Counter(), app.test_client()
    base, found = settings.base_url, {}
    for name, path in asked["pages"].items():
        client.set_cookie("currency", "EUR", domain=settings.hostname)
        client.get(path, base_url=base)  # compiled templates and rules are there already
        counter.start()
        client.get(path, base_url=base)
        found[name] = counter.count
    client = app.test_client()
    body = {"variant_id": asked["variant"], "quantity": 1}
    for number in range(2):
        counter.start()
        answer = client.post("/api/v1/cart", json=body, base_url=base)
        found["add to cart"] = counter.count
        headers = {
            "X-Cart-Token": answer.headers.get("X-Cart-Token", ""),
            "Idempotency-Key": f"count-statements-{number}",
        }
        order = {
            "email": "count@example.com",
            "shipping_address": ADDRESS,
            "payment": {"provider": "sandbox", "token": "tok_success"},
        }
        client.post("/api/v1/orders", json=order, headers=headers, base_url=base)
        found["purchase"] = counter.count
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
