"""What a mail shows to staff who must not act as the one it was written to."""

import re
from dataclasses import replace

import pytest

from tests import make
from tests.browser import Browser
from tests.conftest import Shop
from vitrina.accounts.actions import recovery
from vitrina.accounts.actions.staff import invite
from vitrina.core import signing
from vitrina.core.db import committing
from vitrina.core.ids import new_token
from vitrina.core.locales import LOCALES, get
from vitrina.notifications import actions, office, redaction, rendering
from vitrina.notifications import queries as mails
from vitrina.notifications.models import Mail
from vitrina.notifications.samples import NUMBER, sample

ENDINGS = {
    "welcome": "/verify/",
    "verify": "/verify/",
    "recovery": "/recover/",
    "email_change": "/email/",
    "invitation": "/invitations/",
}
OPEN = {
    "back_in_stock", "cancelled", "email_changed", "low_stock", "password_changed",
    "registration_repeated", "support_notice",
}  # fmt: skip


def written(name: str, locale: str) -> tuple[Mail, list[str]]:
    """A mail with keys as the shop makes them, and these keys."""
    _, facts = sample(name, get(locale))
    secret = new_token()
    if name in ENDINGS:
        facts["link"] = office.link(f"{ENDINGS[name]}{secret}", get(locale))
    if name == "shipped":
        facts["shipment"] = replace(facts["shipment"], link=office.order_link(NUMBER, get(locale)))
    with committing():
        mail = actions.write(name, to="ana@example.com", locale=locale, key=name, context=facts)
    assert mail is not None
    keys = [secret, signing.sign("order", NUMBER), signing.sign("ticket", "S-4820193")]
    signed = [key.rpartition(".")[2] for key in keys[1:]]
    return mail, [secret, *signed]


def left(mail: Mail, keys: list[str]) -> list[str]:
    """The keys that support can still read."""
    html = mails.html_for_screen(mail, with_keys=False)
    text = mails.text_for_screen(mail, with_keys=False)
    return [key for key in keys if key in html or key in text]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("name", rendering.names())
def test_no_mail_shows_support_what_its_links_open(
    sqlite_shop: Shop, monkeypatch: pytest.MonkeyPatch, name: str, locale: str
) -> None:
    mail, keys = written(name, locale)
    assert left(mail, keys) == []
    there = [key for key in keys if key in mail.html and key in mail.text]
    assert bool(there) is not (name in OPEN), "look at the links of this mail"
    monkeypatch.setattr(mails, "without_keys", lambda words: words)
    assert left(mail, keys) == there


def test_every_address_that_ends_in_a_key_is_known(sqlite_shop: Shop) -> None:
    """A new route with a key in its path is a new link that mails may carry."""
    rules = {rule.rule for rule in sqlite_shop.app.url_map.iter_rules() if "<token>" in rule.rule}
    assert rules
    for rule in rules:
        path = rule.replace("<locale>", "ru").replace("<token>", "abc-DEF_1")
        assert "abc-DEF" not in redaction.without_keys(f"Look: http://localhost{path}.")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ("http://a.b/ru/recover/Xy_1-2", "http://a.b/ru/recover/…"),
        ("https://a.b/email/Xy?x=1", "https://a.b/email/…?x=1"),
        ('<a href="http://a.b/orders/V-1?token=%22V-1%22.s_1">', '<a href="http://a.b/orders/V-1?token=…">'),
        ("http://a.b/o?x=1&amp;token=q.w#returns", "http://a.b/o?x=1&amp;token=…#returns"),
        ("http://a.b/recover and http://a.b/login", "http://a.b/recover and http://a.b/login"),
        ("http://a.b/products/tide?variant=12", "http://a.b/products/tide?variant=12"),
        ("Your token=good", "Your token=good"),
    ],
)  # fmt: skip
def test_only_what_opens_a_door_is_left_out(words: str, shown: str) -> None:
    assert redaction.without_keys(words) == shown


def at_the_desk(shop: Shop, role: str) -> Browser:
    user = make.staff(role)
    browser = shop.browser()
    browser.open("/login")
    browser.submit("/login", login=user.username, password=make.PASSWORD)
    return browser


def read_by(browser: Browser, mail_id: int) -> str:
    """All that the staff area says of a mail."""
    page = browser.open(f"/admin/mail/{mail_id}")
    frame = browser.client.get(f"/admin/mail/{mail_id}/html")
    assert frame.status_code == 200
    return page.html + frame.get_data(as_text=True)


def test_support_cannot_take_the_owners_account_by_a_mail(sqlite_shop: Shop) -> None:
    owner = make.staff("owner")
    with committing():
        recovery.ask_recovery(owner.email)
        invite("new@example.com", "owner", by=owner)
    sqlite_shop.work()
    order = make.paid_order([(make.variant(stock=5), 1)])
    sqlite_shop.work()
    support, boss = at_the_desk(sqlite_shop, "support"), at_the_desk(sqlite_shop, "owner")
    found = {mail.template: mail for mail in mails.listing().items}
    for template in ("recovery", "invitation", "order_confirmation"):
        mail = found[template]
        secret = re.search(r"(?:/recover/|/invitations/|token=)([^\s&#]+)", mail.text)
        assert secret is not None
        assert secret[1] not in read_by(support, mail.id)
        assert "…" in read_by(support, mail.id)
        assert secret[1] in read_by(boss, mail.id)
    assert order.number in read_by(support, found["order_confirmation"].id)
