"""What payments say no to."""

from vitrina.core.errors import Conflict, Invalid, NotFound, TooOften, Unavailable


class UnknownProvider(Invalid):
    """There is no such way to pay (``provider``)."""

    code = "unknown_payment_provider"


class PaymentNotFound(NotFound):
    code = "payment_not_found"


class ProviderTimeout(Unavailable):
    """The provider did not answer: what it did is unknown, and must not be guessed."""

    code = "payment_provider_timeout"


class ForgedNotice(Invalid):
    """A webhook whose signature, time or form is not the provider's."""

    code = "webhook_forged"


class KeyUsedOtherwise(Invalid):
    """The provider knows the key from a call with other values."""

    code = "payment_key_reused"


class NotRefundable(Conflict):
    """More was to go back (``wanted``) than came in and is still there (``refundable``)."""

    code = "not_refundable"


class PaymentOpen(Conflict):
    """Another payment of the order has not ended yet."""

    code = "payment_in_progress"


class NotSentByHand(Conflict):
    """The refund is the provider's to send, or failed (``state``): staff cannot say it was sent."""

    code = "not_sent_by_hand"


class NotCapturable(Conflict):
    """There is no authorized money to take, or not that much (``authorized``)."""

    code = "not_capturable"


class TooManyAttempts(TooOften):
    """Too many payments failed from here lately (``retry_after``, seconds)."""

    code = "too_many_payment_attempts"


class WrongProviderSetting(Invalid):
    """A setting of a payment provider cannot be right (``field``, ``why``).

    ``wrong`` says it as a code, beside the facts of its sentence; it may be empty.
    """

    code = "wrong_provider_setting"
