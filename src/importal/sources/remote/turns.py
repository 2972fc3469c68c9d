"""Who is at work on a store at a remote place.

Publishers bring what they have side by side, and name their releases one after the other; whoever removes something is
alone. Such places know no locks. So each writer puts down a note of its own, and then looks for those of others: of two
who do not go together at least one sees the other's, takes its own back and waits. Nothing is changed before that.

    turns/ID.json    {"does": "publish", "name" or "remove", "since": date in ISO 8601, "by": host and process}
"""

from __future__ import annotations

from contextlib import contextmanager, suppress
from datetime import UTC, datetime

from ...errors import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .files import Remote

__all__ = ["NAME", "PUBLISH", "REMOVE", "turn"]

PUBLISH, NAME, REMOVE = "publish", "name", "remove"

# A note that is older was left by one that was killed (seconds). Naming takes a moment, the others their time.
_COUNTS_FOR = {NAME: 60.0}
_COUNTS_LONG = 3600.0
# How long to wait for others to be done, and between two looks (seconds).
_PATIENCE = 90.0
_PAUSE = 0.5

_DOES = {PUBLISH: "publishes to the store", NAME: "names a release", REMOVE: "removes releases from the store"}


@contextmanager
def turn(remote: Remote, does: str) -> Iterator[None]:
    """Do this block when nobody is at work who must not be: PUBLISH beside any but REMOVE, NAME one at a time.

    REMOVE is alone. Who has the turn to PUBLISH may take that to NAME besides.
    Raises SourceError when that does not come to pass within a minute and a half.
    """
    import random
    import time

    end = time.monotonic() + _PATIENCE
    while True:
        with _noted(remote, does) as own:
            other = _in_the_way(remote, does, own)
            if other is None:
                yield
                return
        if time.monotonic() > end:
            advice = f"wait until that is done; should it have been stopped, remove the file {other[0]}"
            raise SourceError(remote.place.root, remote.place.release, f"another process {other[1]}", advice)
        # Two who give way to each other are not to do so again and again.
        time.sleep(random.uniform(0.2, 1) * _PAUSE)


@contextmanager
def _noted(remote: Remote, does: str) -> Iterator[str]:
    """Have a note of this process there while the block goes on."""
    import json
    import os
    import platform
    import uuid

    own = f"turns/{uuid.uuid4().hex}.json"
    said = {"does": does, "since": _now().isoformat(timespec="seconds"), "by": f"{platform.node()} {os.getpid()}"}
    try:
        remote.write(own, json.dumps(said, sort_keys=True).encode())
        yield own
    finally:
        # Where it cannot be taken back, it counts no more after a while: what was done is done.
        with suppress(SourceError):
            remote.delete([own])


def _in_the_way(remote: Remote, does: str, own: str) -> tuple[str, str] | None:
    """Return the file of a note that this one has to wait for, and what it says; None where there is none."""
    notes = [path for name in remote.names("turns") if name.endswith(".json") and (path := f"turns/{name}") != own]
    for path, data in remote.read_many(notes).items():
        what, since, by = _parsed(data)
        if (_now() - since).total_seconds() > _COUNTS_FOR.get(what, _COUNTS_LONG):
            remote.delete([path])
        elif REMOVE in {does, what} or NAME == does == what:
            return path, f"{_DOES.get(what, 'is at work')} (since {since:%H:%M:%S} UTC, {by})"
    return None


def _parsed(data: bytes) -> tuple[str, datetime, str]:
    """Return what a note says: of one that is none, that it was put down just now."""
    import json

    try:
        said = json.loads(data)
        return str(said["does"]), datetime.fromisoformat(said["since"]).astimezone(UTC), str(said["by"])
    except (ValueError, KeyError, TypeError):
        return "", _now(), "which has left no name"


def _now() -> datetime:
    return datetime.now(UTC)
