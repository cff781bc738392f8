"""The tree of categories."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from vitrina.catalog.errors import CategoryNotEmpty, InvalidCategory, SlugTaken
from vitrina.catalog.events import CategoryChanged, ProductChanged
from vitrina.catalog.models.groups import Category, ProductCategory
from vitrina.catalog.rich_text import sanitize
from vitrina.catalog.rules.drafts import clean_translations
from vitrina.catalog.slugs import slugify
from vitrina.core import audit
from vitrina.core.db import session
from vitrina.core.events import record
from vitrina.core.store import touch_catalogue

LONGEST_PATH = 500
PLAIN = ("title", "description", "seo_title", "seo_description", "translations")


def create_category(
    title: str,
    parent: Category | None = None,
    *,
    by: str,
    slug: str = "",
    description: str = "",
    seo_title: str = "",
    seo_description: str = "",
    translations: dict[str, Any] | None = None,
    position: int = 0,
    is_visible: bool = True,
) -> Category:
    """Put a category into the tree, below ``parent`` or at the top.

    Raises InvalidCategory, and SlugTaken when a sibling has the address.
    """
    category = Category(
        title=_title(title),
        slug=_slug(slug or title),
        parent_id=parent.id if parent else None,
        description=sanitize(description),
        seo_title=seo_title,
        seo_description=seo_description,
        translations=clean_translations(translations or {}),
        position=position,
        is_visible=is_visible,
    )
    category.path = _path(category.slug, parent)
    _refuse_taken(category)
    session.add(category)
    session.flush()
    audit.note(by, "category.create", f"category:{category.id}", None, {"path": category.path})
    _tell([category.id])
    return category


def place_for(titles: Sequence[str], *, by: str) -> Category:
    """The category at the end of a chain of titles (``Clothing``, ``Tshirts``), made if need be."""
    parent: Category | None = None
    for title in titles:
        path = _path(_slug(title), parent)
        found = session.scalar(sa.select(Category).where(Category.path == path))
        parent = found or create_category(title, parent, by=by)
    if parent is None:
        raise InvalidCategory(field="title", reason="missing")
    return parent


def update_category(category: Category, *, by: str, **changes: Any) -> Category:
    """Change texts, ``slug``, ``position`` or ``is_visible`` of a category.

    Another slug moves everything below it. Raises InvalidCategory and SlugTaken; TypeError for a
    field that is not among them.
    """
    wanted = {name: _clean(name, value) for name, value in changes.items()}
    before = {name: getattr(category, name) for name in wanted}
    if before == wanted:
        return category
    for name, value in wanted.items():
        setattr(category, name, value)
    if before.get("slug", category.slug) != category.slug:
        _repath(category)
    audit.note(by, "category.update", f"category:{category.id}", before, wanted)
    _tell([category.id])
    return category


def move_category(category: Category, parent: Category | None, *, by: str) -> None:
    """Hang a category, with all below it, under another one or at the top.

    Raises InvalidCategory when that one is below it itself, and SlugTaken.
    """
    if parent and (parent.id == category.id or parent.path.startswith(f"{category.path}/")):
        raise InvalidCategory(field="parent", reason="below_itself")
    new_parent = parent.id if parent else None
    if new_parent == category.parent_id:
        return
    before = category.path
    category.parent_id = new_parent
    _repath(category)
    subject = f"category:{category.id}"
    audit.note(by, "category.move", subject, {"path": before}, {"path": category.path})
    _tell([category.id])
    _tell_products(category)


def delete_category(category: Category, *, by: str) -> None:
    """Take a category out of the tree; its products stay. Raises CategoryNotEmpty."""
    below = sa.select(sa.func.count()).where(Category.parent_id == category.id)
    if session.scalar(below.select_from(Category)):
        raise CategoryNotEmpty(id=category.id)
    _tell_products(category)
    audit.note(by, "category.delete", f"category:{category.id}", {"path": category.path}, None)
    category_id = category.id
    session.expunge(category)
    session.execute(sa.delete(Category).where(Category.id == category_id))
    _tell([category_id])


def _clean(name: str, value: Any) -> Any:
    if name == "title":
        return _title(value)
    if name == "slug":
        return _slug(value)
    if name == "description":
        return sanitize(value)
    if name == "translations":
        return clean_translations(value)
    if name in PLAIN or name in ("position", "is_visible"):
        return value
    raise TypeError(f"a category has no field {name!r} to change")


def _title(title: str) -> str:
    words = " ".join(title.split())
    if not words or len(words) > 200:
        raise InvalidCategory(field="title", reason="too_long" if words else "missing")
    return words


def _slug(text: str) -> str:
    slug = slugify(text, 120)
    if not slug:
        raise InvalidCategory(field="slug", reason="missing")
    return slug


def _path(slug: str, parent: Category | None) -> str:
    path = f"{parent.path}/{slug}" if parent else slug
    if len(path) > LONGEST_PATH:
        raise InvalidCategory(field="slug", reason="too_deep")
    return path


def _refuse_taken(category: Category) -> None:
    taken = sa.select(Category.id).where(Category.path == category.path)
    if category.id is not None:
        taken = taken.where(Category.id != category.id)
    with session.no_autoflush:
        if session.scalar(taken) is not None:
            raise SlugTaken(field="slug", slug=category.slug)


def _repath(category: Category) -> None:
    """Write the new address of a category and of everything below it."""
    with session.no_autoflush:
        parent = session.get(Category, category.parent_id) if category.parent_id else None
        before, category.path = category.path, _path(category.slug, parent)
        _refuse_taken(category)
        inside = Category.path.startswith(f"{before}/", autoescape=True)
        for below in session.scalars(sa.select(Category).where(inside)):
            below.path = category.path + below.path[len(before) :]
            if len(below.path) > LONGEST_PATH:
                raise InvalidCategory(field="slug", reason="too_deep")
    session.flush()


def _tell(category_ids: list[int]) -> None:
    touch_catalogue()
    record(CategoryChanged(category_ids=category_ids))


def _tell_products(category: Category) -> None:
    """Products are found under the ancestors of their categories too."""
    inside = sa.or_(
        Category.path == category.path,
        Category.path.startswith(f"{category.path}/", autoescape=True),
    )
    statement = (
        sa.select(ProductCategory.product_id)
        .join(Category, Category.id == ProductCategory.category_id)
        .where(inside)
        .distinct()
        .order_by(ProductCategory.product_id)
    )
    ids = list(session.scalars(statement))
    if ids:
        record(ProductChanged(product_ids=ids))
