"""``importal doctor``: what is wrong in an environment, and what to do about it."""

from __future__ import annotations

import argparse
import json
import os
import sys

from ..doctor import examine
from ..doctor.environment import ask
from ..doctor.finding import SEVERITIES
from ..tool_errors import InterpreterError
from ..words import counted
from .progress import Progress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..doctor.environment import Environment
    from ..doctor.finding import Check, Finding, Severity

__all__ = ["main"]

_COLOURS = {"problem": "bold red", "warning": "yellow", "note": "cyan"}


def main(arguments: list[str]) -> int:
    """Print what is wrong. Returns 0, 1 when there is a problem or a warning, 2 when nothing could be examined."""
    parser = argparse.ArgumentParser(
        prog="importal doctor",
        description="Tell what is wrong in this environment, and what to do about it. Nothing is changed; what every "
        "start of python executes (.pth files) is executed, to measure it.",
        epilog="exit status: 0 no problem and no warning (notes do not count), 1 problems or warnings, "
        "2 there is nothing to examine, or the command line is wrong",
    )
    parser.add_argument(
        "folder", metavar="FOLDER", nargs="?", default=".", help="where your programs are (default: the current folder)"
    )
    parser.add_argument(
        "--python",
        metavar="PYTHON",
        default=sys.executable,
        help="another interpreter, or the folder of a virtual environment (default: the running one)",
    )
    parser.add_argument("--json", action="store_true", help="print the results as JSON")
    parser.add_argument("--realm", metavar="ENTRY", action="append",
                        help="tell what of this path entry can live in a realm; may be repeated")  # fmt: skip
    options = parser.parse_args(arguments)
    if options.realm:
        return _forecast(options.realm, as_json=options.json)
    if not os.path.isdir(options.folder):
        print(f"importal doctor: {options.folder}: there is no such folder; name one, or none", file=sys.stderr)
        return 2
    try:
        with Progress() as progress:
            environment = ask(options.python, options.folder)
            checks = examine(environment, progress)
    except InterpreterError as error:
        print(f"importal doctor: {error}", file=sys.stderr)
        return 2
    counts = dict.fromkeys(SEVERITIES, 0)
    for check in checks:
        for finding in check.findings:
            counts[finding.severity] += 1
    healthy = not (counts["problem"] or counts["warning"])
    if options.json:
        results = {"checks": [check.to_json() for check in checks], "counts": counts, "healthy": healthy}
        print(json.dumps({"environment": environment.to_json(), **results}, indent=2))
    else:
        _print(environment, checks, counts)
    return 0 if healthy else 1


def _forecast(entries: list[str], *, as_json: bool) -> int:
    """Print what can live in a realm with the path *entries*. Returns 0, 1 when one cannot, 2 for no entry."""
    from dataclasses import asdict

    from ..realm.forecast import forecasts

    missing = [entry for entry in entries if not os.path.isdir(entry)]
    if missing:
        print(f"importal doctor: {missing[0]}: there is no such folder; name a realm's path entry", file=sys.stderr)
        return 2
    found = list(forecasts(entries))
    if as_json:
        print(json.dumps({"distributions": [asdict(one) for one in found]}, indent=2))
    else:
        for one in found:
            print(f"{'yes' if one.can else 'no':3}  {one.distribution} {one.version}: {one.why}")
        if not found:
            print("no distribution is installed there")
    return 0 if all(one.can for one in found) else 1


def _print(environment: Environment, checks: list[Check], counts: dict[Severity, int]) -> None:
    title = f"Python {environment.version} at {environment.executable}"
    rows = [(check.name, check.summary) for check in checks]
    findings = sorted(
        (finding for check in checks for finding in check.findings),
        key=lambda finding: SEVERITIES.index(finding.severity),
    )
    if sys.stdout.isatty() and _print_in_colour(title, rows, findings, _conclusion(counts)):
        return
    # Whole lines for whoever reads them next: a pipe has no width.
    print(title)
    for name, summary in rows:
        print(f"  {name:23} {summary}")
    for finding in findings:
        print()
        for line in _lines(finding):
            print(line)
    print(f"\n{_conclusion(counts)}")


def _conclusion(counts: dict[Severity, int]) -> str:
    parts = [counted(count, severity) for severity, count in counts.items() if count]
    if not counts["problem"] and not counts["warning"]:
        return f"healthy{f' ({parts[0]})' if parts else ''}"
    return ", ".join(parts)


def _lines(finding: Finding) -> Iterator[str]:
    yield f"{finding.severity}: {finding.title}"
    yield f"  {finding.advice}{':' if finding.commands else ''}"
    yield from (f"    {command}" for command in finding.commands)


def _print_in_colour(title: str, rows: list[tuple[str, str]], findings: list[Finding], conclusion: str) -> bool:
    """Print for a terminal, as wide as it is; False where rich is not installed (``importal[cli]``)."""
    try:
        from rich.console import Console
        from rich.padding import Padding
        from rich.table import Table
        from rich.text import Text
    except ModuleNotFoundError:
        return False
    console = Console()
    console.print(Text(title, "bold", overflow="fold"))
    table = Table.grid(padding=(0, 2))
    for name, summary in rows:
        table.add_row(Text(f"  {name}", "cyan"), Text(summary, overflow="fold"))
    console.print(table)
    for finding in findings:
        console.print()
        heading = Text.assemble((finding.severity, _COLOURS[finding.severity]), f": {finding.title}", overflow="fold")
        console.print(heading)
        console.print(
            Padding(Text(f"{finding.advice}{':' if finding.commands else ''}", overflow="fold"), (0, 0, 0, 2))
        )
        for command in finding.commands:
            # Not broken into lines by rich: what is copied from a terminal has to be one command.
            console.print(Text(f"    {command}", "green"), soft_wrap=True)
    console.print()
    console.print(Text(conclusion, "bold"))
    return True
