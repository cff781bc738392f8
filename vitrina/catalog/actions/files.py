"""Files that buyers download."""

from vitrina.catalog.errors import InvalidProduct
from vitrina.catalog.models.products import DigitalFile, Variant
from vitrina.core import audit, storage
from vitrina.core.db import session


def attach_file(variant: Variant, data: bytes, name: str, *, by: str) -> DigitalFile:
    """Let buyers of ``variant`` download ``data`` as a file called ``name`` (``tide.svg``).

    Raises InvalidProduct for a name without an ending, ValueError for an odd one.
    """
    stem, dot, ending = name.strip().rpartition(".")
    if not stem or not dot:
        raise InvalidProduct(field="name", reason="without_ending")
    key = storage.put(data, f".{ending.lower()}")
    file = DigitalFile(variant_id=variant.id, key=key, name=name.strip()[:200], size=len(data))
    session.add(file)
    session.flush()
    audit.note(by, "file.attach", f"variant:{variant.id}", None, {"name": file.name, "key": key})
    return file
