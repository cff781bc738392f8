"""The listeners of the house. Importing a ``reactions`` module registers what it reacts to;
``configure`` functions get the settings that a room needs outside HTTP."""

from collections.abc import Callable

from vitrina.config import Settings

LISTENERS: list[Callable[[Settings], None]] = []
