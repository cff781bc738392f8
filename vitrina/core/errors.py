"""Errors as named facts: a domain says what is wrong, a face finds the words and the status."""

from typing import Any, ClassVar


class DomainError(Exception):
    """A rule of the shop said no.

    ``code`` is stable and public; ``facts`` are plain values (strings, numbers, lists) that a face
    may show. Raise one of the kinds below, never this class.
    """

    code: ClassVar[str] = "error"

    def __init__(self, **facts: Any) -> None:
        super().__init__(self.code)
        self.facts = facts

    def __str__(self) -> str:
        details = ", ".join(f"{name}={value!r}" for name, value in self.facts.items())
        return f"{self.code}({details})"


class Invalid(DomainError):
    """What was sent cannot be right. A fact named ``field`` says which field it was."""

    code = "invalid"


class NotFound(DomainError):
    """It does not exist, or it is not yours."""

    code = "not_found"


class Conflict(DomainError):
    """It was right when it was sent, but the world has moved on."""

    code = "conflict"


class Overtaken(Conflict):
    """Somebody else stored the same at the same moment."""

    code = "overtaken"


class Forbidden(DomainError):
    """You are known, and you may not."""

    code = "forbidden"


class Unavailable(DomainError):
    """Something this depends on does not answer; trying again later may help."""

    code = "unavailable"


class TooOften(DomainError):
    """You tried too often. A fact named ``retry_after`` says how many seconds to wait."""

    code = "too_often"
