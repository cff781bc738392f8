"""What promotions refuse."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class PromotionNotFound(NotFound):
    code = "promotion_not_found"


class CodeTaken(Conflict):
    """Another promotion has this code."""

    code = "coupon_taken"


class CouponUsedUp(Conflict):
    """Somebody else had the last use (``coupon`` is its code, empty for an automatic one)."""

    code = "coupon_used_up"


class CouponAlreadyUsed(Conflict):
    """This customer has had all the uses that one customer may have."""

    code = "coupon_already_used"


class InvalidPromotion(Invalid):
    """A field of a promotion cannot be so: ``field`` and ``reason`` say which and why."""

    code = "invalid_promotion"
