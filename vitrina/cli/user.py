"""``vitrina user``: the first owner, invitations, forgotten passwords."""

import click

from vitrina.accounts import queries
from vitrina.accounts.actions import recovery, staff
from vitrina.accounts.errors import UserNotFound
from vitrina.cli.shop import open_shop
from vitrina.core.db import committing
from vitrina.core.permissions import ROLES

password_option = click.option(
    "--password",
    envvar="VITRINA_USER_PASSWORD",
    prompt=True,
    hide_input=True,
    confirmation_prompt=True,
    help="Asked for when left out; VITRINA_USER_PASSWORD keeps it out of the shell's history.",
)
role_option = click.option(
    "--role", default="owner", show_default=True, help=f"One of {', '.join(ROLES)}, or your own."
)


@click.group()
def user() -> None:
    """Make and mend accounts of staff and customers."""
    open_shop()


@user.command()
@click.option("--username", required=True, help="The name to sign in with.")
@click.option("--email", required=True)
@click.option("--name", default="", help="The full name.")
@role_option
@password_option
def create(username: str, email: str, name: str, role: str, password: str) -> None:
    """Make a member of staff, such as the first owner."""
    with committing():
        staff.ensure_roles()
        made = staff.create_staff(username, email, password, role, name=name)
    click.echo(f"{made.username} ({made.email}) is {role} now")


@user.command()
@click.option("--email", required=True)
@role_option
def invite(email: str, role: str) -> None:
    """Invite somebody by mail to join the staff; the worker sends the link."""
    with committing():
        staff.ensure_roles()
        staff.invite(email, role, by=None)
    click.echo(f"the invitation to {email} is on its way")


@user.command("reset-password")
@click.argument("login")
@password_option
def reset_password(login: str, password: str) -> None:
    """Set a password for the account of LOGIN (name or e-mail) and sign it out everywhere."""
    with committing():
        found = queries.by_login(login)
        if found is None:
            raise UserNotFound(login=login)
        recovery.set_password(found, password)
    click.echo(f"{found.username} has a new password and is signed out everywhere")
