"""Pictures of products."""

from typing import Any

from vitrina.catalog import pictures
from vitrina.catalog.actions.products import touch_product
from vitrina.catalog.drafts import MEDIA_FIELDS, MediaDraft
from vitrina.catalog.models.products import Media, Product
from vitrina.core import audit, storage
from vitrina.core.db import session
from vitrina.core.events import enqueue


def add_media(product: Product, draft: MediaDraft, *, by: str) -> Media:
    """Hang a picture that is in the storage at the end of a product's pictures."""
    plain: dict[str, Any] = {name: getattr(draft, name) for name in MEDIA_FIELDS}
    media = Media(
        **plain,
        renditions=[dict(one) for one in draft.renditions],
        translations=dict(draft.translations),
        position=max((one.position for one in product.media), default=-1) + 1,
    )
    product.media.append(media)
    session.flush()
    audit.note(by, "media.add", f"product:{product.id}", None, {"key": media.key})
    touch_product(product)
    return media


def upload_picture(product: Product, data: bytes, *, alt: str, by: str) -> Media:
    """Check an uploaded picture, store it, and owe its smaller copies. Raises InvalidPicture."""
    picture = pictures.check(data)
    key = storage.put(picture.data, picture.suffix)
    draft = MediaDraft(
        key=key,
        mime=picture.mime,
        width=picture.width,
        height=picture.height,
        colour=picture.colour,
        alt=alt[:500],
    )
    media = add_media(product, draft, by=by)
    enqueue(pictures.render, {"media_id": media.id}, key=f"render:{media.id}")
    return media


def remove_media(media: Media, *, by: str) -> None:
    """Take a picture down. Its file stays: the same one may hang elsewhere."""
    product = media.product
    audit.note(by, "media.remove", f"product:{product.id}", {"key": media.key}, None)
    product.media.remove(media)
    touch_product(product)
