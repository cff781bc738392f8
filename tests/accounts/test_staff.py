import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from tests.accounts.people import PASSWORD, customer, events, member, sign_in
from vitrina.accounts import queries
from vitrina.accounts.actions import links, sessions, staff
from vitrina.accounts.errors import (
    BadCredentials,
    EmailTaken,
    LastOwner,
    LinkNotGood,
    RoleNotFound,
    RoleTooHigh,
    UsernameTaken,
)
from vitrina.accounts.models import Role, User
from vitrina.core import clock
from vitrina.core.audit import AuditEntry
from vitrina.core.db import committing, session
from vitrina.core.permissions import ROLES, Permission

pytestmark = pytest.mark.usefixtures("database")


def test_built_in_roles_follow_the_code_and_custom_ones_stay() -> None:
    with committing():
        staff.ensure_roles()
        session.add(Role(name="packer", permissions=["orders:ship"]))
    with committing():
        queries.role_by_name("analyst").permissions = ["stale:permission"]
    with committing():
        staff.ensure_roles()
    assert set(queries.role_by_name("analyst").permissions) == set(ROLES["analyst"])
    assert queries.role_by_name("packer").permissions == ["orders:ship"]
    assert {role.name for role in queries.roles()} == {*ROLES, "packer"}


def test_staff_hold_what_their_role_holds() -> None:
    packer = member("pia", "fulfilment")
    assert packer.is_staff
    assert packer.may(Permission.ORDERS_SHIP)
    assert not packer.may(Permission.ORDERS_REFUND)
    assert [user.username for user in queries.staff()] == ["pia"]


def test_a_taken_name_or_address_is_said_to_staff() -> None:
    customer()
    member()
    with pytest.raises(UsernameTaken):
        member("ana")
    with pytest.raises(EmailTaken), committing():
        staff.create_staff("other", "ANA@example.com", PASSWORD, "owner")
    with pytest.raises(RoleNotFound), committing():
        staff.create_staff("other", "other@example.com", PASSWORD, "king")


def invited(role: str = "support") -> str:
    with committing():
        return links.issue_invitation("new@example.com", queries.role_by_name(role).id)


def test_an_invitation_makes_staff_of_its_role_once() -> None:
    owner = member()
    with committing():
        staff.invite("new@example.com", "support", by=owner)
    (event,) = events("StaffInvited")
    assert event["by"] == owner.actor
    secret = invited()
    with committing():
        joined = staff.accept_invitation(secret, "nora", PASSWORD)
    assert joined.role is not None
    assert joined.role.name == "support"
    assert joined.email_verified_at is not None
    with pytest.raises(LinkNotGood), committing():
        staff.accept_invitation(secret, "nora2", PASSWORD)


def test_an_invitation_runs_out_and_a_newer_one_ends_it() -> None:
    member()
    older, newer = invited(), invited("analyst")
    with pytest.raises(LinkNotGood), committing():
        staff.accept_invitation(older, "nora", PASSWORD)
    with clock.later(days=8), pytest.raises(LinkNotGood), committing():
        staff.accept_invitation(newer, "nora", PASSWORD)


def test_an_invitation_to_a_known_address_is_refused() -> None:
    owner = member()
    customer()
    with pytest.raises(EmailTaken), committing():
        staff.invite("ana@example.com", "support", by=owner)


def test_nobody_gives_more_than_they_hold_or_changes_themselves() -> None:
    owner, manager, helper = member(), member("max", "manager"), member("hal", "support")
    for attempt in (
        lambda: staff.invite("x@example.com", "owner", by=manager),
        lambda: staff.change_role(helper, "owner", by=manager),
        lambda: staff.change_role(manager, "owner", by=manager),
        lambda: staff.change_role(manager, "support", by=manager),
        lambda: staff.change_role(owner, "support", by=manager),
        lambda: staff.deactivate(owner, by=manager),
        lambda: staff.deactivate(manager, by=manager),
    ):
        with pytest.raises(RoleTooHigh), committing():
            attempt()


def test_a_changed_role_counts_at_once_and_leaves_a_row() -> None:
    owner, helper = member(), member("hal", "support")
    with committing():
        token = sessions.open_session(helper)
    with committing():
        staff.change_role(helper, "analyst", by=owner)
    assert queries.session_by_token(token) is None
    assert not queries.by_id(helper.id).may(Permission.SUPPORT_WRITE)
    entry = session.scalars(sa.select(AuditEntry).where(AuditEntry.action == "staff.role")).one()
    assert (entry.by, entry.before, entry.after) == (
        owner.actor,
        {"role": "support"},
        {"role": "analyst"},
    )
    with committing():
        staff.change_role(helper, None, by=owner)
    assert not queries.by_id(helper.id).is_staff


def test_a_closed_account_is_out_at_once_and_can_come_back() -> None:
    owner, helper = member(), member("hal", "support")
    with committing():
        token = sessions.open_session(helper)
        staff.deactivate(helper, by=owner)
    assert queries.session_by_token(token) is None
    with pytest.raises(BadCredentials):
        sign_in("hal")
    with committing():
        staff.reactivate(helper, by=owner)
    assert sign_in("hal").id == helper.id


def test_the_last_owner_stays() -> None:
    owner = member()
    with pytest.raises(LastOwner), committing():
        staff.change_role(owner, "manager", by=None)
    with pytest.raises(LastOwner), committing():
        staff.deactivate(owner, by=None)
    second = member("oscar")
    with committing():
        staff.deactivate(owner, by=second)
    with pytest.raises(LastOwner), committing():
        staff.deactivate(second, by=None)


def test_two_owners_cannot_remove_each_other_at_once() -> None:
    ids = [member("olga").id, member("oscar").id]
    ready = threading.Barrier(2)

    def remove(mine: int) -> bool:
        ready.wait()
        try:
            with committing():
                staff.deactivate(queries.by_id(ids[1 - mine]), by=queries.by_id(ids[mine]))
        except LastOwner:
            return False
        finally:
            session.remove()
        return True

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(remove, (0, 1))) == [False, True]
    active = session.scalar(sa.select(sa.func.count(User.id)).where(User.is_active.is_(True)))
    assert active == 1
