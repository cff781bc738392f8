"""What a Checkout Session is created with."""

from vitrina.simulator.stripe import amounts, forms

MODES = ("payment", "setup", "subscription")
UI_MODES = ("hosted", "hosted_page", "embedded", "embedded_page", "elements", "custom", "form")

_LOCALES = """
auto bg cs da de el en en-GB es es-419 et fi fil fr fr-CA hr hu id it ja ko lt lv ms mt nb
nl pl pt pt-BR ro ru sk sl sv th tr vi zh zh-HK zh-TW
"""
LOCALES = tuple(_LOCALES.split())

PRODUCT = forms.group(
    {
        "name": forms.text,
        "description": forms.text,
        "images": forms.list_of(forms.url),
        "metadata": forms.metadata,
        "tax_code": forms.text,
    }
)
LINE = forms.group(
    {
        "price_data": forms.group(
            {
                "currency": amounts.currency,
                "unit_amount": forms.whole,
                "product_data": PRODUCT,
                "tax_behavior": forms.one_of("exclusive", "inclusive", "unspecified"),
            }
        ),
        "quantity": forms.whole,
        "metadata": forms.metadata,
    }
)
INTENT: forms.Table = {
    "capture_method": forms.one_of("automatic", "automatic_async", "manual"),
    "description": forms.text,
    "metadata": forms.metadata,
    "receipt_email": forms.text,
    "setup_future_usage": forms.one_of("off_session", "on_session"),
    "shipping": forms.SHIPPING,
    "statement_descriptor": forms.text,
    "statement_descriptor_suffix": forms.text,
    "transfer_group": forms.text,
}
SESSION: forms.Table = {
    "mode": forms.one_of(*MODES),
    "ui_mode": forms.one_of(*UI_MODES),
    "line_items": forms.list_of(LINE),
    "payment_intent_data": forms.group(INTENT),
    "payment_method_types": forms.list_of(forms.one_of("card")),
    "payment_method_options": forms.anything,
    "success_url": forms.url,
    "cancel_url": forms.url,
    "client_reference_id": forms.text,
    "customer": forms.text,
    "customer_email": forms.text,
    "customer_creation": forms.one_of("always", "if_required"),
    "saved_payment_method_options": forms.group(
        {
            "payment_method_save": forms.one_of("disabled", "enabled"),
            "payment_method_remove": forms.one_of("disabled", "enabled"),
            "allow_redisplay_filters": forms.list_of(
                forms.one_of("always", "limited", "unspecified")
            ),
        }
    ),
    "expires_at": forms.whole,
    "locale": forms.one_of(*LOCALES),
    "metadata": forms.metadata,
    "submit_type": forms.one_of("auto", "book", "donate", "pay", "subscribe"),
    "billing_address_collection": forms.one_of("auto", "required"),
    "phone_number_collection": forms.anything,
    "custom_text": forms.anything,
    "branding_settings": forms.anything,
    "automatic_tax": forms.group({"enabled": forms.flag}),
    "adaptive_pricing": forms.group({"enabled": forms.flag}),
    "wallet_options": forms.anything,
    "allow_promotion_codes": forms.flag,
    "payment_method_collection": forms.one_of("always", "if_required"),
}
