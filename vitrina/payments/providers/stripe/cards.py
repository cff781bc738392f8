"""Cards that customers keep at Stripe, because they asked for that. Their numbers stay there."""

from vitrina.payments.provider import SavedCard
from vitrina.payments.providers.stripe.client import Client, Refused
from vitrina.payments.providers.stripe.reading import read_card

MOST = 20


def saved(client: Client, customer: str) -> list[SavedCard]:
    """A customer's cards, the latest first; none for a customer whom Stripe does not know.

    Raises ProviderTimeout.
    """
    try:
        told = client.ask(
            client.v1.customers.payment_methods.list,
            customer,
            params={"type": "card", "limit": MOST},
        )
    except Refused as no:
        if no.missing:
            return []
        raise no.unknown() from None
    return [SavedCard(str(one["id"]), read_card(one["card"])) for one in told["data"]]


def forget(client: Client, customer: str, ref: str) -> bool:
    """Forget a card if it is this customer's; False when it is not, or is gone already.

    Raises ProviderTimeout.
    """
    try:
        client.ask(client.v1.customers.payment_methods.retrieve, customer, ref)
        client.ask(client.v1.payment_methods.detach, ref)
    except Refused as no:
        if no.open:
            raise no.unknown() from None
        return False
    return True
