"""Stripe's form in a real browser: it confirms, it comes back, and it says what goes wrong."""

import json
import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect
from werkzeug.serving import make_server

from tests.conftest import Shop
from tests.payments.stripe.form import confirmed, last, of, secret_of, waiting
from tests.payments.stripe.world import World
from vitrina.orders.rules import link_token
from vitrina.payments import registry

ABORTED = "Transition was aborted"
FAKE = """
window.told = [];
window.Stripe = (key, options) => ({
  elements: (asked) => {
    window.told.push(["elements", key, options.locale, asked.clientSecret, asked.appearance.theme]);
    return { create: (kind) => ({ on() {}, mount: (place) => place.append("Fields of " + kind) }) };
  },
  confirmPayment: async (asked) => {
    window.told.push(["confirm", asked.confirmParams.return_url]);
    const refusal = await window.stripePays();
    if (refusal) return { error: JSON.parse(refusal) };
    location.assign(asked.confirmParams.return_url);
    return {};
  },
});
"""


@pytest.fixture
def address(sqlite_shop: Shop, world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where a real browser finds the shop."""
    registry.configure()
    registry.register(world.element)
    server = make_server("127.0.0.1", 0, sqlite_shop.app, threaded=True)
    url = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setitem(sqlite_shop.app.config, "BASE_URL", url)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield url
    server.shutdown()
    thread.join(5)


@pytest.fixture
def page(address: str, chromium: Chromium) -> Iterator[Page]:
    """A page of a browser whose every call to Stripe is answered here."""
    page = chromium.new_page(base_url=address, locale="en-GB")
    page.set_default_timeout(15_000)
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda line: faults.append(line.text) if line.type == "error" else None)
    yield page
    page.close()
    # Calls to Stripe that a test cuts off fail on purpose; and a navigation that starts during a
    # view transition ends it, which Chromium tells though nothing is broken.
    assert [one for one in faults if "ERR_FAILED" not in one and not one.startswith(ABORTED)] == []


def is_asked_for(page: Page, body: str) -> None:
    """Answer for js.stripe.com with a script of ours."""
    page.route(
        "https://js.stripe.com/**",
        lambda route: route.fulfill(content_type="text/javascript", body=body),
    )


@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
def test_the_form_confirms_with_its_secret_and_comes_back(
    page: Page, address: str, world: World
) -> None:
    number, path = waiting()
    secret, back = secret_of(number), f"{address}/orders/{number}/payment?key={link_token(number)}"
    answers = [json.dumps({"message": "Your card was declined."}), ""]

    def pays() -> str:
        answer = answers.pop(0)
        if not answer:
            confirmed(world, number)
        return answer

    is_asked_for(page, FAKE)
    page.expose_function("stripePays", pays)
    page.goto(path)
    expect(page.get_by_text("Fields of payment")).to_be_visible()
    assert page.evaluate("window.told") == [["elements", "pk_test_shop", "en", secret, "stripe"]]
    button = page.get_by_role("button", name="Pay €")
    button.click()
    expect(page.get_by_role("alert")).to_contain_text("Your card was declined.")
    assert page.evaluate("window.told[1]") == ["confirm", back]
    button.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")
    assert last(number).captured == of(number).total
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
def test_money_that_is_taken_already_leads_to_the_order(
    page: Page, address: str, world: World
) -> None:
    number, path = waiting()
    is_asked_for(page, FAKE)

    def paid_in_another_tab() -> str:
        confirmed(world, number)
        return json.dumps({"message": "odd", "payment_intent": {"status": "succeeded"}})

    page.expose_function("stripePays", paid_in_another_tab)
    page.goto(path)
    page.get_by_role("button", name="Pay €").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Thank you")


@pytest.mark.e2e
@pytest.mark.xdist_group("e2e")
def test_a_script_that_does_not_come_is_said(page: Page) -> None:
    _, path = waiting()
    page.route("https://js.stripe.com/**", lambda route: route.abort())
    page.goto(path)
    expect(page.get_by_role("alert")).to_contain_text("The form could not be loaded")
    expect(page.get_by_role("button", name="Pay €")).to_be_hidden()
    expect(page.get_by_role("link", name="Pay another way")).to_be_visible()
