"""PayPal's words for what it refuses, as its published API says them. Others get the code alone."""

NAMES = {
    400: "INVALID_REQUEST",
    401: "AUTHENTICATION_FAILURE",
    403: "NOT_AUTHORIZED",
    404: "RESOURCE_NOT_FOUND",
    409: "RESOURCE_CONFLICT",
    422: "UNPROCESSABLE_ENTITY",
    429: "RATE_LIMIT_REACHED",
    500: "INTERNAL_SERVER_ERROR",
}
MESSAGES = {
    400: "Request is not well-formed, syntactically incorrect, or violates schema.",
    401: "Authentication failed due to missing authorization header, "
    "or invalid authentication credentials.",
    403: "Authorization failed due to insufficient permissions.",
    404: "The specified resource does not exist.",
    409: "The server has detected a conflict while processing this request.",
    422: "The requested action could not be performed, semantically incorrect, "
    "or failed business validation.",
    429: "Too many requests. Blocked due to rate limiting.",
    500: "An internal server error occurred.",
}
_CURRENCIES = (
    "Currency code is invalid or is not currently supported. Please refer "
    "https://developer.paypal.com{} for list of supported currency codes."
)
ISSUES = {
    "INVALID_RESOURCE_ID": "Specified resource ID does not exist. "
    "Please check the resource ID and try again.",
    "PREVIOUS_REQUEST_IN_PROGRESS": "A previous request on this resource is currently in progress. "
    "Please wait for sometime and try again. It is best to space out the initial and the "
    "subsequent request(s) to avoid receiving this error.",
    "MISSING_REQUIRED_PARAMETER@orders": "A required parameter is missing.",
    "MISSING_REQUIRED_PARAMETER@payments": "A required field / parameter is missing.",
    "INVALID_PARAMETER_SYNTAX": "The value of a field does not conform to the expected format.",
    "INVALID_CURRENCY_CODE@orders": _CURRENCIES.format("/api/rest/reference/currency-codes/"),
    "INVALID_CURRENCY_CODE@payments": _CURRENCIES.format("/docs/api/reference/currency-codes/"),
    "DECIMAL_PRECISION": "If the currency supports decimals, "
    "only two decimal place precision is supported.",
    "DECIMALS_NOT_SUPPORTED": "Currency does not support decimals. Please refer to "
    "https://developer.paypal.com/docs/api/reference/currency-codes/ for more information.",
    "CANNOT_BE_ZERO_OR_NEGATIVE": "Must be greater than zero. If the currency supports decimals, "
    "only two decimal place precision is supported.",
    "ORDER_NOT_APPROVED@authorize": "Payer has not yet approved the Order for payment. Please "
    "redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within "
    "the Create Order call.",
    "ORDER_NOT_APPROVED@capture": "Payer has not yet approved the Order for payment. Please "
    "redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within "
    "the Create Order call or provide a valid `payment_source` in the request.",
    "ORDER_ALREADY_CAPTURED": "Order already captured."
    "If 'intent=CAPTURE' only one capture per order is allowed.",
    "ORDER_ALREADY_AUTHORIZED": "Order already authorized."
    "If 'intent=AUTHORIZE' only one authorization per order is allowed.",
    "ORDER_ALREADY_COMPLETED": "The order cannot be patched after it is completed.",
    "AMOUNT_CHANGE_NOT_ALLOWED": "The amount specified is different from the amount authorized "
    "by payer.",
    "NOT_PATCHABLE": "Cannot be patched.",
    "ACTION_DOES_NOT_MATCH_INTENT@authorize": "Order was created with an intent to 'CAPTURE'. "
    "Please use v2/checkout/orders/order_id/capture to complete the transaction or alternately "
    "Create an order with an intent of 'AUTHORIZE'.",
    "INSTRUMENT_DECLINED": "The instrument presented  was either declined by the processor or "
    "bank, or it can't be used for this payment.",
    "PAYER_ACTION_REQUIRED": "Transaction cannot complete successfully, "
    "instruct the buyer to return to PayPal.",
    "PAYER_CANNOT_PAY": "Payer cannot pay for this transaction. "
    "Please contact the payer to find other ways to pay for this transaction.",
    "MAX_NUMBER_OF_PAYMENT_ATTEMPTS_EXCEEDED": "You have exceeded the maximum number of payment "
    "attempts.",
    "DUPLICATE_INVOICE_ID": "Duplicate Invoice ID detected. To avoid a potential duplicate "
    "transaction your account setting requires that Invoice Id be unique for each transaction.",
    "AUTHORIZATION_VOIDED": "A voided authorization cannot be captured or reauthorized. ",
    "AUTHORIZATION_EXPIRED": "An expired authorization cannot be captured.",
    "AUTHORIZATION_ALREADY_CAPTURED": "Authorization has previously been captured.",
    "AUTH_CAPTURE_CURRENCY_MISMATCH": "Currency of capture must be the same as currency of "
    "authorization.",
    "MAX_CAPTURE_AMOUNT_EXCEEDED": "Capture amount exceeds allowable limit. Please contact "
    "customer service or your account manager to request the change to your overage limit. The "
    "default overage limit is 115%, which allows the sum of all captures to be up to 115% of the "
    "order amount. The ability to over capture is subjected to regulatory approvals.",
    "PREVIOUSLY_CAPTURED": "Authorization has been previously captured and hence cannot be voided.",
    "PREVIOUSLY_VOIDED": "Authorization has been previously voided and hence cannot be voided "
    "again.",
    "CAPTURE_FULLY_REFUNDED": "The capture has already been fully refunded",
    "REFUND_AMOUNT_EXCEEDED": "The refund amount must be less than or equal to the capture amount "
    "that has not yet been refunded.",
    "REFUND_CAPTURE_CURRENCY_MISMATCH": "Refund must be in the same currency as the capture",
    "PENDING_CAPTURE": "Cannot initiate a refund as the capture is pending. Capture is typically "
    "pending when the payer has funded the transaction using e-check/bank funded.",
}
