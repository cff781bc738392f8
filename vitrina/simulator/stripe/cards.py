"""Stripe's test cards and test payment methods, and what becomes of each."""

import hashlib
from dataclasses import dataclass

MESSAGES = {
    "card_declined": "Your card was declined.",
    "insufficient_funds": "Your card has insufficient funds.",
    "lost_card": "Your card was declined.",
    "stolen_card": "Your card was declined.",
    "expired_card": "Your card has expired.",
    "incorrect_cvc": "Your card's security code is incorrect.",
    "processing_error": "An error occurred while processing your card. Try again in a little bit.",
    "authentication_required": "Your card was declined. This transaction requires authentication.",
    "test_mode_live_card": (
        "Your card was declined. Your request was in test mode, but used a non test card."
    ),
}
OWN_CODES = {"expired_card", "incorrect_cvc", "processing_error", "authentication_required"}
"""Declines that are an error code of their own; all others are a ``card_declined``."""


@dataclass(frozen=True, slots=True)
class Decline:
    """Why a card was refused, as Stripe puts it in an error."""

    code: str
    decline_code: str
    message: str


@dataclass(frozen=True, slots=True)
class TestCard:
    """A card. ``decline``: it is refused so; ``asks``: ``always``, ``unless_saved`` or never.

    ``dispute``: the reason for which its holder takes the money back; ``refund``: ``pending`` or
    ``failing``; ``hint`` says what it is for.
    """

    number: str
    brand: str = "visa"
    funding: str = "credit"
    decline: str = ""
    asks: str = ""
    dispute: str = ""
    refund: str = ""
    hint: str = ""

    @property
    def last4(self) -> str:
        return self.number[-4:]

    @property
    def fingerprint(self) -> str:
        """The same for each use of the card, in this simulator and in the next."""
        return hashlib.sha256(self.number.encode()).hexdigest()[:16]


CARDS = {
    card.number: card
    for card in (
        TestCard("4242424242424242", hint="pays"),
        TestCard("4000056655665556", funding="debit"),
        TestCard("5555555555554444", brand="mastercard"),
        TestCard("2223003122003222", brand="mastercard"),
        TestCard("378282246310005", brand="amex"),
        TestCard("6011111111111117", brand="discover"),
        TestCard("4000000000000077"),
        TestCard("4000000000000002", decline="generic_decline", hint="is declined"),
        TestCard("4000000000009995", decline="insufficient_funds", hint="has no money"),
        TestCard("4000000000009987", decline="lost_card"),
        TestCard("4000000000009979", decline="stolen_card"),
        TestCard("4000000000000069", decline="expired_card"),
        TestCard("4000000000000127", decline="incorrect_cvc"),
        TestCard("4000000000000119", decline="processing_error"),
        TestCard("4000000000000341", decline="generic_decline"),
        TestCard("4100000000000019", decline="fraudulent"),
        TestCard("4000000000003220", asks="always"),
        TestCard("4000002760003184", asks="always"),
        TestCard("4000002500003155", asks="unless_saved", hint="asks for 3-D Secure"),
        TestCard("4000003800000446", asks="on_session"),
        TestCard("4000008260003178", asks="always", decline="insufficient_funds"),
        TestCard("4000000000000259", dispute="fraudulent", hint="pays, and is disputed"),
        TestCard("4000000000002685", dispute="product_not_received"),
        TestCard("4000000000007726", refund="pending"),
        TestCard("4000000000005126", refund="failing"),
    )
}

TOKENS = {
    "visa": "4242424242424242",
    "visa_debit": "4000056655665556",
    "mastercard": "5555555555554444",
    "amex": "378282246310005",
    "discover": "6011111111111117",
    "bypassPending": "4000000000000077",
    "chargeDeclined": "4000000000000002",
    "visa_chargeDeclined": "4000000000000002",
    "chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedInsufficientFunds": "4000000000009995",
    "visa_chargeDeclinedLostCard": "4000000000009987",
    "visa_chargeDeclinedStolenCard": "4000000000009979",
    "chargeDeclinedExpiredCard": "4000000000000069",
    "chargeDeclinedIncorrectCvc": "4000000000000127",
    "chargeDeclinedProcessingError": "4000000000000119",
    "chargeCustomerFail": "4000000000000341",
    "radarBlock": "4100000000000019",
    "threeDSecure2Required": "4000000000003220",
    "threeDSecureRequired": "4000000000003220",
    "authenticationRequired": "4000002760003184",
    "authenticationRequiredOnSetup": "4000002500003155",
    "authenticationRequiredSetupForOffSession": "4000003800000446",
    "authenticationRequiredChargeDeclinedInsufficientFunds": "4000008260003178",
    "createDispute": "4000000000000259",
    "createDisputeProductNotReceived": "4000000000002685",
    "pendingRefund": "4000000000007726",
    "refundFail": "4000000000005126",
}


def digits(number: str) -> str:
    """What a buyer typed, without its spaces and dashes."""
    return "".join(char for char in number if char not in " -")


def of_number(number: str) -> TestCard | None:
    """The test card of a number; None for all others, which are neither used nor kept."""
    return CARDS.get(digits(number))


def of_token(token: str, prefix: str) -> TestCard | None:
    """The card behind ``pm_card_visa`` (prefix ``pm_card_``) or ``tok_visa`` (``tok_``)."""
    if not token.startswith(prefix):
        return None
    number = TOKENS.get(token.removeprefix(prefix))
    return CARDS[number] if number else None


def luhn(number: str) -> bool:
    """Whether a number could be a card's at all."""
    if not (number.isascii() and number.isdigit() and 12 <= len(number) <= 19):
        return False
    total = 0
    for place, char in enumerate(reversed(number)):
        digit = int(char) * (2 if place % 2 else 1)
        total += digit - 9 if digit > 9 else digit
    return total % 10 == 0


def decline(reason: str) -> Decline:
    """A refusal for a reason such as ``insufficient_funds``."""
    code = reason if reason in OWN_CODES else "card_declined"
    decline_code = "generic_decline" if reason == "card_declined" else reason
    return Decline(code, decline_code, MESSAGES.get(reason, MESSAGES["card_declined"]))
