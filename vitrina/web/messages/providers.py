"""Words for payment providers and their settings."""

from flask_babel import lazy_gettext as _l

NAMES = {
    "sandbox": _l("Sandbox (play money)"),
    "stripe": "Stripe",
    "paypal": "PayPal",
    "manual": _l("Bank transfer"),
    "cash_on_delivery": _l("Cash on delivery"),
    "cheque": _l("Cheque"),
}


def name_of(code: str) -> str:
    """What staff call a way to pay; a plugin's code as words."""
    return str(NAMES.get(code) or code.replace("_", " ").capitalize())


LABELS = {
    "secret_key": _l("Secret key"),
    "publishable_key": _l("Publishable key"),
    "webhook_secret": _l("Signing secret of the webhook"),
    "mode": _l("How buyers pay"),
    "hosted": _l("On the provider's own page"),
    "element": _l("In a form on our page"),
    "captures_later": _l("Only authorize at checkout; staff take the money"),
    "custom_domain": _l("Your own domain for the payment page"),
    "api_base": _l("Address of the provider's API"),
    "timeout": _l("Seconds to wait for an answer"),
    "client_id": _l("Client ID"),
    "client_secret": _l("Client secret"),
    "webhook_id": _l("ID of the webhook"),
    "days": _l("Days to wait for the money"),
    "account_holder": _l("Account holder"),
    "iban": "IBAN",
    "bic": "BIC",
    "bank": _l("Bank"),
    "other_details": _l("Other details"),
    "payable_to": _l("Payable to"),
    "send_to": _l("Send it to"),
}

HINTS = {
    "secret_key": _l("It begins with sk_live_, or with sk_test_ for play money."),
    "publishable_key": _l("It begins with pk_live_ or pk_test_. The form on our page needs it."),
    "webhook_secret": _l("It begins with whsec_. You find it beside the webhook."),
    "custom_domain": _l("Leave it empty unless the provider set one up for you."),
    "api_base": _l("Leave it as it is unless you test against a stand-in."),
    "webhook_id": _l("PayPal shows it when you add the webhook."),
    "account_holder": _l("Buyers read this on the page of their order and in their mail."),
    "iban": _l("Without an account here, buyers do not know where to send the money."),
    "other_details": _l("What your bank needs beside it: a routing number, a Pix key."),
    "payable_to": _l("Leave it empty for the company of your shop."),
    "send_to": _l("Leave it empty for the address of your shop."),
}

WRONG = {
    "days": _l("From 1 to %(most)s days."),
    "iban": _l("This is not an IBAN: check its digits."),
    "bic": _l("This is not a BIC: it has 8 or 11 letters and digits."),
    "line": _l("Enter one line of text, 500 characters at most."),
    "timeout": _l("Enter a number of seconds up to %(most)s."),
    "domain": _l("Enter a name such as pay.example.com."),
    "paypal_address": _l(
        "This must be https://api-m.paypal.com or https://api-m.sandbox.paypal.com."
    ),
    "stripe_key": _l("Enter a key that begins with sk_live_ or sk_test_."),
    "stripe_public": _l("Enter a key that begins with %(wanted)s."),
    "stripe_webhook": _l("Enter the signing secret of the webhook: it begins with whsec_."),
    "stripe_stand_in": _l("A stand-in for Stripe needs https:// and a test key."),
}
"""Why a setting cannot be right, by the code of a WrongSetting."""
