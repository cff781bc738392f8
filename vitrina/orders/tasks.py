"""What happens to orders because something happened elsewhere."""

from vitrina.accounts import queries as accounts
from vitrina.accounts.events import EmailVerified
from vitrina.core.events import on
from vitrina.orders import actions


@on(EmailVerified)
def adopt_guest_orders(event: EmailVerified) -> None:
    """Orders placed as a guest join the account, now that the address is proved to be its own."""
    user = accounts.by_id(event.user_id)
    if user.email_verified_at is not None:
        actions.adopt(user.email, user.id)
