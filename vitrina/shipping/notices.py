"""What carriers tell of their parcels: verified on the raw body, in their own form or in ours.

A carrier whose plugin has no ``read_notice``, or an aggregator, tells in the shop's own form: JSON
``{"event_id", "tracking_number", "status", "at"}`` (or a list of such), signed by
``Carrier-Signature: t=UNIX_TIME,v1=HMAC_SHA256(secret, t + "." + body)`` in hexadecimal. The
secret is of one carrier: who has it can tell of that carrier's parcels and of no others.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from vitrina.core import clock, signing
from vitrina.shipping import queries
from vitrina.shipping.carrier import CarrierNotice, NoticeReader, ParcelNews
from vitrina.shipping.errors import ForgedNotice, InvalidCarrierSettings
from vitrina.shipping.registry import carriers, make
from vitrina.shipping.tracking import carrier_key

ANY = "any"
"""In place of a carrier's key: an aggregator, which tells of everybody's parcels."""
TOLERANCE = timedelta(seconds=300)
MOST = 100
HEADER = "carrier-signature"
_SIGNED = re.compile(r"t=(\d{1,12}),v1=([0-9a-f]{64})", re.ASCII)


def secret_of(carrier: str) -> str:
    """What ``carrier`` (a name or key, or ``any``) signs its notices with; to be given to it."""
    return _secrets(carrier)[0]


def _secrets(carrier: str) -> list[str]:
    return signing.shared_secrets(f"carrier.{carrier_key(carrier)}")


def sign(secret: str, body: bytes, at: datetime) -> str:
    """The value of ``Carrier-Signature`` for ``body`` sent ``at``."""
    told = str(int(at.timestamp()))
    return f"t={told},v1={_mac(secret, told, body)}"


def read(carrier: str, headers: Mapping[str, str], body: bytes) -> list[CarrierNotice]:
    """The news in a notice to ``/webhooks/carriers/<carrier>``.

    A plugin's own form is read with the settings of each of its methods until one is right.
    Raises ForgedNotice.
    """
    kind = carriers().get(carrier)
    if kind is None or not hasattr(kind, "read_notice"):
        return read_signed(carrier, _secrets(carrier), headers, body)
    for settings in queries.settings_of(carrier):
        try:
            reader = make(carrier, settings)
            assert isinstance(reader, NoticeReader)
            return reader.read_notice(headers, body)
        except (ForgedNotice, InvalidCarrierSettings):
            continue
    raise ForgedNotice(carrier=carrier, reason="signature")


def read_signed(
    carrier: str, secrets: Sequence[str], headers: Mapping[str, str], body: bytes
) -> list[CarrierNotice]:
    """The news in the shop's own form, signed with one of ``secrets``. Raises ForgedNotice."""
    told = next((value for name, value in headers.items() if name.lower() == HEADER), "")
    found = _SIGNED.fullmatch(told.replace(" ", ""))
    if found is None:
        raise ForgedNotice(carrier=carrier, reason="unsigned")
    good = [hmac.compare_digest(_mac(secret, found[1], body), found[2]) for secret in secrets]
    if not any(good):
        raise ForgedNotice(carrier=carrier, reason="signature")
    if abs(clock.now().timestamp() - int(found[1])) > TOLERANCE.total_seconds():
        raise ForgedNotice(carrier=carrier, reason="too_old")
    try:
        data = json.loads(body)
        news = data if isinstance(data, list) else [data]
        if len(news) > MOST:
            raise ValueError("too many")
        return [_notice(one) for one in news]
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        raise ForgedNotice(carrier=carrier, reason="malformed") from None


def _mac(secret: str, told: str, body: bytes) -> str:
    return hmac.new(secret.encode(), told.encode() + b"." + body, hashlib.sha256).hexdigest()


def _notice(data: Any) -> CarrierNotice:
    words = {name: data[name] for name in ("event_id", "tracking_number", "status")}
    for value in words.values():
        if not isinstance(value, str) or not 0 < len(value) <= 200:
            raise ValueError(value)
    status = words["status"]
    known = status in (ParcelNews.IN_TRANSIT, ParcelNews.DELIVERED)
    at = datetime.fromisoformat(data["at"])
    return CarrierNotice(
        event_id=words["event_id"],
        tracking_number=words["tracking_number"],
        state=ParcelNews(status) if known else ParcelNews.OTHER,
        at=at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC),
    )
