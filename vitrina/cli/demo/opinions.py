"""Reviews by those who bought, questions to the studio, and its answers."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from random import Random

import sqlalchemy as sa

from vitrina.catalog.actions.reviews import ReviewDraft, reply_to_review, take_reviews
from vitrina.catalog.models.groups import Review
from vitrina.cli.demo.history import Bought
from vitrina.cli.demo.people import Person, read
from vitrina.core import clock
from vitrina.core.db import committing, session
from vitrina.core.events import unheard
from vitrina.orders.models import Order
from vitrina.support import actions as support

BY = "system"
_SAY_SOMETHING = 0.85

_QUESTIONS = {
    "en": (
        "product",
        "Could you tell me how wide the white margin of the 50 × 70 sheet is? I have an old frame.",
        "Three and a half centimetres on each side. The drawing itself is 43 × 63 cm.",
    ),
    "pt-BR": (
        "delivery",
        "O rastreio parou em Lisboa há quatro dias. Está tudo certo com o meu pedido?",
        "",
    ),
    "ru": (
        "order",
        "Можно ли заменить чёрную раму на дубовую, пока заказ не отправлен?",
        "",
    ),
}


def review(bought: Sequence[Bought], dice: Random, now: datetime) -> int:
    """Let most of those who have what they bought say so; returns how many did."""
    texts = read("reviews")
    decks: dict[tuple[int, str], list[list[object]]] = defaultdict(list)
    drafts = []
    for piece in bought:
        person = piece.person
        said = piece.at + timedelta(days=dice.uniform(1, 16))
        if person.user_id is None or said > now or dice.random() > _SAY_SOMETHING:
            continue
        deck = decks[piece.product_id, person.locale]
        if not deck:
            deck += texts[person.locale]
            dice.shuffle(deck)
        rating, title, body = deck.pop()
        drafts.append(
            ReviewDraft(
                product_id=piece.product_id,
                user_id=person.user_id,
                author=_signed(person.name),
                rating=int(str(rating)),
                title=str(title),
                body=str(body).format(size=piece.label),
                locale=person.locale,
                is_verified=True,
                at=said,
            )
        )
    drafts.sort(key=lambda draft: draft.at or now)
    with committing(), unheard():
        take_reviews(drafts)
        _reply(texts["replies"], dice, now)
    return len(drafts)


def _signed(name: str) -> str:
    """``Inês Carvalho`` as ``Inês C.``"""
    first, _, last = name.partition(" ")
    return f"{first} {last[:1]}."


def _reply(words: dict[str, dict[str, str]], dice: Random, now: datetime) -> None:
    session.flush()
    for one in session.scalars(sa.select(Review).order_by(Review.id)).all():
        answer = "sorry" if one.rating <= 3 else "thanks" if dice.random() < 0.12 else ""
        answered = one.created_at + timedelta(hours=dice.uniform(3, 40))
        if answer and answered < now:
            with clock.at(answered):
                reply_to_review(one, words[one.locale][answer], by=BY)


def ask(people: Sequence[Person], now: datetime) -> None:
    """A few questions of the last days; one has its answer."""
    for place, (locale, (topic, question, answer)) in enumerate(_QUESTIONS.items()):
        person = next(one for one in people if one.locale == locale)
        asked = now - timedelta(days=1 + place, hours=3)
        number = session.scalar(
            sa.select(Order.number)
            .where(Order.email == person.email, Order.created_at < asked)
            .order_by(Order.id.desc())
        )
        with clock.at(asked), committing(), unheard():
            ticket = support.ask(
                name=person.name,
                email=person.email,
                topic=topic,
                message=question,
                order_number=number or "",
                locale=locale,
                user_id=person.user_id,
            )
            if answer:
                with clock.at(asked + timedelta(hours=2)):
                    support.answer(ticket, answer, by=BY)
