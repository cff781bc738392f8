"""Sentences for what stock, payments, orders and checkout say no to."""

from flask_babel import lazy_gettext as _l

MESSAGES = {
    "quote_changed": _l("The sum has changed. Look at it once more; nothing was charged."),
    "cart_already_ordered": _l("This cart has been ordered already."),
    "cart_has_problems": _l("Something in your cart cannot be bought. Have a look at it."),
    "cart_empty": _l("Your cart is empty."),
    "invalid_email": _l("Enter an e-mail address such as ana@example.com."),
    "address_missing": _l("Enter the address to which we send this."),
    "invalid_address": _l("Something in the address is missing or wrong."),
    "shipping_method_not_offered": _l("We do not send this way to that address. Choose another."),
    "unknown_payment_provider": _l("Choose how you want to pay."),
    "payment_declined": _l("The card was declined. Nothing was charged."),
    "too_many_payment_attempts": _l(
        "Too many payments failed. Nothing was charged. Wait a quarter of an hour, "
        "or pay another way."
    ),
    "not_enough_credit": _l("A gift card has less on it than a moment ago. Look at the sum again."),
    "gift_card_unknown": _l("No gift card with this code can pay. Check the code."),
    "too_many_codes": _l("Too many codes were tried. Wait a few minutes, then try again."),
    "credit_not_found": _l("There is no such gift card."),
    "not_capturable": _l("There is no authorized money to take, or not that much."),
    "not_returnable": _l("That is more than is left of this line."),
    "payment_in_progress": _l("A payment of this order is on its way. Give it a minute."),
    "payment_provider_timeout": _l("The payment provider does not answer. Try again in a minute."),
    "payment_not_found": _l("There is no such payment."),
    "payment_key_reused": _l("This payment was begun with other values. Start it again."),
    "webhook_forged": _l("This message is not from the payment provider."),
    "not_refundable": _l("No more than %(refundable)s can be given back."),
    "order_not_found": _l("There is no such order, or it is not yours."),
    "order_not_payable": _l("This order no longer waits for a payment."),
    "order_cannot_be_cancelled": _l("This order can no longer be cancelled."),
    "order_cannot_be_shipped": _l("This order cannot be sent now."),
    "order_rest_unpaid": _l("%(amount)s of this changed order is still to be paid."),
    "nothing_to_ship": _l("Pieces of this line that are left to send: %(left)s."),
    "not_reserved": _l("Only %(ready)s of these are on the shelf."),
    "stock_reserved": _l("%(reserved)s are promised to orders; the count cannot be lower."),
    "download_gone": _l("This link is used up or too old. Write to us, and we send you a new one."),
    "invalid_note": _l("Write a note of up to 2,000 characters."),
    "coupon_used_up": _l("The code has been used up meanwhile. Nothing was charged."),
    "coupon_already_used": _l("You have used this code already. Nothing was charged."),
    "location_not_found": _l("There is no such location."),
}
