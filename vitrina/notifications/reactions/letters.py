"""Mails that other listeners ask for. Signed links are added here, as the mail is written."""

from vitrina.core import store
from vitrina.core.events import on
from vitrina.core.letters import LetterDue
from vitrina.core.locales import DEFAULT, get
from vitrina.notifications import office
from vitrina.notifications.actions import write


@on(LetterDue)
def letter(event: LetterDue) -> None:
    """Write the mail that somebody asked for; without a recipient it goes to the shop."""
    facts = dict(event.facts)
    if event.subject_ref.startswith("ticket:"):
        number = event.subject_ref.removeprefix("ticket:")
        facts["ticket"] = office.ticket_link(number, get(event.locale))
        facts["admin"] = office.link(f"/admin/support/{number}", DEFAULT)
    write(
        event.template,
        to=event.to or store.current().email,
        locale=event.locale,
        key=event.key,
        context=facts,
        subject_ref=event.subject_ref,
    )
