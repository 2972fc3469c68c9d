"""A record in words: the summary and the tree, as rows for any medium, and as whole lines for pipes."""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field

from ..observe.summary import summarize, threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..observe.record import Import, Record
    from ..observe.summary import Compilation, Summary

__all__ = ["SORTS", "Report", "Row", "Selection", "Table", "detail_of", "milliseconds", "plain", "printable", "report"]

#: Orders of the tree: the longest first, the longest without the imports inside first, the earliest first.
SORTS = ("time", "self", "order")

_TOP = 10  # rows of the summary's lists of the slowest
_NAMES = 5  # modules that are named of those compiled for one reason


@dataclass(frozen=True, slots=True)
class Selection:
    """What is shown of a record. By None and 0 nothing is left out.

    ``depth`` levels of imports inside imports; imports that took at least ``hide_under`` nanoseconds in all; modules
    whose name is like ``match`` (``*`` and ``?`` stand for any text and any character; a package is as well matched by
    what is in it), and the imports that led to them. ``sort`` is one of :data:`SORTS`.
    """

    depth: int | None = None
    sort: str = "time"
    match: str | None = None
    hide_under: int = 0

    def matches(self, module: str) -> bool:
        """Tell whether *module* is like ``match``."""
        from fnmatch import fnmatchcase

        return self.match is None or fnmatchcase(module, self.match) or fnmatchcase(module, f"{self.match}.*")


@dataclass(frozen=True, slots=True)
class Row:
    """One line: ``numbers``, the first the most important; ``text``, ``depth`` steps to the right; and ``detail``.

    ``sort`` is "", "thread", "more" (it counts rows that are not shown), or an import's outcome other than loaded.
    """

    numbers: tuple[str, ...]
    text: str
    detail: str = ""
    depth: int = 0
    sort: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows below a title; ``numbers`` are the titles of their numbers."""

    title: str
    numbers: tuple[str, ...]
    rows: tuple[Row, ...]

    @property
    def widths(self) -> list[int]:
        """How many columns each of the numbers takes, and its title."""
        columns = zip(self.numbers, *(row.numbers for row in self.rows), strict=True)
        return [max(map(len, column)) for column in columns]


@dataclass(frozen=True, slots=True)
class Report:
    """A heading, facts (each a word and a text), and tables."""

    title: str
    facts: tuple[tuple[str, str], ...]
    tables: tuple[Table, ...] = field(default=())


def report(record: Record, form: str = "text", selection: Selection | None = None) -> Report:
    """Return the summary of *record*, or for the *form* "tree" its tree; *selection* says what of it."""
    selection = selection or Selection()
    title = printable(shlex.join(record.target) or "no program")
    summary = summarize(record)
    if form == "tree":
        from .tree import tree

        return Report(title, tuple(_facts(record, summary))[:3], (tree(record, selection),))
    return Report(title, tuple(_facts(record, summary)), tuple(_tables(record, summary)))


def plain(report: Report) -> str:
    """Return *report* in whole lines, however long: a pipe has no width."""
    lines = [report.title, *(f"  {word:9} {text}" for word, text in report.facts)]
    for table in report.tables:
        widths = table.widths
        lines += ["", _line(table.numbers, widths, table.title)]
        for row in table.rows:
            text = f"{'  ' * row.depth}{row.text}"
            lines.append(_line(row.numbers, widths, f"{text}  {row.detail}" if row.detail else text))
    return "".join(f"{line}\n" for line in lines)


def _line(numbers: tuple[str, ...], widths: list[int], text: str) -> str:
    cells = [f"{number:>{width}}" for number, width in zip(numbers, widths, strict=True)]
    return "  ".join([" ", *cells, text])[1:].rstrip()


# ---------------------------------------------------------------- what is said


def milliseconds(time: int) -> str:
    """Return nanoseconds as milliseconds, to two places.

    >>> milliseconds(1_234_567_890)
    '1,234.57'
    """
    return f"{time / 1e6:,.2f}"


def printable(text: str) -> str:
    r"""Return *text* with what would move a cursor or end a line escaped; module names may hold anything.

    >>> printable("a\x1b[31m")
    'a\\x1b[31m'
    """
    if text.isprintable():
        return text
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode("ascii") for one in text)


def detail_of(one: Import) -> str:
    """Return who asked for an import, and what is remarkable about it."""
    parts = [] if one.by is None else [str(one.by)]
    if one.outcome == "failed":
        parts.append(f"failed{' and was handled' if one.handled else ''}: {one.error}")
    elif one.outcome != "loaded":
        parts.append(one.outcome)
    if one.phases.get("compile", 0):
        parts.append(f"compiled, bytecode {_why_compiled(one)}" if one.bytecode else "compiled")
    return printable("; ".join(parts))


def _why_compiled(one: Import) -> str:
    """Return the state of an import's bytecode, and the reason where it says more than that there is no file."""
    plain = one.reason is None or one.reason.startswith("FileNotFoundError")
    return f"{one.bytecode}" if plain else f"{one.bytecode}: {one.reason}"


def _facts(record: Record, summary: Summary) -> Iterator[tuple[str, str]]:
    python = " ".join(
        str(record.python[key]) for key in ("implementation", "version", "platform") if key in record.python
    )
    yield "recorded", printable(f"{record.date} by importal {record.importal}{f' on {python}' if python else ''}")
    yield (
        "time",
        (
            f"{milliseconds(summary.wall)} ms; imports {milliseconds(summary.importing)} ms, "
            f"the program's own code {milliseconds(summary.own)} ms"
            + (f" (in {len(threads(record))} threads, side by side)" if len(threads(record)) > 1 else "")
        ),
    )
    yield "ended", printable(_ending(record))
    others = [f"{summary.outcomes[outcome]} {outcome}" for outcome in sorted({*summary.outcomes} - {"loaded"})]
    loaded = ", ".join([f"{summary.outcomes.get('loaded', 0)} loaded", *others])
    yield "modules", f"{loaded}; found in the table {summary.cached:,} times"
    calls = ", ".join(f"{count:,} {call}" for call, count in summary.calls.items())
    yield "files", f"{summary.bytes:,} bytes read{f'; calls: {calls}' if calls else ''}"
    if summary.gc:
        yield "garbage", f"{milliseconds(summary.gc)} ms of the imports' time went into its collection"


def _ending(record: Record) -> str:
    ended = record.ended
    if ended.status is None:
        words = "how it ended is not known"
    elif ended.status < 0:
        words = f"killed by signal {-ended.status}"
    else:
        words = f"exit status {ended.status}"
    if ended.error is not None:
        words += f"; {ended.error}"
    return words if ended.complete else f"{words}; the record stops before the program did"


def _tables(record: Record, summary: Summary) -> Iterator[Table]:
    yield Table("phase", ("ms", "share"), tuple(_phases(summary)))
    by_self = sorted(record.imports, key=lambda one: -one.self_time)[:_TOP]
    rows = [Row((milliseconds(one.self_time), milliseconds(one.total)), *_name(one)) for one in by_self]
    yield Table("slowest without the imports inside", ("self ms", "total ms"), tuple(rows))
    by_total = sorted(record.imports, key=lambda one: -one.total)[:_TOP]
    rows = [Row((milliseconds(one.total), milliseconds(one.self_time)), *_name(one)) for one in by_total]
    yield Table("slowest with the imports inside", ("total ms", "self ms"), tuple(rows))
    rows = [Row((milliseconds(share.self_time), f"{share.modules}"), printable(share.name)) for share in summary.shares]
    yield Table("distribution", ("self ms", "modules"), tuple(rows))
    if summary.failed:
        yield Table("failed", ("self ms", "imports"), tuple(_failures(summary)))
    if summary.compiled:
        rows = [Row((milliseconds(one.time), f"{len(one.imports)}"), *_compilation(one)) for one in summary.compiled]
        yield Table("compiled, by the state of the bytecode", ("ms", "modules"), tuple(rows))
    if record.startup:
        rows = [
            Row(
                (milliseconds(one.time), f"{len(one.modules)}"),
                printable(one.file if one.line is None else f"{one.file}:{one.line}"),
                printable("; ".join(filter(None, (one.text, one.error and f"failed: {one.error}")))),
                sort="" if one.error is None else "failed",
            )
            for one in sorted(record.startup, key=lambda one: -one.time)
        ]
        yield Table("start-up file", ("ms", "modules"), tuple(rows))


def _phases(summary: Summary) -> Iterator[Row]:
    whole = sum(summary.phases.values())
    for phase, time in sorted(summary.phases.items(), key=lambda one: -one[1]):
        yield Row((milliseconds(time), f"{100 * time / whole:.1f} %"), printable(phase))


def _failures(summary: Summary) -> Iterator[Row]:
    """Yield a row for each error: one exception makes the imports around it fail as well, and some are tried often."""
    found: dict[tuple[str, bool | None], list[Import]] = {}
    for one in summary.failed:
        found.setdefault((one.error or "an unknown error", one.handled), []).append(one)
    for (error, handled), imports in found.items():
        places = list(dict.fromkeys(str(one.by) for one in imports if one.by is not None))
        more = f" and {len(places) - 1} more" if len(places) > 1 else ""
        ended = {True: "handled", False: "not handled", None: "handled or not, that is not known"}[handled]
        detail = "; ".join([*(f"{place}{more}" for place in places[:1]), ended])
        numbers = (milliseconds(sum(one.self_time for one in imports)), f"{len(imports)}")
        yield Row(numbers, printable(error), printable(detail), sort="" if handled else "failed")


def _name(one: Import) -> tuple[str, str, int, str]:
    """Return what stands beside the numbers of an import in a list: text, detail, depth and sort."""
    return printable(one.module), detail_of(one), 0, "" if one.outcome == "loaded" else one.outcome


def _compilation(one: Compilation) -> tuple[str, str]:
    """Return the state of the bytecode, then the slowest modules and the reason of the first."""
    slowest = sorted(one.imports, key=lambda one: -one.phases["compile"])
    names = ", ".join(one.module for one in slowest[:_NAMES])
    more = f" and {len(slowest) - _NAMES} more" if len(slowest) > _NAMES else ""
    first = slowest[0]
    why = "; ".join(filter(None, (first.bytecode and _why_compiled(first), first.kept)))
    detail = f"{names}{more}; {first.module}: {why}" if why else f"{names}{more}"
    return printable(f"{one.state}, then {one.kept}" if one.kept else one.state), printable(detail)
