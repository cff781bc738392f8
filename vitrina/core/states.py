"""State machines as tables that can check themselves."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Generic, Protocol, TypeVar

from vitrina.core.errors import Conflict

S = TypeVar("S", bound=StrEnum)
V = TypeVar("V", bound=StrEnum)


class WrongState(Conflict):
    """The thing is not in a state from which this move is possible."""

    code = "wrong_state"


class Moving(Protocol[S]):
    """What a machine moves: it has a state, and writes a row of each move."""

    state: S

    def moved(self, verb: str, before: S, after: S, by: str, note: str) -> None:
        """Add the row of a move that has just been made."""


class Machine(Generic[S, V]):
    """A transition table for things with a ``state``.

    ``moves`` says for each verb which state leads to which. Every move leaves a row, written by
    the thing itself (``moved``) in the same transaction.
    """

    def __init__(
        self, states: type[S], *, start: S, moves: Mapping[V, Mapping[S, S]], name: str = ""
    ) -> None:
        self.states = states
        self.start = start
        self.moves = {verb: dict(table) for verb, table in moves.items()}
        self.name = name or states.__name__

    def can(self, thing: Moving[S], verb: V) -> bool:
        """Whether ``verb`` is possible for ``thing`` now."""
        return thing.state in self.moves.get(verb, {})

    def move(self, thing: Moving[S], verb: V, *, by: str, note: str = "") -> None:
        """Move ``thing`` by ``verb``; ``by`` names the actor, such as ``staff:3`` or ``system``.

        Raises WrongState when the table has no such move.
        """
        before = thing.state
        try:
            after = self.moves[verb][before]
        except KeyError:
            raise WrongState(what=self.name, state=str(before), verb=str(verb)) from None
        thing.state = after
        thing.moved(str(verb), before, after, by, note)

    def unreachable(self) -> set[S]:
        """The states to which no chain of moves leads from the start."""
        reached, waiting = {self.start}, [self.start]
        while waiting:
            state = waiting.pop()
            for table in self.moves.values():
                after = table.get(state)
                if after is not None and after not in reached:
                    reached.add(after)
                    waiting.append(after)
        return set(self.states) - reached
