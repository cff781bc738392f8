"""Words for the codes that staff read: states, steps, accounts."""

from typing import Any

from flask_babel import lazy_pgettext, pgettext

from vitrina.web.messages.accounts import TOPICS

WORDS: dict[str, dict[str, Any]] = {
    "topic": TOPICS,
    "order": {  # The state of an order.
        "awaiting_payment": lazy_pgettext("order", "awaiting payment"),
        "paid": lazy_pgettext("order", "paid"),
        "shipped": lazy_pgettext("order", "shipped"),
        "delivered": lazy_pgettext("order", "delivered"),
        "cancelled": lazy_pgettext("order", "cancelled"),
        "expired": lazy_pgettext("order", "expired"),
    },
    "payment": {  # The state of a payment, and of an order's money.
        "pending": lazy_pgettext("payment", "not paid yet"),
        "requires_action": lazy_pgettext("payment", "requires action"),
        "authorized": lazy_pgettext("payment", "authorized"),
        "captured": lazy_pgettext("payment", "captured"),
        "partially_refunded": lazy_pgettext("payment", "partially refunded"),
        "refunded": lazy_pgettext("payment", "refunded"),
        "failed": lazy_pgettext("payment", "failed"),
        "cancelled": lazy_pgettext("payment", "cancelled"),
        "paid": lazy_pgettext("payment", "paid"),
        "partially_paid": lazy_pgettext("payment", "partially paid"),
    },
    "delivery": {  # The state of a parcel, and of all that an order sends.
        "unfulfilled": lazy_pgettext("delivery", "not sent yet"),
        "partly_shipped": lazy_pgettext("delivery", "partly shipped"),
        "shipped": lazy_pgettext("delivery", "shipped"),
        "delivered": lazy_pgettext("delivery", "delivered"),
        "not_needed": lazy_pgettext("delivery", "not needed"),
        "packing": lazy_pgettext("delivery", "packing"),
        "returned": lazy_pgettext("delivery", "returned"),
        "cancelled": lazy_pgettext("delivery", "cancelled"),
        "expired": lazy_pgettext("delivery", "expired"),
    },
    "promotion": {  # Where a promotion stands.
        "active": lazy_pgettext("promotion", "active"),
        "planned": lazy_pgettext("promotion", "planned"),
        "used_up": lazy_pgettext("promotion", "used up"),
        "ended": lazy_pgettext("promotion", "ended"),
    },
    "refund": {  # The state of a refund.
        "pending": lazy_pgettext("refund", "on its way"),
        "succeeded": lazy_pgettext("refund", "succeeded"),
        "failed": lazy_pgettext("refund", "failed"),
    },
    "dispute": {  # The state of a dispute.
        "open": lazy_pgettext("dispute", "open"),
        "won": lazy_pgettext("dispute", "won"),
        "lost": lazy_pgettext("dispute", "lost"),
    },
    "problem": {  # What a payment needs a look for.
        "unknown_capture": lazy_pgettext("problem", "unknown capture"),
        "wrong_currency": lazy_pgettext("problem", "wrong currency"),
        "wrong_amount": lazy_pgettext("problem", "wrong amount"),
        "refund_failed": lazy_pgettext("problem", "refund failed"),
        "unknown_refund": lazy_pgettext("problem", "unknown refund"),
        "dispute_open": lazy_pgettext("problem", "dispute open"),
        "dispute_won": lazy_pgettext("problem", "dispute won"),
        "dispute_lost": lazy_pgettext("problem", "dispute lost"),
    },
    "step": {  # What happened to an order, its parcels and its payments.
        "pay": lazy_pgettext("step", "paid"),
        "ship": lazy_pgettext("step", "sent"),
        "deliver": lazy_pgettext("step", "delivered"),
        "cancel": lazy_pgettext("step", "cancelled"),
        "refuse": lazy_pgettext("step", "refused at the door"),
        "expire": lazy_pgettext("step", "not paid in time"),
        "revive": lazy_pgettext("step", "taken up again"),
        "parcel_ship": lazy_pgettext("step", "parcel sent"),
        "parcel_deliver": lazy_pgettext("step", "parcel delivered"),
        "parcel_cancel": lazy_pgettext("step", "parcel cancelled"),
        "parcel_come_back": lazy_pgettext("step", "parcel came back"),
        "payment_ask_action": lazy_pgettext("step", "the buyer has to confirm the payment"),
        "payment_wait": lazy_pgettext("step", "payment on its way"),
        "payment_authorize": lazy_pgettext("step", "payment authorized"),
        "payment_capture": lazy_pgettext("step", "payment received"),
        "payment_fail": lazy_pgettext("step", "payment failed"),
        "payment_cancel": lazy_pgettext("step", "payment cancelled"),
        "payment_refund_part": lazy_pgettext("step", "payment refunded in part"),
        "payment_refund_all": lazy_pgettext("step", "payment refunded"),
        "payment_regain_part": lazy_pgettext("step", "a refund failed later"),
        "payment_regain_all": lazy_pgettext("step", "a refund failed later"),
        "note": lazy_pgettext("step", "note"),
    },
    "return step": {  # What happened to a return.
        "approve": lazy_pgettext("return step", "agreed to"),
        "reject": lazy_pgettext("return step", "rejected"),
        "receive": lazy_pgettext("return step", "pieces arrived"),
        "inspect": lazy_pgettext("return step", "decided"),
        "cancel": lazy_pgettext("return step", "cancelled"),
    },
    "account": {  # An account of the ledger; those of providers are said by :func:`word`.
        "receivable": lazy_pgettext("account", "receivable"),
        "sales": lazy_pgettext("account", "sales"),
        "discounts": lazy_pgettext("account", "discounts"),
        "shipping": lazy_pgettext("account", "shipping"),
        "tax": lazy_pgettext("account", "tax"),
        "refunds": lazy_pgettext("account", "refunds"),
        "disputes": lazy_pgettext("account", "disputes"),
        "given_away": lazy_pgettext("account", "given away"),
        "gift_cards": lazy_pgettext("account", "gift cards"),
        "store_credit": lazy_pgettext("account", "store credit"),
    },
    "entry": {  # What an entry of the ledger is for.
        "sale": lazy_pgettext("entry", "sale"),
        "edit": lazy_pgettext("entry", "edit"),
        "capture": lazy_pgettext("entry", "capture"),
        "refund": lazy_pgettext("entry", "refund"),
        "refund_failed": lazy_pgettext("entry", "refund failed later"),
        "forgone": lazy_pgettext("entry", "forgone"),
        "dispute": lazy_pgettext("entry", "dispute"),
        "dispute_won": lazy_pgettext("entry", "dispute won"),
        "credit_issued": lazy_pgettext("entry", "credit issued"),
        "credit_voided": lazy_pgettext("entry", "credit voided"),
    },
    "gift card": {  # The state of a gift card.
        "active": lazy_pgettext("gift card", "active"),
        "empty": lazy_pgettext("gift card", "empty"),
        "expired": lazy_pgettext("gift card", "expired"),
        "void": lazy_pgettext("gift card", "void"),
    },
    "credit": {  # What changed a gift card or a credit.
        "issued": lazy_pgettext("credit", "issued"),
        "held": lazy_pgettext("credit", "held"),
        "freed": lazy_pgettext("credit", "freed"),
        "spent": lazy_pgettext("credit", "spent"),
        "refunded": lazy_pgettext("credit", "refunded"),
        "voided": lazy_pgettext("credit", "voided"),
    },
    "mail": {  # The state of a mail.
        "queued": lazy_pgettext("mail", "queued"),
        "sent": lazy_pgettext("mail", "sent"),
        "kept": lazy_pgettext("mail", "kept"),
        "failed": lazy_pgettext("mail", "failed"),
    },
    "question": {  # The state of a question to the shop.
        "open": lazy_pgettext("question", "open"),
        "answered": lazy_pgettext("question", "answered"),
        "closed": lazy_pgettext("question", "closed"),
    },
    "stock": {  # What changed a count of the stock.
        "reserved": lazy_pgettext("stock", "reserved"),
        "released": lazy_pgettext("stock", "released"),
        "shipped": lazy_pgettext("stock", "shipped"),
        "returned": lazy_pgettext("stock", "returned"),
        "adjusted": lazy_pgettext("stock", "adjusted"),
    },
    "document": {  # What a paper of an order is.
        "invoice": lazy_pgettext("document", "invoice"),
        "credit_note": lazy_pgettext("document", "credit note"),
    },
}


def word(kind: str, code: Any) -> str:
    """A code in words; one that is not in :data:`WORDS` as it is, without underscores."""
    known = WORDS[kind].get(str(code))
    if known is not None:
        return str(known)
    name, _, provider = str(code).replace("_", " ").partition(":")
    if kind == "account" and provider:
        return str(pgettext("account", "held by %(provider)s", provider=provider))
    return name
