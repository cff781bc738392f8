"""The currencies the store sells in beside its own."""

from decimal import Decimal

from vitrina.catalog.errors import InvalidRate
from vitrina.catalog.events import RatesChanged
from vitrina.catalog.models.prices import Currency
from vitrina.core import audit, store
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.money import decimals


def set_currency(
    code: str,
    rate: Decimal,
    *,
    by: str,
    step: int = 1,
    ending: int = 0,
    is_active: bool = True,
) -> Currency:
    """Sell in another currency: ``rate`` units of it for one of the store's.

    Converted prices end in ``ending`` of ``step`` minor units (100 and 90: 12.90). Raises
    InvalidRate, and InvalidAmount for an unknown code.
    """
    decimals(code)
    if code == store.current().currency:
        raise InvalidRate(field="code", reason="own_currency")
    if not (rate.is_finite() and Decimal("0.00000001") <= rate < Decimal(10) ** 9):
        raise InvalidRate(field="rate", reason="out_of_range")
    if step < 1 or not 0 <= ending < step:
        raise InvalidRate(field="ending", reason="out_of_range")
    row = session.get(Currency, code)
    before = {} if row is None else {"rate": str(row.rate), "step": row.step, "ending": row.ending}
    if row is None:
        row = Currency(code=code)
        session.add(row)
    row.rate, row.step, row.ending, row.is_active = rate, step, ending, is_active
    session.flush()
    after = {"rate": str(rate), "step": step, "ending": ending, "is_active": is_active}
    audit.note(by, "currency.set", f"currency:{code}", before, after)
    store.touch_catalogue()
    record(RatesChanged(currency=code))
    return row
