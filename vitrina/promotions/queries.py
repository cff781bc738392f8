"""Which promotions there are, and how often each was used."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

import sqlalchemy as sa

from vitrina.catalog.rules.prices import Rates
from vitrina.core import clock
from vitrina.core.db import session
from vitrina.core.ids import hash_token
from vitrina.promotions.errors import PromotionNotFound
from vitrina.promotions.models import Promotion, PromotionCustomer, PromotionUse
from vitrina.promotions.rules import PromotionRule, Standing


def by_id(promotion_id: int) -> Promotion:
    """The promotion. Raises PromotionNotFound."""
    found = session.get(Promotion, promotion_id)
    if found is None:
        raise PromotionNotFound(id=promotion_id)
    return found


def all_promotions() -> Sequence[Promotion]:
    """Every promotion: those that run or are to run first, then what is over; newest first."""
    now = clock.now()
    found = session.scalars(sa.select(Promotion).order_by(Promotion.id.desc())).all()
    return sorted(found, key=lambda one: one.standing(now) is Standing.ENDED)


def find_by_code(code: str) -> Promotion | None:
    """The promotion of a code in capitals, whatever its state."""
    return session.scalar(sa.select(Promotion).where(Promotion.code == code))


def normal_code(text: str) -> str:
    """A code as it is stored and compared: capitals, no spaces."""
    return "".join(text.split()).upper()


def customer_key(email: str) -> str:
    """The form in which a buyer is remembered for limits: a hash of the lower-case e-mail."""
    return hash_token(email.strip().lower())


def candidates(
    codes: Iterable[str],
    now: datetime,
    *,
    currency: str,
    rates: Rates,
    locale: str = "en",
    email: str | None = None,
) -> tuple[PromotionRule, ...]:
    """The automatic promotions of this moment, and those of ``codes`` (in capitals) in any state.

    Amounts come in ``currency``. With ``email`` the limits for each customer are looked up too.
    One statement, two with ``email``.
    """
    automatic = sa.and_(
        Promotion.code.is_(None),
        Promotion.is_active.is_(True),
        sa.or_(Promotion.starts_at.is_(None), Promotion.starts_at <= now),
        sa.or_(Promotion.ends_at.is_(None), Promotion.ends_at > now),
    )
    wanted = sa.or_(automatic, Promotion.code.in_(list(codes)))
    found = session.scalars(sa.select(Promotion).where(wanted).order_by(Promotion.id)).all()
    limited = [p.id for p in found if p.per_customer_limit is not None]
    used = _uses_of(limited, email) if email and limited else {}
    return tuple(_rule(p, currency, rates, locale, used.get(p.id, 0)) for p in found)


def _uses_of(promotion_ids: Sequence[int], email: str) -> dict[int, int]:
    rows = session.execute(
        sa.select(PromotionCustomer.promotion_id, PromotionCustomer.used).where(
            PromotionCustomer.promotion_id.in_(promotion_ids),
            PromotionCustomer.customer == customer_key(email),
        )
    )
    return {row[0]: row[1] for row in rows}


def _rule(p: Promotion, currency: str, rates: Rates, locale: str, used: int) -> PromotionRule:
    def ids(name: str) -> frozenset[int]:
        return frozenset(p.conditions.get(name, ()))

    limit = p.per_customer_limit
    return PromotionRule(
        id=p.id,
        label=str(p.translations.get(locale, {}).get("name") or p.name),
        kind=p.kind,
        code=p.code,
        percent=None if p.percent is None else Decimal(p.percent),
        amount=rates.convert(p.amount or 0, currency),
        buy_quantity=p.buy_quantity,
        get_quantity=p.get_quantity,
        minimum=rates.convert(p.minimum, currency),
        product_ids=ids("product_ids"),
        category_ids=ids("category_ids"),
        collection_ids=ids("collection_ids"),
        countries=frozenset(p.conditions.get("countries", ())),
        shipping_methods=frozenset(p.conditions.get("shipping_methods", ())),
        starts_at=p.starts_at,
        ends_at=p.ends_at,
        used_up=p.usage_limit is not None and p.used >= p.usage_limit,
        customer_limit=limit is not None and used >= limit,
        stacks=p.stacks,
        priority=p.priority,
        is_active=p.is_active,
    )


def find_discrepancies() -> list[str]:
    """Promotions whose counts, of all and of each customer, are not the sum of their uses."""
    return [
        f"promotion {promotion_id}: used is {used}, its uses add up to {total}"
        for promotion_id, used, total in _wrong_counts()
    ] + [
        f"promotion {promotion_id}: a customer's count is {used}, the uses add up to {total}"
        for promotion_id, used, total in _wrong_customers()
    ]


def _wrong_counts() -> Sequence[sa.Row[int, int, int]]:
    """(promotion, its count, the sum of its uses) where the two differ."""
    summed = (
        sa.select(PromotionUse.promotion_id, sa.func.sum(PromotionUse.count).label("uses"))
        .group_by(PromotionUse.promotion_id)
        .subquery()
    )
    total = sa.func.coalesce(summed.c.uses, 0)
    return session.execute(
        sa.select(Promotion.id, Promotion.used, total)
        .outerjoin(summed, summed.c.promotion_id == Promotion.id)
        .where(Promotion.used != total)
        .order_by(Promotion.id)
    ).all()


def _wrong_customers() -> Sequence[sa.Row[int, int, int]]:
    """As :func:`_wrong_counts`, of each customer of a promotion."""
    summed = (
        sa.select(
            PromotionUse.promotion_id,
            PromotionUse.customer,
            sa.func.sum(PromotionUse.count).label("uses"),
        )
        .group_by(PromotionUse.promotion_id, PromotionUse.customer)
        .subquery()
    )
    total = sa.func.coalesce(summed.c.uses, 0)
    same = sa.and_(
        summed.c.promotion_id == PromotionCustomer.promotion_id,
        summed.c.customer == PromotionCustomer.customer,
    )
    return session.execute(
        sa.select(PromotionCustomer.promotion_id, PromotionCustomer.used, total)
        .outerjoin(summed, same)
        .where(PromotionCustomer.used != total)
        .order_by(PromotionCustomer.promotion_id)
    ).all()
