"""What a cart says no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class CartNotFound(NotFound):
    """There is no such cart, it is not yours, or it has been ordered."""

    code = "cart_not_found"


class LineNotFound(NotFound):
    code = "line_not_found"


class NotForSale(Conflict):
    """The product is not sold, or not any more (``variant_id``)."""

    code = "not_for_sale"


class InvalidQuantity(Invalid):
    """A quantity is a whole number from 1 to 999."""

    code = "invalid_quantity"


class TooMany(Invalid):
    """A line, a cart or a list holds at most ``most``; ``what`` says of which."""

    code = "too_many"


class UnknownCode(Invalid):
    """No promotion can be had for this code now. Does not say whether it ever existed."""

    code = "unknown_coupon"


class CodeEnded(UnknownCode):
    """This code was open to everybody, and its time is over."""

    code = "coupon_ended"


class MethodNotOffered(Invalid):
    """This basket is not sent that way to that place."""

    code = "shipping_method_not_offered"


class InvalidCountry(Invalid):
    code = "invalid_country"


class NameMissing(Invalid):
    """A saved cart has a name (``field``)."""

    code = "cart_name_missing"


class SignInFirst(Conflict):
    """Only a customer's cart can be saved under a name."""

    code = "sign_in_first"


class EmptyCart(Conflict):
    """There is nothing in it."""

    code = "cart_empty"
