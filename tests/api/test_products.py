"""Products over the API: reading them, and what staff do with them."""

from typing import Any

import sqlalchemy as sa

from tests import make
from tests.api.conftest import Program, sign_in
from tests.api.products import MUG
from tests.conftest import Shop
from vitrina.catalog import queries as catalog
from vitrina.catalog.models.products import Product
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.inventory.actions import set_on_hand
from vitrina.inventory.models import Location
from vitrina.inventory.queries import availability, levels


def _count() -> int:
    return int(session.scalar(sa.select(sa.func.count()).select_from(Product)) or 0)


def test_a_simple_body_makes_a_product_with_one_variant(staff: Program, api: Program) -> None:
    made = staff.post("/products", MUG, status=201)
    body = made.get_json()
    assert made.headers["Location"] == f"/api/v1/products/{body['id']}"
    assert body["price"] == {"amount": "19.90", "currency": "EUR"}
    assert (body["stock"], body["in_stock"], len(body["variants"])) == (12, True, 1)
    assert "script" not in body["description"]
    assert api.get(f"/products/{body['id']}", status=200).get_json()["name"] == "Mug"
    assert api.get("/products/mug", status=200).get_json()["id"] == body["id"]


def test_a_full_body_makes_options_and_variants(staff: Program) -> None:
    body = staff.post(
        "/products",
        {
            "name": "Tidal Study",
            "options": [{"name": "Size", "kind": "size", "values": ["S", "L"]}],
            "variants": [
                {"options": {"Size": "S"}, "price": {"amount": "49", "currency": "EUR"}},
                {"options": {"Size": "L"}, "price": 89.5, "stock": 3, "sku": "TS-L"},
            ],
            "tags": ["sea"],
            "translations": {"ru": {"name": "Приливы"}},
        },
        status=201,
    ).get_json()
    assert [one["options"] for one in body["variants"]] == [{"Size": "S"}, {"Size": "L"}]
    assert [one["price"]["amount"] for one in body["variants"]] == ["49.00", "89.50"]
    assert body["price"]["amount"] == "49.00"
    assert staff.get("/products/tidal-study?locale=ru").get_json()["name"] == "Приливы"


IMPOSSIBLE: list[dict[str, Any]] = [
    {"price": -1},
    {"price": "-0.01"},
    {"price": "19.999"},
    {"price": 19.899999999999},
    {"price": "1e3"},
    {"price": True},
    {"price": None},
    {"price": [1]},
    {"price": {"amount": "1.00"}},
    {"price": {"amount": "1.00", "currency": "USD"}},
    {"price": {"amount": "1.00", "currency": "EUR", "tax": 1}},
    {"price": "9" * 16},
    {"price": 10**30},
    {"stock": -1},
    {"stock": 1.5},
    {"stock": "3"},
    {"stock": True},
    {"stock": None},
    {"stock": 2**63},
    {"name": ""},
    {"name": "   "},
    {"name": 5},
    {"name": "x" * 301},
    {"id": 7},
    {"version": 7},
    {"rating": 5},
    {"created_at": "2020-01-01"},
    {"status": "sold"},
    {"slug": "Not A Slug"},
    {"tags": "sea"},
    {"category_ids": [999999]},
    {"category_ids": ["1"]},
    {"options": [{"name": "Size", "values": ["S"]}]},
    {"variants": [{"options": {}, "price": 1}]},
    {"translations": {"xx": {"name": "a"}}},
    {"weight_g": -5},
]


def test_what_cannot_be_is_refused_and_nothing_is_stored(staff: Program) -> None:
    for change in IMPOSSIBLE:
        answer = staff.post("/products", {**MUG, **change})
        assert answer.status_code in (404, 422), (change, answer.text)
    session.rollback()
    assert _count() == 0


def test_a_price_is_kept_to_the_last_digit(staff: Program) -> None:
    for raw, text in (("0.07", "0.07"), ("19.90", "19.90"), ("1234567.89", "1234567.89")):
        answer = staff.post(
            "/products",
            data=f'{{"name": "Mug {raw}", "price": {raw}}}',
            content_type="application/json",
            status=201,
        )
        assert answer.get_json()["price"]["amount"] == text
    staff.post(
        "/products",
        data='{"name": "Mug", "price": 19.899999999999999999}',
        content_type="application/json",
        status=422,
    )


def test_only_staff_who_may_write_products_do(shop: Shop, api: Program) -> None:
    made = make.product().id
    customer = sign_in(shop, make.user())
    packer = sign_in(shop, make.staff("fulfilment"))
    for program, status in ((api, 401), (customer, 403), (packer, 403)):
        program.post("/products", MUG, status=status)
        program.put(f"/products/{made}", MUG, status=status)
        program.patch(f"/products/{made}", {"name": "Mine"}, status=status)
        program.delete(f"/products/{made}", status=status)
    session.rollback()
    assert catalog.by_id(made).title == "Mug"


def test_a_change_touches_what_it_names(staff: Program) -> None:
    made = staff.post("/products", {**MUG, "sku": "M-1", "tags": ["a"]}, status=201).get_json()
    changed = staff.patch(
        f"/products/{made['id']}", {"price": "24.00", "stock": 2, "tags": ["b"]}, status=200
    ).get_json()
    assert changed["price"]["amount"] == "24.00"
    assert (changed["stock"], changed["tags"], changed["name"]) == (2, ["b"], "Mug")
    assert changed["variants"][0]["id"] == made["variants"][0]["id"]
    assert changed["variants"][0]["sku"] == "M-1"
    assert changed["version"] > made["version"]
    renamed = staff.patch(f"/products/{made['id']}", {"slug": "cup"}, status=200).get_json()
    assert renamed["slug"] == "cup"
    assert staff.get("/products/mug", status=200).get_json()["slug"] == "cup"


def test_a_price_of_several_variants_is_changed_by_their_ids(staff: Program) -> None:
    made = make.product("Print", options={"Size": ["S", "L"]}, price="10.00")
    first, second = (variant.id for variant in made.variants)
    path, other = f"/products/{made.id}", make.variant().id
    problem = staff.patch(path, {"price": "5.00"}, status=422).get_json()
    assert problem["code"] == "several_variants"
    body = staff.patch(path, {"variants": [{"id": second, "price": "12.00"}]}, status=200)
    assert {one["id"]: one["price"]["amount"] for one in body.get_json()["variants"]} == {
        first: "10.00",
        second: "12.00",
    }
    staff.patch(path, {"variants": [{"id": other, "price": "1.00"}]}, status=422)


def test_replacing_keeps_the_identity_of_variants(staff: Program) -> None:
    made = make.product("Print", options={"Size": ["S", "L"]}, price="10.00")
    ids = {variant.label("en"): variant.id for variant in made.variants}
    body = staff.put(
        f"/products/{made.id}",
        {
            "name": "Print two",
            "options": [{"name": "Size", "values": ["L", "XL"]}],
            "variants": [
                {"options": {"Size": "L"}, "price": "20.00"},
                {"options": {"Size": "XL"}, "price": "30.00", "stock": 1},
            ],
        },
        status=200,
    ).get_json()
    now = {one["name"]: one["id"] for one in body["variants"]}
    assert now["L"] == ids["L"]
    assert set(now) == {"L", "XL"}
    assert body["name"] == "Print two"
    session.rollback()
    assert availability([ids["L"]])[ids["L"]].available == 5


def test_nobody_overwrites_what_another_did(staff: Program) -> None:
    made = staff.post("/products", MUG, status=201)
    path, tag = f"/products/{made.get_json()['id']}", made.headers["ETag"]
    staff.patch(path, {"name": "Cup"}, headers={"If-Match": tag}, status=200)
    late = staff.patch(path, {"name": "Bowl"}, headers={"If-Match": tag}, status=412)
    assert late.get_json()["code"] == "precondition_failed"
    staff.put(path, MUG, headers={"If-Match": '"nonsense"'}, status=412)
    staff.delete(path, headers={"If-Match": tag}, status=412)
    staff.patch(path, {"name": "Bowl"}, headers={"If-Match": "*"}, status=200)
    fresh = staff.get(path, status=200).headers["ETag"]
    staff.delete(path, headers={"If-Match": fresh}, status=204)


def test_a_product_is_not_sent_twice_but_its_stock_is_fresh(staff: Program, api: Program) -> None:
    made = staff.post("/products", MUG, status=201).get_json()
    path = f"/products/{made['id']}"
    tag = api.get(path, status=200).headers["ETag"]
    api.get(path, headers={"If-None-Match": tag}, status=304)
    staff.patch(path, {"stock": 1}, status=200)
    assert api.get(path, headers={"If-None-Match": tag}, status=200).get_json()["stock"] == 1


def test_deleting_removes_and_audits(staff: Program, api: Program) -> None:
    made = staff.post("/products", MUG, status=201).get_json()
    staff.delete(f"/products/{made['id']}", status=204)
    api.get(f"/products/{made['id']}", status=404)
    staff.delete(f"/products/{made['id']}", status=404)
    session.rollback()
    done = session.scalars(sa.select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert "product.create" in done
    assert "product.delete" in done


def test_the_same_key_makes_one_product(staff: Program) -> None:
    key = {"Idempotency-Key": "a-key"}
    first = staff.post("/products", MUG, headers=key, status=201)
    again = staff.post("/products", MUG, headers=key, status=201)
    assert again.get_json() == first.get_json()
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotent-Replayed"] == "true"
    staff.post("/products", {**MUG, "name": "Cup"}, headers=key, status=422)
    staff.post("/products", MUG, headers={"Idempotency-Key": "x" * 300}, status=400)
    session.rollback()
    assert _count() == 1


def test_a_refusal_leaves_the_key_free(staff: Program) -> None:
    key = {"Idempotency-Key": "a-key"}
    make.product(sku="TAKEN")
    staff.post("/products", {**MUG, "sku": "TAKEN"}, headers=key, status=409)
    staff.post("/products", {**MUG, "sku": "FREE"}, headers=key, status=201)


def test_the_stock_of_two_places_is_set_as_it_is_told(staff: Program) -> None:
    mug = make.variant(stock=10)
    mug_id, path = mug.id, f"/products/{mug.product_id}"
    with committing():
        session.add(Location(code="back", name="Back room", priority=5))
        session.flush()
        set_on_hand(mug_id, 5, by=make.BY, location="back")
    assert staff.get(path, status=200).get_json()["stock"] == 15
    assert staff.patch(path, {"stock": 16}, status=200).get_json()["stock"] == 16
    assert staff.patch(path, {"stock": 4}, status=200).get_json()["stock"] == 4
    session.rollback()
    assert [item.on_hand for _, item in levels([mug_id])[mug_id]] == [0, 4]
