"""What the bank keeps, as PayPal's API shows it.

The store holds an object as it is; what hangs together (an order's captures, a capture's refunds)
is put together when it is shown, so that nothing is written twice.
"""

from vitrina.simulator.paypal import wire
from vitrina.simulator.paypal.wire import link
from vitrina.simulator.store import Json, Transaction

ORDER = "paypal.order"
AUTHORIZATION = "paypal.authorization"
CAPTURE = "paypal.capture"
REFUND = "paypal.refund"
DISPUTE = "paypal.dispute"

MERCHANT = {"email_address": "shop@example.com", "merchant_id": "SHPMERCHANT22"}
PAYER_ID = "BUYERXPAYER22"
BUYER = {
    "email_address": "buyer@example.com",
    "account_id": PAYER_ID,
    "account_status": "VERIFIED",
    "name": {"given_name": "Bea", "surname": "Buyer"},
    "address": {"country_code": "PT"},
}
FEE_PERCENT = 3


def show(tx: Transaction, url: str, kind: str, object_id: str) -> Json:
    """The object of that kind as the API shows it. Raises KeyError for an unknown one."""
    found = tx.get(kind, object_id)
    if found is None:
        raise KeyError(object_id)
    return {
        ORDER: order,
        AUTHORIZATION: authorization,
        CAPTURE: capture,
        REFUND: refund,
        DISPUTE: dispute,
    }[kind](tx, url, found)


def order(tx: Transaction, url: str, kept: Json) -> Json:
    """An order with all that was paid and given back."""
    wallet = BUYER if kept["approved"] else {}
    unit = {**kept["unit"], "payee": MERCHANT}
    payments = _payments(tx, url, kept["id"])
    if payments:
        unit["payments"] = payments
    shown = {
        "id": kept["id"],
        "intent": kept["intent"],
        "status": kept["status"],
        "payment_source": {"paypal": wallet},
        "purchase_units": [unit],
        **_times(kept),
        "links": _order_links(url, kept),
    }
    if kept["approved"]:
        shown["payer"] = {
            "name": BUYER["name"],
            "email_address": BUYER["email_address"],
            "payer_id": PAYER_ID,
            "address": BUYER["address"],
        }
    return shown


def _order_links(url: str, kept: Json) -> list[Json]:
    path = f"/v2/checkout/orders/{kept['id']}"
    found = [link(url, path, "self")]
    if kept["status"] in ("CREATED", "PAYER_ACTION_REQUIRED"):
        found.append(link(url, f"/checkoutnow?token={kept['id']}", "payer-action"))
    if kept["status"] == "APPROVED":
        verb = kept["intent"].lower()
        found += [link(url, path, "update", "PATCH"), link(url, f"{path}/{verb}", verb, "POST")]
    return found


def _payments(tx: Transaction, url: str, order_id: str) -> Json:
    found: Json = {}
    for name, kind, shape in (
        ("authorizations", AUTHORIZATION, authorization),
        ("captures", CAPTURE, capture),
        ("refunds", REFUND, refund),
    ):
        kept = tx.find(kind, order=order_id)
        if kept:
            shown = [shape(tx, url, one) for one in reversed(kept)]
            found[name] = [_without_relations(one) for one in shown]
    return found


def _without_relations(shown: Json) -> Json:
    """Inside of an order it goes without saying what it belongs to."""
    return {k: v for k, v in shown.items() if k not in ("supplementary_data", "payee", "payer")}


def _times(kept: Json) -> Json:
    return {
        "create_time": wire.when(kept["created"]),
        "update_time": wire.when(kept["updated"]),
    }


def _common(kept: Json) -> Json:
    shown = {"id": kept["id"], "status": kept["status"], "amount": kept["amount"]}
    if kept.get("reason"):
        shown["status_details"] = {"reason": kept["reason"]}
    names = ("invoice_id", "custom_id", "note_to_payer")
    return {**shown, **{name: kept[name] for name in names if kept.get(name)}}


def _related(kept: Json, **more: str) -> Json:
    ids = {"order_id": kept["order"], **{name: value for name, value in more.items() if value}}
    return {"supplementary_data": {"related_ids": ids}, "payee": MERCHANT}


_PROTECTED = {
    "status": "ELIGIBLE",
    "dispute_categories": ["ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION"],
}


def authorization(tx: Transaction, url: str, kept: Json) -> Json:
    """Money that is held for the shop."""
    path = f"/v2/payments/authorizations/{kept['id']}"
    links = [link(url, path, "self")]
    if kept["status"] == "CREATED":
        links += [
            link(url, f"{path}/capture", "capture", "POST"),
            link(url, f"{path}/void", "void", "POST"),
        ]
    return {
        **_common(kept),
        "seller_protection": _PROTECTED,
        "expiration_time": wire.when(kept["until"]),
        **_times(kept),
        **_related(kept),
        "links": [*links, link(url, f"/v2/checkout/orders/{kept['order']}", "up")],
    }


def capture(tx: Transaction, url: str, kept: Json) -> Json:
    """Money that was taken, and how much of it the shop was paid."""
    path = f"/v2/payments/captures/{kept['id']}"
    held = kept["authorization"]
    above = (
        f"/v2/payments/authorizations/{held}" if held else f"/v2/checkout/orders/{kept['order']}"
    )
    gross, currency = wire.minor(kept["amount"]), kept["amount"]["currency_code"]
    shown = {
        **_common(kept),
        "final_capture": True,
        "seller_protection": _PROTECTED,
        **_times(kept),
        **_related(kept, authorization_id=held),
        "links": [
            link(url, path, "self"),
            link(url, f"{path}/refund", "refund", "POST"),
            link(url, above, "up"),
        ],
    }
    if kept["status"] not in ("PENDING", "DECLINED"):
        fee = gross * FEE_PERCENT // 100
        if currency in wire.WHOLE:
            fee = 0
        shown["seller_receivable_breakdown"] = {
            "gross_amount": kept["amount"],
            "paypal_fee": wire.written(fee, currency),
            "net_amount": wire.written(gross - fee, currency),
        }
    return shown


def refund(tx: Transaction, url: str, kept: Json) -> Json:
    """Money that went back. It knows the capture that it is of, and no order."""
    return {
        **_common(kept),
        "seller_payable_breakdown": {
            "gross_amount": kept["amount"],
            "paypal_fee": wire.written(0, kept["amount"]["currency_code"]),
            "net_amount": kept["amount"],
        },
        **_times(kept),
        "links": [
            link(url, f"/v2/payments/refunds/{kept['id']}", "self"),
            link(url, f"/v2/payments/captures/{kept['capture']}", "up"),
        ],
    }


def dispute(tx: Transaction, url: str, kept: Json) -> Json:
    """A buyer's complaint, open or resolved."""
    shown = {
        "dispute_id": kept["id"],
        **_times(kept),
        "disputed_transactions": [
            {
                "seller_transaction_id": kept["capture"],
                "custom": kept["custom_id"],
                "invoice_number": kept["invoice_id"],
                "gross_amount": kept["amount"],
                "transaction_status": "COMPLETED",
            }
        ],
        "reason": kept["reason"],
        "status": kept["status"],
        "dispute_state": "RESOLVED" if kept["status"] == "RESOLVED" else "REQUIRED_ACTION",
        "dispute_amount": kept["amount"],
        "dispute_life_cycle_stage": "CHARGEBACK",
        "dispute_channel": "INTERNAL",
        "links": [link(url, f"/v1/customer/disputes/{kept['id']}", "self")],
    }
    if kept["outcome"]:
        shown["dispute_outcome"] = {
            "outcome_code": kept["outcome"],
            "amount_refunded": kept["amount"],
        }
    return shown
