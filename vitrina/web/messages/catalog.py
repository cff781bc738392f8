"""Sentences for the catalogue's and the search's codes."""

from flask_babel import lazy_gettext as _l

FACETS = {"type": _l("Kind"), "vendor": _l("Made by")}
"""The titles of the filters that no product brings with it."""

MESSAGES = {
    "product_not_found": _l("There is no such product."),
    "variant_not_found": _l("There is no such variant."),
    "category_not_found": _l("There is no such category."),
    "collection_not_found": _l("There is no such collection."),
    "media_not_found": _l("There is no such picture."),
    "review_not_found": _l("There is no such review."),
    "slug_taken": _l("Something else has this address. Choose another one."),
    "sku_taken": _l("Another variant has the article number %(sku)s."),
    "category_not_empty": _l("Move or remove the categories below it first."),
    "invalid_product.missing": _l("Fill in this field."),
    "invalid_product.too_long": _l("Use at most %(limit)s characters."),
    "invalid_product.negative": _l("This cannot be less than zero."),
    "invalid_product.too_large": _l("This is more than the shop can count."),
    "invalid_product.not_whole": _l("Enter a whole number."),
    "invalid_product.repeated_options": _l("Two variants have the same options."),
    "invalid_product.repeated": _l("This stands twice."),
    "invalid_product.wrong_count": _l("Give one value for each option."),
    "invalid_product.unknown_value": _l("“%(value)s” is not among the values of its option."),
    "invalid_category.below_itself": _l("A category cannot stand below itself."),
    "invalid_category.missing": _l("Fill in this field."),
    "invalid_collection.missing": _l("Fill in this field."),
    "invalid_collection.filled_by_rule": _l("This collection is filled by its rule."),
    "invalid_review.out_of_range": _l("Choose one to five stars."),
    "invalid_review.too_long": _l("Use at most %(limit)s characters."),
    "invalid_review.missing": _l("Fill in this field."),
    "invalid_picture.empty": _l("The file is empty."),
    "invalid_picture.too_large": _l("The file is larger than 20 MB."),
    "invalid_picture.unknown_kind": _l("Choose a JPEG, PNG, WebP, AVIF or GIF file."),
    "invalid_picture.too_many_pixels": _l("The picture has more than 50 million pixels."),
    "invalid_picture.broken": _l("The picture cannot be read. Save it again and retry."),
    "unknown_currency": _l("The shop does not sell in this currency."),
    "broken_cursor": _l("The list has changed. Start from its beginning."),
    "unknown_sort": _l("The list cannot be sorted by this."),
}
