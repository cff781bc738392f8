"""The report of a trial, as text and as a page."""

from html import escape

from vitrina.prove.plan import GUARDS, Report

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>{title}</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root {{ color-scheme: light dark; --ink: #14225c; --paper: #f3f2ef; --bad: #a01818 }}
@media (prefers-color-scheme: dark) {{
  :root {{ --ink: #d5dcf7; --paper: #0e1430; --bad: #ff9b8f }}
}}
body {{ font: 16px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--paper);
  max-width: 60rem; margin: 3rem auto; padding: 0 1rem }}
table {{ border-collapse: collapse; width: 100% }}
th, td {{ text-align: left; vertical-align: top; padding: .5rem .75rem .5rem 0;
  border-bottom: 1px solid currentColor }}
.broken {{ color: var(--bad) }} li {{ overflow-wrap: anywhere }}
</style>
<h1>{title}</h1><p>{tried}</p>
<table><thead><tr><th>Promise</th><th>Tried</th><th>Result</th></tr></thead>
<tbody>{rows}</tbody></table>
<h2>Numbers</h2><table><tbody>{numbers}</tbody></table>{unreached}</html>
"""


def tried(report: Report) -> str:
    """One sentence on what was tried."""
    plan = report.plan
    words = (
        f"{plan.buyers} buyers, {plan.kills} kills, seed {plan.seed}, on {report.database},"
        f" in {report.seconds:.0f} s."
    )
    if plan.without:
        words += f" Taken out: {GUARDS[plan.without]}."
    return words


def unreached(report: Report) -> str:
    """A sentence on the points at which nothing died; empty when each had its death."""
    if not report.unreached:
        return ""
    points = ", ".join(report.unreached)
    return f"Nothing died at {points}: this run says nothing of that. More --kills reach it."


def as_text(report: Report) -> str:
    """The report for a terminal."""
    lines = [tried(report), ""]
    for finding in report.findings:
        lines.append(f"{'held  ' if finding.held else 'BROKEN'}  {finding.promise}")
        lines.append(f"        {finding.tried}")
        lines += [f"        - {fault}" for fault in finding.faults]
    lines += ["", *(f"{count:>7}  {name}" for name, count in report.numbers.items()), ""]
    if report.unreached:
        lines += [unreached(report), ""]
    broken = sum(not finding.held for finding in report.findings)
    held = len(report.findings) - broken
    lines.append(f"All {held} promises held." if report.held else f"{broken} promises were broken.")
    return "\n".join(lines)


def as_html(report: Report) -> str:
    """The report as a page of its own."""
    rows = "".join(
        f"<tr{'' if finding.held else ' class=broken'}><td>{escape(finding.promise)}</td>"
        f"<td>{escape(finding.tried)}</td><td>{'held' if finding.held else 'broken'}"
        + "".join(f"<li>{escape(fault)}</li>" for fault in finding.faults)
        + "</td></tr>"
        for finding in report.findings
    )
    numbers = "".join(
        f"<tr><td>{escape(name)}</td><td>{count}</td></tr>"
        for name, count in report.numbers.items()
    )
    return _PAGE.format(
        title="What held" if report.held else "What did not hold",
        tried=escape(tried(report)),
        rows=rows,
        numbers=numbers,
        unreached=f"<p>{escape(unreached(report))}</p>" if report.unreached else "",
    )
