"""What whoever reads a mail in the shop may see of it. Pure: words in, words out."""

import re

HIDDEN = "…"
# The addresses that end in a key of their own, as the storefront's routes name them.
KEYED_PATHS = ("verify", "recover", "email", "invitations", "downloads", "wishlist/shared")
KEYED_VALUES = ("token", "key", "signature")

_PATH = re.compile(rf"(https?://[^\s\"'<>?#]*/(?:{'|'.join(KEYED_PATHS)})/)[^\s\"'<>/?#]+")
_VALUE = re.compile(rf"([?&;](?:{'|'.join(KEYED_VALUES)})=)[^\s\"'<>&#]+")


def without_keys(words: str) -> str:
    """A mail's HTML or text with ``…`` in place of what its links open doors with.

    A link for a new password, an invitation or an order acts in the name of whoever was written
    to; one who only looks a mail up must not be able to. The links stay recognisable. Links to
    other houses lose the same parts, since a carrier's page may be open to a key as well.
    """
    return _VALUE.sub(rf"\1{HIDDEN}", _PATH.sub(rf"\1{HIDDEN}", words))
