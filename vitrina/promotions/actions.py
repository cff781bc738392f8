"""Making promotions, and counting their uses so that none is used more often than it may be."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from vitrina.core import audit, clock
from vitrina.core.db import rows_changed, session
from vitrina.core.money import MOST_MINOR
from vitrina.promotions.errors import (
    CodeTaken,
    CouponAlreadyUsed,
    CouponUsedUp,
    InvalidPromotion,
)
from vitrina.promotions.models import Promotion, PromotionCustomer, PromotionUse
from vitrina.promotions.queries import customer_key, normal_code
from vitrina.promotions.rules import PromotionKind

_CODE = re.compile(r"[A-Z0-9][A-Z0-9_\-%+.]{1,59}")
_ID_LISTS = frozenset({"product_ids", "category_ids", "collection_ids"})
_TEXT_LISTS = frozenset({"countries", "shipping_methods"})
MOST_USES = 10**9


@dataclass(frozen=True, slots=True)
class PromotionDraft:
    """A promotion as staff write it; see the model for what each field means."""

    name: str
    kind: PromotionKind
    code: str | None = None
    percent: Decimal | None = None
    amount: int | None = None
    buy_quantity: int = 0
    get_quantity: int = 0
    minimum: int = 0
    conditions: Mapping[str, Any] = field(default_factory=dict)
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    usage_limit: int | None = None
    per_customer_limit: int | None = None
    stacks: bool = False
    priority: int = 0
    translations: Mapping[str, Any] = field(default_factory=dict)


def create(draft: PromotionDraft, *, by: str) -> Promotion:
    """Offer something off. Raises InvalidPromotion, CodeTaken."""
    promotion = Promotion(used=0)
    _write(promotion, draft)
    session.add(promotion)
    session.flush()
    audit.note(by, "promotion.create", f"promotion:{promotion.id}", {}, _facts(promotion))
    return promotion


def end(promotion: Promotion, *, by: str) -> None:
    """Offer it no longer, from this moment on."""
    before = _facts(promotion)
    promotion.is_active = False
    promotion.ends_at = min(promotion.ends_at or clock.now(), clock.now())
    if promotion.starts_at and promotion.starts_at > promotion.ends_at:
        promotion.starts_at = promotion.ends_at
    audit.note(by, "promotion.end", f"promotion:{promotion.id}", before, _facts(promotion))


def redeem(promotion_ids: Iterable[int], reference: str, email: str) -> None:
    """Count a use of each promotion under ``reference`` (an order's number) for a buyer.

    Each limit is held by one conditional UPDATE, so that two buyers never share the last use; the
    promotions are taken in order of id. Doing it again under the same reference changes nothing.
    Raises CouponUsedUp, CouponAlreadyUsed; the caller's transaction is then to be rolled back.
    """
    wanted = sorted(set(promotion_ids))
    if not wanted:
        return
    known = set(
        session.scalars(
            sa.select(PromotionUse.promotion_id).where(
                PromotionUse.reference == reference, PromotionUse.count == 1
            )
        )
    )
    customer = customer_key(email)
    for promotion_id in wanted:
        if promotion_id in known:
            continue
        _count_use(promotion_id)
        _count_for_customer(promotion_id, customer)
        session.add(PromotionUse(promotion_id=promotion_id, reference=reference, customer=customer))


def is_used(promotion_ids: Iterable[int], references: Iterable[str]) -> bool:
    """Whether each of the promotions is in use under one of ``references``, and not given back."""
    wanted = set(promotion_ids)
    if not wanted:
        return True
    counts = session.execute(
        sa.select(PromotionUse.promotion_id, sa.func.sum(PromotionUse.count))
        .where(PromotionUse.promotion_id.in_(wanted), PromotionUse.reference.in_(list(references)))
        .group_by(PromotionUse.promotion_id)
    )
    return wanted <= {promotion_id for promotion_id, count in counts if count > 0}


def give_back(reference: str) -> None:
    """Give back what was used under ``reference``. Doing it again changes nothing."""
    uses = session.scalars(
        sa.select(PromotionUse)
        .where(PromotionUse.reference == reference)
        .order_by(PromotionUse.promotion_id)
    ).all()
    back = {use.promotion_id for use in uses if use.count == -1}
    for use in uses:
        if use.promotion_id in back:
            continue
        session.execute(
            sa.update(Promotion)
            .where(Promotion.id == use.promotion_id)
            .values(used=Promotion.used - 1)
        )
        session.execute(
            sa.update(PromotionCustomer)
            .where(
                PromotionCustomer.promotion_id == use.promotion_id,
                PromotionCustomer.customer == use.customer,
            )
            .values(used=PromotionCustomer.used - 1)
        )
        session.add(
            PromotionUse(
                promotion_id=use.promotion_id,
                reference=reference,
                customer=use.customer,
                count=-1,
            )
        )


def _count_use(promotion_id: int) -> None:
    """One conditional UPDATE: the count rises only while it is below the limit."""
    limit = Promotion.usage_limit
    taken = rows_changed(
        sa.update(Promotion)
        .where(Promotion.id == promotion_id, sa.or_(limit.is_(None), Promotion.used < limit))
        .values(used=Promotion.used + 1)
    )
    if taken == 0:
        raise CouponUsedUp(coupon=_code_of(promotion_id))


def _count_for_customer(promotion_id: int, customer: str) -> None:
    """The same for one buyer; the row is made when it is not there yet.

    The UPDATE above holds the promotion's row, so no two of this promotion are here at once.
    """
    limit = (
        sa.select(Promotion.per_customer_limit)
        .where(Promotion.id == promotion_id)
        .scalar_subquery()
    )
    row = (PromotionCustomer.promotion_id == promotion_id, PromotionCustomer.customer == customer)
    taken = rows_changed(
        sa.update(PromotionCustomer)
        .where(*row, sa.or_(limit.is_(None), PromotionCustomer.used < limit))
        .values(used=PromotionCustomer.used + 1)
        .execution_options(synchronize_session=False)
    )
    if taken:
        return
    if session.scalar(sa.select(PromotionCustomer.used).where(*row)) is not None:
        raise CouponAlreadyUsed(coupon=_code_of(promotion_id))
    session.execute(
        sa.insert(PromotionCustomer).values(promotion_id=promotion_id, customer=customer, used=1)
    )


def _code_of(promotion_id: int) -> str:
    return session.scalar(sa.select(Promotion.code).where(Promotion.id == promotion_id)) or ""


def _write(promotion: Promotion, draft: PromotionDraft) -> None:
    _check(draft)
    code = normal_code(draft.code) if draft.code else None
    if code is not None:
        taken = session.scalar(sa.select(Promotion.id).where(Promotion.code == code))
        if taken is not None and taken != promotion.id:
            raise CodeTaken(field="code", coupon=code)
    for item in fields(draft):
        setattr(promotion, item.name, getattr(draft, item.name))
    promotion.name = " ".join(draft.name.split())
    promotion.code = code
    promotion.conditions = {name: list(value) for name, value in draft.conditions.items() if value}
    promotion.translations = dict(draft.translations)


def _refuse(name: str, reason: str) -> None:
    raise InvalidPromotion(field=name, reason=reason)


def _check(draft: PromotionDraft) -> None:
    if not draft.name.strip():
        _refuse("name", "missing")
    if len(draft.name) > 120:
        _refuse("name", "too_long")
    if draft.code and not _CODE.fullmatch(normal_code(draft.code)):
        _refuse("code", "malformed")
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        _refuse("ends_at", "ends_before_start")
    if not 0 <= draft.minimum <= MOST_MINOR:
        _refuse("minimum", "out_of_range")
    for name in ("usage_limit", "per_customer_limit"):
        limit = getattr(draft, name)
        if limit is not None and not 1 <= limit <= MOST_USES:
            _refuse(name, "out_of_range")
    _check_value(draft)
    _check_conditions(draft.conditions)


def _check_value(draft: PromotionDraft) -> None:
    kind, percent = draft.kind, draft.percent
    if percent is not None and not (percent.is_finite() and 0 < percent <= 100):
        _refuse("percent", "out_of_range")
    if kind is PromotionKind.PERCENT and percent is None:
        _refuse("percent", "missing")
    if kind is PromotionKind.AMOUNT and draft.amount is None:
        _refuse("amount", "missing")
    if draft.amount is not None and not 0 < draft.amount <= MOST_MINOR:
        _refuse("amount", "out_of_range")
    if kind is PromotionKind.BUY_X_GET_Y:
        for name in ("buy_quantity", "get_quantity"):
            if not 1 <= getattr(draft, name) <= 999:
                _refuse(name, "out_of_range")


def _check_conditions(conditions: Mapping[str, Any]) -> None:
    for name, values in conditions.items():
        wanted = int if name in _ID_LISTS else str if name in _TEXT_LISTS else None
        if wanted is None:
            _refuse("conditions", "unknown")
        if not isinstance(values, list | tuple) or any(type(v) is not wanted for v in values):
            _refuse("conditions", "malformed")


def _facts(promotion: Promotion) -> dict[str, Any]:
    facts = {
        item.name: getattr(promotion, item.name)
        for item in fields(PromotionDraft)
        if item.name not in ("conditions", "translations")
    }
    plain = {
        name: value if isinstance(value, int | bool | None) else str(value)
        for name, value in facts.items()
    }
    return plain | {"conditions": promotion.conditions, "is_active": promotion.is_active}
