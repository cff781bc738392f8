"""Rows 29 to 32: two things at once that must not both happen."""

import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from tests import make
from tests.attacks.defences import nothing, replaced, without_unique
from tests.attacks.races import burst
from tests.attacks.world import NOTHING, SECRET, ApiBuyer, Buyer, FormBuyer, World, gains, sign_in
from vitrina.accounts.actions import links, recovery, registration
from vitrina.accounts.models import OneTimeToken, User
from vitrina.api import auth as api
from vitrina.catalog.actions import reviews as reviewing
from vitrina.catalog.models.groups import Review
from vitrina.checkout import settling
from vitrina.core.db import session
from vitrina.core.money import Money
from vitrina.notifications.models import Mail
from vitrina.orders.models import OrderState
from vitrina.orders.rules import link_token
from vitrina.payments import registry
from vitrina.payments.provider import Outcome
from vitrina.payments.providers.sandbox import Sandbox
from vitrina.storefront import auth as form
from vitrina.storefront import reviews as review_pages

TIMES = 3


class Interrupted(Sandbox):
    """A bank in whose thinking time something else happens."""

    meanwhile: Callable[[], Any] = staticmethod(nothing)

    def capture(self, ref: str, amount: Money, key: str) -> Outcome:
        told = super().capture(ref, amount, key)
        other = threading.Thread(target=self.meanwhile)
        other.start()
        other.join()
        return told


def cancel_with(world: World, face: str, number: str) -> Callable[[], Any]:
    """How the buyer cancels by the form, or staff for them over the API."""
    if face == "form":
        buyer = FormBuyer(world.shop)
        buyer.csrf()
        path = f"/orders/{number}/cancellation"
        return lambda: buyer.post(path, {"token": link_token(number)})
    staff = ApiBuyer(world.shop)
    sign_in(staff, make.staff("manager"))
    return lambda: staff.call("POST", f"/orders/{number}/cancellation", {"reason": "asked"})


def cancel_while_it_is_paid(world: World, face: str) -> int:
    """Cancel just when the bank pays; how many cents stay with the shop for cancelled orders.

    Once exactly between the bank's answer and its entry, and once at the same moment.
    """
    bank = Interrupted(Sandbox.Settings(world.shop.folder / "bank.db", SECRET))
    registry.register(bank)
    for together in (False, True):
        buyer = world.buyer(face)
        buyer.put(make.variant().id)
        buyer.order("tok_3ds")
        order = world.orders()[-1]
        back = f"/orders/{order.number}/payment?key={link_token(order.number)}"
        bank.bank.authenticate(str(order.payments[0].provider_ref), approved=True)
        cancel = cancel_with(world, face, order.number)
        come_back = world.shop.app.test_client().get
        bank.meanwhile = nothing if together else cancel
        if together:
            burst([partial(come_back, back), cancel])
        else:
            come_back(back)
        world.shop.work()
    over = [order for order in world.orders() if order.state is OrderState.CANCELLED]
    assert over
    return sum((order.captured - order.refunded).minor for order in over)


@pytest.mark.attack(29)
def test_of_cancelling_and_paying_one_wins_and_the_money_follows(world: World) -> None:
    assert gains(cancel_while_it_is_paid, world) == NOTHING


@pytest.mark.twin(29)
def test_a_shop_that_only_cancels_keeps_money_that_comes_after(sqlite_world: World) -> None:
    with replaced((settling, "_came_too_late", nothing)):
        assert min(gains(cancel_while_it_is_paid, sqlite_world).values()) > 0


def review_together(world: World) -> int:
    """Write several reviews at once; how many more than one there are."""
    mug = make.product()
    slug = mug.slug
    buyer = FormBuyer(world.shop)
    sign_in(buyer, make.user())
    tabs = [buyer.tab() for _ in range(TIMES)]
    path, stars = f"/products/{slug}/reviews", {"rating": "5", "title": "Good"}
    answers = burst([lambda tab=tab: tab.post(path, stars) for tab in tabs], review_pages)
    assert all(answer.status_code < 500 for answer in answers)
    return world.count(Review) - 1


class Blind:
    """A session in which nobody finds what is there already."""

    def scalar(self, *_: Any, **__: Any) -> None:
        return None

    def __getattr__(self, name: str) -> Any:
        return getattr(session, name)


@pytest.mark.attack(30)
def test_a_buyer_reviews_a_product_once(world: World) -> None:
    assert review_together(world) == 0


@pytest.mark.twin(30)
def test_without_look_and_constraint_a_buyer_reviews_as_often_as_he_likes(world: World) -> None:
    with (
        without_unique("reviews", "uq_reviews_product_id_user_id"),
        replaced((reviewing, "session", Blind())),
    ):
        assert review_together(world) == TIMES - 1


def register_together(world: World, face: str) -> int:
    """Join several times at once with one address; how many accounts too many there are."""
    spellings = ("eva@{}.example.com", "EVA@{}.example.com", "Eva@{}.Example.com")
    sends = []
    for number, email in enumerate(spellings):
        body = {"username": f"eva{face}{number}", "email": email.format(face)}
        body["password"] = make.PASSWORD
        sends.append(_join(world.buyer(face), body))
    answers = burst(sends, api, form)
    assert all(answer.status_code < 500 for answer in answers)
    session.remove()
    wanted = sa.func.lower(User.email) == f"eva@{face}.example.com"
    return session.query(User).filter(wanted).count() - 1


def _join(buyer: Buyer, body: dict[str, Any]) -> Callable[[], Any]:
    if isinstance(buyer, FormBuyer):
        buyer.csrf()
        return lambda: buyer.post("/register", body, page=True)
    assert isinstance(buyer, ApiBuyer)
    return lambda: buyer.call("POST", "/auth/register", body)


@contextmanager
def without_looking_for_addresses() -> Iterator[None]:
    """Nobody is known by an address, and the database keeps it twice."""
    with (
        without_unique("users", "uq_users_email_key"),
        replaced((registration.queries, "find_by_email", nothing)),
    ):
        yield


@pytest.mark.attack(31)
def test_one_address_has_one_account_however_it_is_written(world: World) -> None:
    assert gains(register_together, world) == NOTHING


@pytest.mark.twin(31)
def test_without_look_and_constraint_an_address_has_many_accounts(world: World) -> None:
    with without_looking_for_addresses():
        assert min(gains(register_together, world).values()) > 0


def take_an_address(world: World) -> int:
    """Ask for one's own address and for another's, and prove one's own; whose account it is then.

    One after the other, and both at the same moment; gives how often the other's is one's own.
    """
    taken = 0
    for together in (False, True):
        buyer, user = FormBuyer(world.shop), make.user()
        sign_in(buyer, user)
        user_id, victim = user.id, f"victim{int(together)}@example.com"
        buyer.csrf()
        ask = {"email": f"mine{int(together)}@example.com", "current_password": make.PASSWORD}
        buyer.post("/account/email", ask, page=True)
        world.shop.work()
        path = _link(ask["email"])
        other, here = {**ask, "email": victim}, buyer.tab()
        ask_again = partial(buyer.post, "/account/email", other, page=True)
        prove = partial(here.post, path, {}, page=True)
        if together:
            burst([ask_again, prove])
        else:
            ask_again()
        world.shop.work()
        assert prove().status_code in (303, 404)
        session.remove()
        taken += session.get_one(User, user_id).email == victim
    return taken


def _link(recipient: str) -> str:
    """The path of the link in the mail to somebody."""
    session.remove()
    mail = session.query(Mail).filter_by(recipient=recipient).one()
    found = re.search(r"/email/[\w.~-]+", mail.text)
    assert found is not None
    return found[0]


@contextmanager
def without_binding() -> Iterator[None]:
    """A link proves whatever address was asked for last, and is good for ever."""
    redeem = links.redeem_for_user

    def redeem_for_latest(token: str, purpose: Any) -> Any:
        _, user = redeem(token, purpose)
        asked = sa.select(OneTimeToken.email).where(OneTimeToken.user_id == user.id)
        latest = session.scalar(asked.order_by(OneTimeToken.id.desc()).limit(1))
        return OneTimeToken(email=latest), user

    with replaced((links, "end_links", nothing), (recovery, "redeem_for_user", redeem_for_latest)):
        yield


@pytest.mark.attack(32)
def test_a_link_proves_the_address_that_it_was_sent_to(world: World) -> None:
    assert take_an_address(world) == 0


@pytest.mark.twin(32)
def test_a_link_that_proves_any_address_gives_away_those_of_others(sqlite_world: World) -> None:
    with without_binding():
        assert take_an_address(sqlite_world) > 0
