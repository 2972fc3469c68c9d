"""A budget for a program's imports: what they need, what they may need, and what has changed against a baseline.

A baseline is a JSON document without machine paths, so that it can stand in a repository.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase

from ..tool_errors import BaselineError
from ..words import counted
from .why import chain

TYPE_CHECKING = False
if TYPE_CHECKING:
    import os
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any

    from .record import Import, Record
    from .why import Step

__all__ = ["Baseline", "Change", "Limits", "Need", "Usage", "Verdict", "Violation", "judge", "wrote_bytecode"]

FORMAT = "importal baseline"
VERSION = 1


@dataclass(frozen=True, slots=True)
class Need:
    """What one module needs: file-system ``calls`` and ``bytes`` read; ``line`` of ``module`` first brought it in."""

    module: str | None
    line: int | None
    calls: int
    bytes: int

    def __str__(self) -> str:
        return "the interpreter itself" if self.module is None else f"{self.module}, line {self.line}"


@dataclass(frozen=True)
class Usage:
    """What the imports of one run need: ``modules`` by name, and sums over all imports, failed ones included.

    ``file_calls`` counts calls into the file system, ``bytes`` what was read, ``time`` is in nanoseconds.
    """

    modules: Mapping[str, Need]
    file_calls: int
    bytes: int
    time: int = 0

    @classmethod
    def of(cls, record: Record) -> Usage:
        """Return what the program of *record* needed."""
        modules: dict[str, Need] = {}
        for one in sorted(record.imports, key=lambda one: one.started):
            if one.outcome == "loaded" and one.module not in modules:
                module, line = (None, None) if one.by is None else (one.by.module, one.by.line)
                modules[one.module] = Need(module, line, _calls(one), one.bytes)
        return cls(
            modules,
            sum(map(_calls, record.imports)),
            sum(one.bytes for one in record.imports),
            sum(one.self_time for one in record.imports),
        )

    @property
    def counts(self) -> dict[str, int]:
        """What repeats from run to run: the numbers of modules, of file-system calls, and of bytes."""
        return {"modules": len(self.modules), "file_calls": self.file_calls, "bytes": self.bytes}


def _calls(one: Import) -> int:
    return sum(one.calls.values())


def wrote_bytecode(record: Record) -> bool:
    """Tell whether a module's bytecode was written in this run: the next one has less to do."""
    return any((one.kept or "").startswith("written") for one in record.imports)


@dataclass(frozen=True, slots=True)
class Limits:
    """What is allowed; None: as much as it likes. ``time`` is in milliseconds, ``forbid`` are patterns of names.

    A pattern forbids the modules that match it and all below them.
    """

    modules: int | None = None
    file_calls: int | None = None
    bytes: int | None = None
    time: float | None = None
    forbid: tuple[str, ...] = ()

    def forbids(self, module: str) -> bool:
        """Tell whether *module*, or a package that it is in, matches a forbidden pattern."""
        parts = module.split(".")
        names = [".".join(parts[:end]) for end in range(1, len(parts) + 1)]
        return any(fnmatchcase(name, pattern) for name in names for pattern in self.forbid)


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing that is over budget: ``what`` (as "modules", "forbidden", "new"), and which module or how much."""

    what: str
    text: str
    module: str | None = None
    found: float | None = None
    allowed: float | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What became of ``module`` since the baseline: it is "new", "gone" or "changed"."""

    module: str
    what: str
    before: Need | None
    after: Need | None


@dataclass(frozen=True)
class Baseline:
    """What a program needed when it was last agreed on, under the Python ``python``."""

    target: tuple[str, ...]
    python: str
    usage: Usage

    def dump(self, path: str | os.PathLike[str]) -> None:
        """Write it to the file *path*. Raises OSError."""
        document = {
            "format": FORMAT, "version": VERSION, "target": list(self.target), "python": self.python,
            "file_calls": self.usage.file_calls, "bytes": self.usage.bytes,
            "modules": {name: asdict(need) for name, need in sorted(self.usage.modules.items())},
        }  # fmt: skip
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file, indent=1)
            file.write("\n")

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Baseline:
        """Read it from the file *path*. Raises OSError, and BaselineError for what is no baseline."""
        with open(path, "rb") as file:
            data = file.read()
        try:
            document = json.loads(data)
        except ValueError as error:
            raise BaselineError(str(path), f"it is not a whole JSON document ({error})") from error
        if not isinstance(document, dict) or document.get("format") != FORMAT:
            raise BaselineError(str(path), f"it is a JSON document, but not one with the format {FORMAT!r}")
        if document.get("version") != VERSION:
            raise BaselineError(
                str(path), f"its version is {document.get('version')}, and this importal reads {VERSION}"
            )
        try:
            modules = {str(name): Need(**need) for name, need in document["modules"].items()}
            usage = Usage(modules, int(document["file_calls"]), int(document["bytes"]))
            return cls(tuple(document["target"]), str(document["python"]), usage)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BaselineError(str(path), f"something is missing in it, or not as it should be ({error})") from error


@dataclass(frozen=True)
class Verdict:
    """``violations`` of the budget, none when it is kept, and ``changes`` against the baseline."""

    usage: Usage
    violations: tuple[Violation, ...]
    changes: tuple[Change, ...] = ()
    runs: int = 1
    #: The counts that were not the same in all runs, by their names; the highest is judged.
    varied: Mapping[str, tuple[int, ...]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as plain values; times are in nanoseconds, but for a violation's (milliseconds)."""
        return {
            "within": not self.violations,
            "runs": self.runs,
            **self.usage.counts,
            "time": self.usage.time,
            "violations": [asdict(one) for one in self.violations],
            "changes": [asdict(one) for one in self.changes],
            "varied": {name: list(counts) for name, counts in self.varied.items()},
        }


def judge(records: Sequence[Record], limits: Limits, baseline: Baseline | None = None) -> Verdict:
    """Hold the runs *records* of one program to *limits*, and to *baseline* if there is one.

    Counts are those of the run with the most modules (they are the same in all runs of a program that does the same),
    time is the median. A module that the baseline does not have is over budget.
    """
    usages = [Usage.of(record) for record in records]
    most = max(range(len(usages)), key=lambda at: tuple(usages[at].counts.values()))
    usage, record = usages[most], records[most]
    # Where their number is even, the lower one of the two in the middle.
    median = sorted(one.time for one in usages)[(len(usages) - 1) // 2]
    usage = Usage(usage.modules, usage.file_calls, usage.bytes, median)
    changes = () if baseline is None else tuple(_changes(baseline.usage, usage))
    violations = (*_exceeded(usage, limits), *_forbidden(record, usage, limits), *_new(record, changes))
    counts = {name: tuple(one.counts[name] for one in usages) for name in usage.counts}
    varied = {name: values for name, values in counts.items() if len(set(values)) > 1}
    return Verdict(usage, violations, changes, len(usages), varied)


def _exceeded(usage: Usage, limits: Limits) -> Iterator[Violation]:
    calls = counted(usage.file_calls, "call into the file system", "calls into the file system")
    amounts: dict[str, tuple[float, float | None, str]] = {
        "modules": (len(usage.modules), limits.modules, counted(len(usage.modules), "module")),
        "file_calls": (usage.file_calls, limits.file_calls, calls),
        "bytes": (usage.bytes, limits.bytes, counted(usage.bytes, "byte read", "bytes read")),
        "time": (usage.time / 1e6, limits.time, f"{usage.time / 1e6:,.1f} ms"),
    }
    for what, (found, allowed, shown) in amounts.items():
        if allowed is not None and found > allowed:
            yield Violation(what, f"{shown}, and {allowed:,} are allowed", None, found, allowed)


def _forbidden(record: Record, usage: Usage, limits: Limits) -> Iterator[Violation]:
    forbidden = [name for name in usage.modules if limits.forbids(name)]
    for name in forbidden:
        steps = chain(record, name)
        # What a forbidden module imports itself is not worth a word of its own.
        if not any(limits.forbids(step.module) for step in steps[:-1]):
            yield Violation("forbidden", f"{name} is forbidden: {_in_words(steps)}", name)


def _new(record: Record, changes: Sequence[Change]) -> Iterator[Violation]:
    for one in changes:
        if one.what == "new":
            yield Violation("new", f"{one.module} is new: {_in_words(chain(record, one.module)[-1:])}", one.module)


def _in_words(steps: Sequence[Step]) -> str:
    """Return the statements of a chain, as `app.py:1 -> shop.py:2`."""
    places = [str(step.by) if step.by is not None else "the interpreter" for step in steps if not step.package]
    return " -> ".join(dict.fromkeys(places)) or "imported as a package"


def _changes(before: Usage, after: Usage) -> Iterator[Change]:
    for name in sorted(before.modules.keys() | after.modules.keys()):
        old, new = before.modules.get(name), after.modules.get(name)
        if old is None:
            yield Change(name, "new", None, new)
        elif new is None:
            yield Change(name, "gone", old, None)
        elif (old.calls, old.bytes) != (new.calls, new.bytes):
            yield Change(name, "changed", old, new)
