"""What a search refuses."""

from vitrina.core.errors import Invalid


class BrokenCursor(Invalid):
    """The cursor is not one of ours, or belongs to another order of the list."""

    code = "broken_cursor"


class UnknownSort(Invalid):
    code = "unknown_sort"
