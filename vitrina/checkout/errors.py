"""What checkout says no to. Stock, coupons and addresses say their own."""

from vitrina.core.errors import Conflict, Invalid


class QuoteChanged(Conflict):
    """What the buyer confirmed is not what it costs now (``total``, ``currency``, ``confirmed``).

    Nothing has been charged; the buyer looks at the new sum and confirms again.
    """

    code = "quote_changed"


class CartOrdered(Conflict):
    """The cart has been ordered already."""

    code = "cart_already_ordered"


class NotBuyable(Conflict):
    """Something in the cart cannot be bought (``problems``: kinds, such as ``sold_out``)."""

    code = "cart_has_problems"


class EmailMissing(Invalid):
    """The buyer's e-mail is missing or no e-mail (``field``)."""

    code = "invalid_email"


class AddressMissing(Invalid):
    """These goods are sent, so an address is needed (``field``)."""

    code = "address_missing"


class OrderNotPayable(Conflict):
    """The order no longer waits for money (``state``)."""

    code = "order_not_payable"


class PaymentDeclined(Conflict):
    """The card was refused and nothing was charged (``number``, ``reason``)."""

    code = "payment_declined"
