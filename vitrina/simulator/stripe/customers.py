"""Customers."""

from vitrina.simulator.calls import Context
from vitrina.simulator.store import Json
from vitrina.simulator.stripe import forms
from vitrina.simulator.stripe.errors import malformed
from vitrina.simulator.stripe.wire import emit, found, keep, merge, new_id, operation, page

TABLE: forms.Table = {
    "address": forms.ADDRESS,
    "description": forms.text,
    "email": forms.text,
    "metadata": forms.metadata,
    "name": forms.text,
    "phone": forms.text,
    "preferred_locales": forms.list_of(forms.text),
    "shipping": forms.SHIPPING,
    "invoice_settings": forms.anything,
}


@operation("POST", "/customers", "customers.create", TABLE)
def create(ctx: Context, said: forms.Tree) -> Json:
    """A new customer."""
    return make(ctx, said)


def make(ctx: Context, said: forms.Tree) -> Json:
    """Keep a new customer with these fields, and tell of it."""
    body: Json = {
        "id": new_id("cus"),
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": ctx.tx.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": None,
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": None,
    }
    merge(body, said)
    emit(ctx, "customer.created", body)
    return keep(ctx, body)


@operation("GET", "/customers/<customer>", "customers.retrieve")
def retrieve(ctx: Context, said: forms.Tree, customer: str) -> Json:
    """A customer, or what is left of a deleted one."""
    return found(ctx, "customer", customer)


@operation("POST", "/customers/<customer>", "customers.update", TABLE)
def update(ctx: Context, said: forms.Tree, customer: str) -> Json:
    """Change what was sent."""
    body = living(ctx, customer, "id")
    merge(body, said)
    emit(ctx, "customer.updated", body)
    return keep(ctx, body)


@operation("DELETE", "/customers/<customer>", "customers.delete")
def delete(ctx: Context, said: forms.Tree, customer: str) -> Json:
    """Forget a customer; their cards cannot be used any more."""
    body = living(ctx, customer, "id")
    for method in ctx.tx.find("stripe.payment_method", customer=customer):
        keep(ctx, {**method, "customer": None, "_spent": True})
    emit(ctx, "customer.deleted", body)
    return keep(ctx, {"id": customer, "object": "customer", "deleted": True})


@operation("GET", "/customers", "customers.list", {**forms.PAGE, "email": forms.text})
def list_all(ctx: Context, said: forms.Tree) -> Json:
    """The customers, or those with an e-mail address."""
    where = {"email": said["email"]} if said.get("email") else {}
    alive = [one for one in ctx.tx.find("stripe.customer", **where) if not one.get("deleted")]
    return page(alive, said, "/v1/customers")


def living(ctx: Context, customer: str, param: str = "customer") -> Json:
    """A customer who is not deleted. Raises ``resource_missing``."""
    body = found(ctx, "customer", customer, param)
    if body.get("deleted"):
        raise malformed(f"No such customer: '{customer}'", code="resource_missing", param=param)
    return body
