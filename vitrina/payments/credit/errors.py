"""What gift cards and store credit say no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class GiftCardUnknown(Invalid):
    """No gift card with this code can pay: unknown, empty, over, void or of another currency.

    They are one error on purpose: a guesser must not learn which codes exist.
    """

    code = "gift_card_unknown"


class CreditNotFound(NotFound):
    code = "credit_not_found"


class NotEnoughCredit(Conflict):
    """The balance was spent in the meantime (``wanted``, minor units)."""

    code = "not_enough_credit"
