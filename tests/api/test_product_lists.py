"""Reading products over the API: lists, filters, words, reviews."""

from tests import make
from tests.api.conftest import Program
from tests.api.products import MUG
from tests.browser import counting
from tests.conftest import Shop


def test_a_draft_is_seen_by_staff_alone(staff: Program, api: Program) -> None:
    body = staff.post("/products", {**MUG, "status": "draft"}, status=201).get_json()
    staff.get(f"/products/{body['id']}", status=200)
    hidden = api.get(f"/products/{body['id']}", status=404).get_json()
    missing = api.get("/products/987654", status=404).get_json()
    assert {**hidden, "request_id": ""} == {**missing, "request_id": ""}
    assert api.get("/products", status=200).get_json()["items"] == []


def test_what_costs_the_shop_is_never_told(staff: Program, api: Program) -> None:
    staff.post("/products", {**MUG, "cost": "4.00"}, status=201)
    told = api.get("/products/mug", status=200)
    assert "cost" not in told.text
    assert "4.00" not in told.text


def test_the_list_filters_sorts_and_pages(api: Program, shop: Shop) -> None:
    prints = make.category("Prints")
    for number in range(5):
        make.product(f"Print {number}", price=f"{10 + number}.00", categories=[prints])
    make.product("Mug", price="5.00", stock=0)
    page = api.get("/products?category=prints&sort=price_asc&limit=2", status=200).get_json()
    assert [one["name"] for one in page["items"]] == ["Print 0", "Print 1"]
    assert page["total"] == 5
    names = [one["name"] for one in page["items"]]
    while page["next_cursor"]:
        page = api.get(
            f"/products?category={prints.id}&sort=price_asc&limit=2&cursor={page['next_cursor']}",
            status=200,
        ).get_json()
        names += [one["name"] for one in page["items"]]
    assert names == [f"Print {number}" for number in range(5)]
    within = api.get("/products?min_price=11&max_price=12.50", status=200).get_json()
    assert {one["name"] for one in within["items"]} == {"Print 1", "Print 2"}
    found = api.get("/products?q=mug", status=200).get_json()["items"]
    assert [(one["name"], one["in_stock"]) for one in found] == [("Mug", False)]
    assert api.get("/products?q=mug&in_stock=true").get_json()["total"] == 0


UNASKABLE = [
    "limit=0",
    "limit=101",
    "limit=-1",
    "limit=abc",
    "limit=1.5",
    "sort=secret",
    "sort=price;drop",
    "cursor=broken",
    "cursor=%00",
    "cursor=eyJ4IjoxfQ",
    "min_price=-1",
    "min_price=abc",
    "min_price=1e3",
    "max_price=1.999",
    "category=nowhere",
    "category=999999",
    "category=%27%20OR%201=1",
    "currency=XXX",
    "currency=eur",
    "locale=de",
    "in_stock=maybe",
    "min_rating=6",
    "filter[password_hash]=a",
    "page=2",
    "q=a&q=b",
    "q=%00",
    "q=" + "a" * 201,
]


def test_every_filter_has_a_title_in_the_readers_language(staff: Program, api: Program) -> None:
    for name, maker in (("Mug", "Ana"), ("Cup", "Rui")):
        staff.post("/products", {**MUG, "name": name, "vendor": maker, "type": name}, status=201)
    for locale, title in (("en", "Made by"), ("ru", "Автор"), ("pt-BR", "Feito por")):
        facets = api.get(f"/products?locale={locale}", status=200).get_json()["facets"]
        labels = {facet["name"]: facet["label"] for facet in facets}
        assert labels["vendor"] == title
        assert all(labels.values())


def test_what_a_query_cannot_ask_is_422(api: Program) -> None:
    make.product()
    for query in UNASKABLE:
        assert api.get(f"/products?{query}").status_code == 422, query


def test_what_is_not_there_is_404(api: Program) -> None:
    for key in (
        "0",
        "999999",
        "9" * 30,
        "no-such",
        "%00",
        "..%2f..",
        "'",
        "-1",
        "²",
        "null",
        "a" * 5000,
    ):
        assert api.get(f"/products/{key}", status=404).get_json()["code"].endswith("not_found")


def test_odd_words_find_nothing_and_break_nothing(api: Program) -> None:
    make.product()
    for words in ("'", '"', "%", "_", "*", "AND OR NOT", "((", "a:b", "-mug", "\\", "ß" * 50, "🙂"):
        api.get("/products", query_string={"q": words}, status=200)


def test_reviews_are_read_with_the_ratings(api: Program) -> None:
    made = make.product()
    body = api.get(f"/products/{made.id}/reviews", status=200).get_json()
    assert body["items"] == []
    assert body["ratings"] == {"5": 0, "4": 0, "3": 0, "2": 0, "1": 0}
    api.get(f"/products/{made.id}/reviews?rating=9", status=422)
    api.get("/products/999/reviews", status=404)


def test_a_list_costs_the_same_for_any_number(api: Program) -> None:
    for number in range(3):
        make.product(f"Mug {number}")
    with counting() as few:
        api.get("/products", status=200)
    for number in range(12):
        make.product(f"Cup {number}")
    with counting() as many:
        api.get("/products", status=200)
    assert many[0] == few[0] <= 7
