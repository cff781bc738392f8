"""What the catalogue refuses."""

from vitrina.core.errors import Conflict, Invalid, NotFound


class ProductNotFound(NotFound):
    code = "product_not_found"


class VariantNotFound(NotFound):
    code = "variant_not_found"


class CategoryNotFound(NotFound):
    code = "category_not_found"


class CollectionNotFound(NotFound):
    code = "collection_not_found"


class MediaNotFound(NotFound):
    code = "media_not_found"


class ReviewNotFound(NotFound):
    code = "review_not_found"


class SlugTaken(Conflict):
    """Another product, category or collection has this address."""

    code = "slug_taken"


class SkuTaken(Conflict):
    """Another variant has this SKU."""

    code = "sku_taken"


class CategoryNotEmpty(Conflict):
    """Other categories stand below it."""

    code = "category_not_empty"


class AlreadyReviewed(Conflict):
    """One review for each customer and product."""

    code = "already_reviewed"


class InvalidProduct(Invalid):
    """A field of a product cannot be so: ``field`` and ``reason`` say which and why."""

    code = "invalid_product"


class InvalidCategory(Invalid):
    code = "invalid_category"


class InvalidCollection(Invalid):
    code = "invalid_collection"


class InvalidReview(Invalid):
    code = "invalid_review"


class InvalidPicture(Invalid):
    """The file is no picture that the shop takes: ``reason`` says why."""

    code = "invalid_picture"


class UnknownCurrency(Invalid):
    """The store does not sell in this currency."""

    code = "unknown_currency"


class InvalidRate(Invalid):
    code = "invalid_rate"
