"""What a record adds up to: counts, times, and who they belong to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from .record import PHASES, Thread

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from .record import Import, Record

__all__ = ["Compilation", "Share", "Summary", "roots", "summarize", "threads"]


@dataclass(frozen=True, slots=True)
class Share:
    """What belongs to one distribution (``name``, or a kind of module where there is none); self time in ns."""

    name: str
    modules: int
    self_time: int


@dataclass(frozen=True, slots=True)
class Compilation:
    """The imports that compiled their source, and the ``time`` this took them, in nanoseconds.

    ``state`` is that of their bytecode, such as "missing" or "stale", and ``kept`` what became of the new, if anything.
    """

    state: str
    kept: str
    imports: tuple[Import, ...]
    time: int


@dataclass(frozen=True, slots=True)
class Summary:
    """A record in figures; times in nanoseconds.

    ``wall`` is the time from the beginning of the first thread to the end of the last. ``importing`` is the sum of the
    self times of all imports and ``own`` that of the program's own code: with several threads, more than ``wall``.
    ``outcomes`` counts imports by their outcome, ``cached`` the statements that found their module in the table.
    """

    wall: int
    importing: int
    own: int
    outcomes: Mapping[str, int]
    cached: int
    phases: Mapping[str, int]
    gc: int
    bytes: int
    calls: Mapping[str, int]
    shares: tuple[Share, ...]
    failed: tuple[Import, ...]
    compiled: tuple[Compilation, ...]


def summarize(record: Record) -> Summary:
    """Add *record* up. Shares and compilations come with the longest first, phases and failures in order."""
    phases: Counter[str] = Counter(dict.fromkeys(PHASES, 0))
    calls: Counter[str] = Counter()
    for one in record.imports:
        phases.update(one.phases)
        calls.update(one.calls)
    return Summary(
        wall=max((one.ended for one in threads(record)), default=0)
        - min((one.started for one in threads(record)), default=0),
        importing=sum(one.self_time for one in record.imports),
        own=sum(one.own for one in record.threads),
        outcomes=Counter(one.outcome for one in record.imports),
        cached=sum(one.count for one in record.cached),
        phases={name: time for name, time in phases.items() if time},
        gc=sum(one.gc for one in record.imports),
        bytes=sum(one.bytes for one in record.imports),
        calls=dict(calls),
        shares=_shares(record),
        failed=tuple(sorted((one for one in record.imports if one.outcome == "failed"), key=lambda one: one.started)),
        compiled=_compilations(record),
    )


def roots(record: Record) -> tuple[Import, ...]:
    """Return the imports that no other asked for, or none that the record knows of, in order of time."""
    known = record.by_id
    top = (one for one in record.imports if one.parent is None or one.parent not in known)
    return tuple(sorted(top, key=lambda one: one.started))


def threads(record: Record) -> tuple[Thread, ...]:
    """Return the threads of *record*, those included of which it has imports and no more: they never ended."""
    known = {one.thread for one in record.threads}
    others: dict[int, list[Import]] = {}
    for one in record.imports:
        if one.thread not in known:
            others.setdefault(one.thread, []).append(one)
    return record.threads + tuple(
        Thread(number, "", min(one.started for one in imports), max(one.ended for one in imports), 0)
        for number, imports in sorted(others.items())
    )


def _shares(record: Record) -> tuple[Share, ...]:
    modules: Counter[str] = Counter()
    times: Counter[str] = Counter()
    for one in record.imports:
        if one.outcome == "circular":
            continue  # a statement, which took no time, and not a further import of the module
        owner = _owner(one)
        modules[owner] += one.outcome == "loaded"
        times[owner] += one.self_time
    return tuple(Share(name, modules[name], time) for name, time in times.most_common())


def _owner(one: Import) -> str:
    """Return the distribution, or what stands in its place."""
    if one.distribution is not None:
        return one.distribution
    if one.kind is None:
        return {"failed": "failed imports", "found": "waiting for other imports"}.get(one.outcome, "of unknown kind")
    # Whether the interpreter has a module inside, frozen or as a file is a matter of how it was built.
    part_of_python = "standard library" in one.kind or "built-in" in one.kind
    return "standard library" if part_of_python else f"{one.kind}s"


def _compilations(record: Record) -> tuple[Compilation, ...]:
    found: dict[tuple[str, str], list[Import]] = {}
    for one in record.imports:
        if one.phases.get("compile", 0):
            # The reasons themselves name files and numbers, and so differ from module to module.
            kept = (one.kept or "").partition(":")[0]
            found.setdefault((one.bytecode or "without bytecode", kept), []).append(one)
    compilations = [
        Compilation(state, kept, tuple(imports), sum(one.phases["compile"] for one in imports))
        for (state, kept), imports in found.items()
    ]
    return tuple(sorted(compilations, key=lambda one: -one.time))
