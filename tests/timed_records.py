"""Records of imports on an exact clock, written as literals of nested imports with times in milliseconds.

One of everything (`everything`), thousands of modules (`big`), and any depth; `records` makes those of whole programs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from importal.observe.record import By, Cached, Ended, Import, Record, Startup, Thread

MS = 1_000_000


@dataclass(frozen=True)
class I:  # noqa: E742, it stands in literals by the dozen
    """An import: its module, its self time in ms, the imports inside, and any other fact of an `Import`."""

    module: str
    self_ms: float = 1
    inside: Sequence[I] = ()
    facts: Mapping[str, Any] = field(default_factory=dict)


def record(*imports: I, threads: Mapping[str, Sequence[I]] | None = None, **facts: Any) -> Record:
    """Return a record of `imports` in the main thread, and those of further `threads` by name, begun at once.

    The program's own code takes 1 ms before each of its imports and at its end. An import's self time passes before
    the first import inside. Whatever is not said is as in an everyday record.
    """
    done: list[Import] = []
    lanes = []
    for number, (name, roots) in enumerate({"MainThread": imports, **(threads or {})}.items()):
        at = _lane(roots, number, done)
        lanes.append(Thread(number, name, 0, at, (len(roots) + 1) * MS))
    return Record(
        **{
            "importal": "0.1.0",
            "python": {"implementation": "CPython", "version": "3.14.0", "platform": "linux"},
            "target": ("app.py", "one"),
            "date": "2026-01-02T03:04:05+00:00",
            "ended": Ended(0, complete=True),
            "threads": tuple(lanes),
            "imports": tuple(done),
            **facts,
        }
    )


def _lane(roots: Sequence[I], thread: int, done: list[Import]) -> int:
    """Append the imports of one thread to `done`, in the order in which they begin; return when the thread ends."""
    totals: dict[int, int] = {}
    waiting: list[tuple[I, bool]] = [(one, False) for one in reversed(roots)]
    while waiting:  # their total times, from the inside out; not by recursion, so that records can be deep
        one, seen = waiting.pop()
        if seen:
            totals[id(one)] = round(one.self_ms * MS) + sum(totals[id(inner)] for inner in one.inside)
        else:
            waiting.append((one, True))
            waiting.extend((inner, False) for inner in one.inside)
    at = MS
    todo: list[tuple[I, int | None, int]] = []
    for root in roots:
        todo.append((root, None, at))
        at += totals[id(root)] + MS
    todo.reverse()
    while todo:
        one, parent, started = todo.pop()
        number = len(done)
        own = round(one.self_ms * MS)
        facts: dict[str, Any] = {
            "by": By("__main__", "app.py", number + 1),
            "outcome": "loaded",
            "phases": {"find": own // 4, "execute": own - own // 4},
            "kind": "local Python module",
            "origin": f"{one.module.replace('.', '/')}.py",
            **one.facts,
        }
        done.append(
            Import(number, parent, thread, one.module, started=started, total=totals[id(one)], self_time=own, **facts)
        )
        inner_at, inner = started + own, []
        for child in one.inside:
            inner.append((child, number, inner_at))
            inner_at += totals[id(child)]
        todo.extend(reversed(inner))
    return at


def everything() -> Record:
    """Return a record with something of everything, made by hand: three threads, a failure, a compilation, odd names."""
    compiled = {
        "phases": {"find": MS, "compile": 3 * MS, "execute": MS}, "bytecode": "missing", "reason": "none there",
        "kept": "written", "distribution": "thing 1.2", "kind": "third party Python module", "gc": 1000, "bytes": 1234,
        "calls": {"stat": 3, "list": 1, "open": 2}, "searched": ("", "/lib/site-packages"), "finder": "PathFinder",
        "entry": "/lib/site-packages", "loader": "SourceFileLoader",
    }  # fmt: skip
    failed = {
        "outcome": "failed", "error": "ModuleNotFoundError: No module named 'none'", "handled": True, "kind": None,
        "origin": None, "phases": {"find": 2 * MS},
    }  # fmt: skip
    return record(
        I("shop", 2, [I("shop.goods", 5, [I("none", 2, (), failed)], compiled), I("json", 1)]),
        I("ünï 名\x1b[31m;\n</script>", 0.5, (), {"by": None}),
        threads={
            "worker": [I("json", 4, (), {"outcome": "found", "phases": {"wait": 4 * MS}, "kind": None})],
            "": [I("late", 1, (), {"handled": None})],
        },
        cached=(Cached("sys", By("shop", "shop/__init__.py", 1), 12),),
        startup=(
            Startup("/lib/site-packages/x.pth", 1, "import x", 7 * MS, ("x", "y")),
            Startup("/lib/sitecustomize.py", None, "", 0, (), "ValueError: no"),
        ),
    )


def big(count: int = 5000) -> Record:
    """Return a record of `count` imports, in packages of ten modules each."""
    packages = [
        I(f"package{n}", 0.1, [I(f"package{n}.m{m}", 0.2 + m / 10) for m in range(9)]) for n in range(count // 10)
    ]
    return record(*packages)
