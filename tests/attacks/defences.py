"""What stands between an attack and its gain, taken out for the length of a block.

Each twin takes out as little as it can: a function that looks, a condition, a constraint.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.migration import MigrationContext
from alembic.operations import Operations
from flask import request

from vitrina.api import kit
from vitrina.api.reading import parse
from vitrina.checkout import actions, till
from vitrina.checkout.till import PayResult
from vitrina.core import db
from vitrina.core.db import committing, session
from vitrina.payments import queries
from vitrina.payments.provider import Outcome, Status

Fault = tuple[Any, str, Any]


@contextmanager
def replaced(*faults: Fault) -> Iterator[None]:
    """Put something else in the place of (object, name); raises AttributeError for a wrong name."""
    with pytest.MonkeyPatch.context() as patch:
        for place, name, instead in faults:
            patch.setattr(place, name, instead)
        yield


def nothing(*_: Any, **__: Any) -> None:
    """A check that finds nothing wrong with anything."""


def sent(name: str) -> Any:
    """What the request says under ``name``, in a form or in JSON."""
    body = request.get_json(silent=True)
    return request.form.get(name) or (body.get(name) if isinstance(body, dict) else None)


def without_refusal_of_unknown_fields() -> Any:
    """The API passes over what it does not know, instead of refusing it."""

    def lenient(model: Any, *, optional: bool = False) -> Any:
        data = parse(request.get_data(cache=True) or b"{}")
        return model.model_validate({k: v for k, v in data.items() if k in model.model_fields})

    return replaced((kit, "read_body", lenient))


def without_validation_of_bodies() -> Any:
    """The API takes values as they come."""

    def credulous(model: Any, *, optional: bool = False) -> Any:
        return model.model_construct(**parse(request.get_data(cache=True) or b"{}"))

    return replaced((kit, "read_body", credulous))


@contextmanager
def without_check(table: str, name: str) -> Iterator[None]:
    """The database takes rows that a CHECK would refuse."""
    if db.dialect() == "postgresql":
        _alter(f"ALTER TABLE {table} DROP CONSTRAINT ck_{table}_{name}")
        yield
        return
    engine = db.engine()

    def pass_over(connection: Any, *_: Any) -> None:
        connection.execute("PRAGMA ignore_check_constraints = ON")

    sa.event.listen(engine, "checkout", pass_over)
    session.remove()
    yield
    sa.event.remove(engine, "checkout", pass_over)


@contextmanager
def without_unique(table: str, name: str) -> Iterator[None]:
    """The database keeps two rows of the same values."""
    if db.dialect() == "postgresql":
        _alter(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
    else:
        session.remove()
        with db.engine().connect() as connection:
            raw = connection.connection.driver_connection
            assert raw is not None
            raw.execute("PRAGMA foreign_keys = OFF")
            operations = Operations(MigrationContext.configure(connection))
            with operations.batch_alter_table(table) as batch:
                batch.drop_constraint(name, type_="unique")
            connection.commit()
            raw.execute("PRAGMA foreign_keys = ON")
    yield


def _alter(statement: str) -> None:
    session.remove()
    with db.engine().begin() as connection:
        connection.exec_driver_sql(statement)


def believing_everybody() -> Any:
    """The shop never asks its provider: it is paid as soon as somebody says that it is."""

    def look(payment_id: int) -> PayResult:
        with committing():
            payment = queries.by_id(payment_id)
            paid = Outcome(Status.CAPTURED, ref=payment.provider_ref or "", amount=payment.money)
            return till._result(actions.settle(payment_id, paid, by="provider:rumour"))

    return replaced((till, "look", look))
