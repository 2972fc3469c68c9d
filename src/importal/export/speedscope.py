"""A file for speedscope: an evented profile for each thread, its frames the imports."""

from __future__ import annotations

import json

from ..observe.summary import roots, threads

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from ..observe.record import Import, Record, Thread

__all__ = ["speedscope"]

SCHEMA = "https://www.speedscope.app/file-format-schema.json"


def speedscope(record: Record) -> str:
    """Return *record* in speedscope's own file format, https://www.speedscope.app/file-format-schema.json.

    Times are in nanoseconds from the beginning of the recording. A thread that imported nothing has no profile, unless
    there is no other.
    """
    frames = _Frames()
    importing = {one.thread for one in record.imports}
    lanes = [one for one in threads(record) if one.thread in importing] or record.threads[:1]
    document = {
        "$schema": SCHEMA,
        "shared": {"frames": frames.known},
        "profiles": [_profile(record, thread, frames) for thread in lanes],
        "name": " ".join(record.target) or "importal",
        "activeProfileIndex": 0,
        "exporter": f"importal {record.importal}",
    }
    return json.dumps(document, separators=(",", ":")) + "\n"


class _Frames:
    """The frames that all profiles share: one for each module and file."""

    def __init__(self) -> None:
        self.known: list[dict[str, str]] = []
        self._numbers: dict[tuple[str, str | None], int] = {}

    def number(self, one: Import) -> int:
        key = (one.module, one.origin)
        if key not in self._numbers:
            self._numbers[key] = len(self.known)
            self.known.append({"name": one.module} if one.origin is None else {"name": one.module, "file": one.origin})
        return self._numbers[key]


def _profile(record: Record, thread: Thread, frames: _Frames) -> dict[str, Any]:
    events: list[dict[str, Any]] = []
    at = thread.started
    # What is to be done, the next thing last: open an import, or close its frame, each not after `end`.
    waiting: list[tuple[Import | int, int]] = [
        (one, thread.ended) for one in reversed(roots(record)) if one.thread == thread.thread
    ]
    while waiting:
        what, end = waiting.pop()
        if isinstance(what, int):
            at = max(at, end)
            events.append({"type": "C", "at": at, "frame": what})
            continue
        if what.outcome == "circular":
            continue  # no time passed
        # speedscope refuses a file whose events do not nest, so none may begin or end outside the one around it.
        at = min(max(at, what.started), end)
        end = max(at, min(what.ended, end))
        frame = frames.number(what)
        events.append({"type": "O", "at": at, "frame": frame})
        waiting.append((frame, end))
        waiting.extend((inner, end) for inner in reversed(record.inside.get(what.id, ())))
    return {
        "type": "evented",
        "name": thread.name or f"thread {thread.thread}",
        "unit": "nanoseconds",
        "startValue": thread.started,
        "endValue": max(thread.ended, at),
        "events": events,
    }
