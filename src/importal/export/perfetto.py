"""Chrome trace events, which Perfetto (ui.perfetto.dev) and chrome://tracing show."""

from __future__ import annotations

import json

from ..observe.summary import threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from ..observe.record import Import, Record

__all__ = ["perfetto"]

# A record is of one process, and does not keep its number.
_PROCESS = 1


def perfetto(record: Record) -> str:
    """Return *record* in the JSON object form of the Trace Event Format (Google, "Trace Event Format", 2016).

    Each import is a complete event ("X") named by its module, with ``ts`` and ``dur`` in microseconds, to three places.
    ``tid`` is the number of the thread, counted from 1: Perfetto takes a thread 0 for the idle one.
    """
    document = {
        "traceEvents": [*_names(record), *map(_event, record.imports)],
        "displayTimeUnit": "ms",
        "otherData": {
            "importal": record.importal,
            "date": record.date,
            "target": " ".join(record.target),
            **{f"python {key}": str(value) for key, value in record.python.items()},
        },
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


def _names(record: Record) -> Iterator[dict[str, Any]]:
    """Yield the metadata events ("M") that name the process and its threads."""
    program = " ".join(record.target) or "python"
    lanes = threads(record)
    yield _metadata("process_name", lanes[0].thread if lanes else 0, {"name": program})
    for thread in lanes:
        yield _metadata("thread_name", thread.thread, {"name": thread.name or f"thread {thread.thread}"})
        yield _metadata("thread_sort_index", thread.thread, {"sort_index": thread.thread})


def _metadata(name: str, thread: int, args: dict[str, str | int]) -> dict[str, Any]:
    return {"name": name, "ph": "M", "pid": _PROCESS, "tid": thread + 1, "args": args}


def _event(one: Import) -> dict[str, Any]:
    return {
        "name": one.module,
        "cat": f"import,{one.outcome}",
        "ph": "X",
        "ts": one.started / 1000,
        "dur": one.total / 1000,
        "pid": _PROCESS,
        "tid": one.thread + 1,
        "args": _arguments(one),
    }


def _arguments(one: Import) -> dict[str, Any]:
    """Return what is known of an import beyond its name and times; what is not known is left out."""
    arguments = {
        "outcome": one.outcome,
        "error": one.error,
        "handled": one.handled,
        "importer": None if one.by is None else one.by.module,
        "statement": None if one.by is None else str(one.by),
        "kind": one.kind,
        "distribution": one.distribution,
        "origin": one.origin,
        "finder": one.finder,
        "entry": one.entry,
        "loader": one.loader,
        "bytecode": one.bytecode,
        "reason": one.reason,
        "kept": one.kept,
        "bytes": one.bytes or None,
        "self us": one.self_time / 1000,
        "gc us": one.gc / 1000 or None,
        **{f"{phase} us": time / 1000 for phase, time in one.phases.items()},
        **{f"{call} calls": count for call, count in one.calls.items()},
    }
    return {key: value for key, value in arguments.items() if value is not None}
