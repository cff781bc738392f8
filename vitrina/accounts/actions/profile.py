"""What customers keep with the shop: their name, language and address book."""

from typing import Final

import sqlalchemy as sa

from vitrina.accounts import queries
from vitrina.accounts.errors import TooManyAddresses
from vitrina.accounts.models import Address, User
from vitrina.core import clock, locales
from vitrina.core.address import PostalAddress
from vitrina.core.db import session

MOST_ADDRESSES: Final = 50


def change_profile(
    user: User, *, name: str, phone: str = "", locale: str | None = None, wants_news: bool
) -> None:
    """Change the name, phone number, language of mails, and the consent to news.

    The moment of the consent is kept, as proof; taking it back removes it.
    """
    user.name = " ".join(name.split())[:200]
    user.phone = " ".join(phone.split())[:40]
    if locale is not None:
        user.locale = locales.get(locale).code
    if not wants_news:
        user.marketing_consent_at = None
    elif user.marketing_consent_at is None:
        user.marketing_consent_at = clock.now()


def save_address(
    user: User, address: PostalAddress, *, address_id: int | None = None, is_default: bool = False
) -> Address:
    """Put an address into the book, or in the place of the one with ``address_id``.

    The first one is the default. Raises AddressNotFound and TooManyAddresses.
    """
    known = queries.addresses(user)
    if address_id is not None:
        entry = queries.address_of(user, address_id)
    elif len(known) >= MOST_ADDRESSES:
        raise TooManyAddresses(most=MOST_ADDRESSES)
    else:
        entry = Address(user_id=user.id)
        session.add(entry)
    for name, value in address.as_dict().items():
        setattr(entry, name, value)
    session.flush()
    if is_default or not any(other.is_default for other in known):
        set_default_address(user, entry.id)
    return entry


def remove_address(user: User, address_id: int) -> None:
    """Take an address out of the book; the newest other one becomes the default if it was.

    Raises AddressNotFound.
    """
    entry = queries.address_of(user, address_id)
    was_default = entry.is_default
    session.delete(entry)
    session.flush()
    left = queries.addresses(user)
    if was_default and left:
        set_default_address(user, left[0].id)


def set_default_address(user: User, address_id: int) -> None:
    """Make one of the user's addresses the one that is filled in first. Raises AddressNotFound."""
    entry = queries.address_of(user, address_id)
    session.execute(
        sa.update(Address)
        .where(Address.user_id == user.id, Address.id != entry.id)
        .values(is_default=False)
    )
    entry.is_default = True
    session.flush()
