"""What can be wrong with accounts, sign-in and their links."""

from vitrina.core.errors import Conflict, Forbidden, Invalid, NotFound


class UserNotFound(NotFound):
    code = "user_not_found"


class AddressNotFound(NotFound):
    code = "address_not_found"


class RoleNotFound(NotFound):
    code = "role_not_found"


class LinkNotGood(NotFound):
    """A one-time link that is unknown, used, out of date or somebody else's: all the same."""

    code = "link_not_good"


class InvalidUsername(Invalid):
    """Facts: ``field``, and ``reason``: ``too_short``, ``too_long`` or ``characters``."""

    code = "invalid_username"


class WeakPassword(Invalid):
    """Facts: ``field``; ``reason``: ``too_short``, ``too_long``, ``common`` or ``personal``."""

    code = "weak_password"


class UsernameTaken(Conflict):
    code = "username_taken"


class EmailTaken(Conflict):
    """Only ever said to staff, and to the one who has proved to own the address."""

    code = "email_taken"


class TooManyAddresses(Conflict):
    code = "too_many_addresses"


class LastOwner(Conflict):
    """The shop would be left without anybody who may do everything."""

    code = "last_owner"


class BadCredentials(Forbidden):
    """No such account, a wrong password, a closed account: all the same."""

    code = "bad_credentials"


class WrongPassword(Forbidden):
    """The present password, asked for again before a serious change, was not right."""

    code = "wrong_password"


class TooManyAttempts(Forbidden):
    """Facts: ``retry_after``, whole seconds until the next attempt is looked at."""

    code = "too_many_attempts"


class RoleTooHigh(Forbidden):
    """Nobody gives or takes a role that holds more than their own, or changes their own."""

    code = "role_too_high"
