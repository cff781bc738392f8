"""PayPal's webhooks: what they say, and the signature that proves where they come from."""

import base64
import json
import uuid
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from vitrina.simulator import events
from vitrina.simulator.calls import Context
from vitrina.simulator.events import Endpoint, Event
from vitrina.simulator.paypal import shapes, wire
from vitrina.simulator.store import Json

RESOURCES = {
    shapes.ORDER: ("checkout-order", "2.0"),
    shapes.AUTHORIZATION: ("authorization", "2.0"),
    shapes.CAPTURE: ("capture", "2.0"),
    shapes.REFUND: ("refund", "2.0"),
    shapes.DISPUTE: ("dispute", ""),
}
CERTIFICATE = "/v1/notifications/certs/CERT-simulator"
ALGORITHM = "SHA256withRSA"


def tell(context: Context, event_type: str, kind: str, object_id: str) -> None:
    """Queue a webhook about an object as it is now."""
    resource = shapes.show(context.tx, context.url, kind, object_id)
    resource_type, version = RESOURCES[kind]
    event_id = f"WH-{wire.new_id()}-{wire.new_id()}"
    path = f"/v1/notifications/webhooks-events/{event_id}"
    event: Json = {
        "id": event_id,
        "event_version": "1.0",
        "create_time": wire.when(context.tx.now()),
        "resource_type": resource_type,
        "event_type": event_type,
        "summary": f"{event_type.replace('.', ' ').capitalize()}: {object_id}",
        "resource": resource,
        "links": [
            wire.link(context.url, path, "self"),
            wire.link(context.url, f"{path}/resend", "resend", "POST"),
        ],
    }
    events.queue(
        context.tx, wire.NAME, {**event, **({"resource_version": version} if version else {})}
    )


@cache
def _key() -> rsa.RSAPrivateKey:
    """This process's key. A webhook is signed as it leaves, so none is older than the process."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate() -> bytes:
    """The key's certificate, signed by itself, as PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "messageverification.simulator")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .sign(_key(), hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def sign(endpoint: Endpoint, event: Event) -> Mapping[str, str]:
    """The headers of a webhook as it leaves; the endpoint's secret is the webhook's id."""
    base = urlsplit(json.loads(event.body)["links"][0]["href"])
    return headers(event.body.encode(), endpoint.secret, f"{base.scheme}://{base.netloc}")


def headers(body: bytes, webhook_id: str, url: str) -> dict[str, str]:
    """PayPal's five headers over ``body``, as of this moment."""
    sent = wire.sent_at()
    while True:
        transmission = str(uuid.uuid4())
        signature = base64.b64encode(
            _key().sign(
                _signed(transmission, sent, webhook_id, body), padding.PKCS1v15(), hashes.SHA256()
            )
        ).decode()
        # PayPal's own description of the call that checks these wants a letter or digit first.
        if signature[0].isalnum():
            break
    return {
        "PAYPAL-AUTH-ALGO": ALGORITHM,
        "PAYPAL-CERT-URL": f"{url.rstrip('/')}{CERTIFICATE}",
        "PAYPAL-TRANSMISSION-ID": transmission,
        "PAYPAL-TRANSMISSION-SIG": signature,
        "PAYPAL-TRANSMISSION-TIME": sent,
    }


def is_ours(said: Mapping[str, str], body: bytes) -> bool:
    """Whether the headers (by the names of PayPal's call) are over just these bytes."""
    signed = _signed(said["transmission_id"], said["transmission_time"], said["webhook_id"], body)
    try:
        signature = base64.b64decode(said["transmission_sig"], validate=True)
        _key().public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):
        return False
    return said["auth_algo"] == ALGORITHM


def _signed(transmission: str, sent: str, webhook_id: str, body: bytes) -> bytes:
    return f"{transmission}|{sent}|{webhook_id}|{zlib.crc32(body)}".encode()
