"""What a report says of a trial that did not come everywhere."""

from vitrina.core.points import POINTS
from vitrina.prove import reporting
from vitrina.prove.plan import KILLED_AT, Finding, Plan, Report


def report(**deaths: int) -> Report:
    """A trial in which processes died, so often at each point (``commit_before=2``)."""
    named = {name.replace("_", "."): count for name, count in deaths.items()}
    numbers = {KILLED_AT.format(point): named.get(point, 1) for point in POINTS}
    held = Finding("Nobody is charged twice", "200 orders")
    return Report("SQLite", Plan(kills=8), [held], numbers)


def test_points_at_which_nothing_died_are_named() -> None:
    some = report(refund_answered=0, job_done=0)
    for words in (reporting.as_text(some), reporting.as_html(some)):
        assert "Nothing died at refund.answered, job.done" in words


def test_a_trial_that_came_everywhere_or_killed_nothing_leaves_nothing_out() -> None:
    for whole in (report(), Report("SQLite", Plan(kills=0))):
        assert whole.unreached == []
        assert "Nothing died" not in reporting.as_text(whole) + reporting.as_html(whole)
