"""What is known of files at a remote place before they are fetched, and asking about many of them at once."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Facts", "each", "facts_of", "facts_of_headers", "heads", "on_loop"]

# Requests under way at the same time.
_AT_ONCE = 32


class Facts:
    """What is known of a file before it is fetched: ``size`` in bytes or None, ``mtime`` in seconds (0: not known).

    ``identity`` is text that changes when the file does, None when the place does not say anything like it.
    """

    __slots__ = ("identity", "mtime", "size")

    def __init__(self, identity: str | None, size: int | None, mtime: float = 0) -> None:
        self.identity = identity
        self.size = size
        self.mtime = mtime


def each(system: Any, method: str, paths: list[str]) -> list[Any]:
    """Return what the *method* of a file system says of each of *paths*, None of one that is not there."""
    if system.async_impl:
        return on_loop(system, _gathered, getattr(system, f"_{method}"), paths)  # type: ignore[no-any-return]
    found = []
    for path in paths:
        try:
            found.append(getattr(system, method)(path))
        except FileNotFoundError:
            found.append(None)
    return found


def on_loop(system: Any, function: Any, *arguments: Any) -> Any:
    from fsspec.asyn import sync

    return sync(system.loop, function, *arguments)


async def _gathered(function: Any, paths: list[str]) -> list[Any]:
    import asyncio

    turn = asyncio.Semaphore(_AT_ONCE)

    async def one(path: str) -> Any:
        async with turn:
            try:
                return await function(path)
            except FileNotFoundError:
                return None

    return await asyncio.gather(*[one(path) for path in paths])


async def heads(system: Any, urls: list[str]) -> list[Facts | None]:
    """Return what a web server says of files when it is asked for their headers; None of one that is not there."""
    session = await system.set_session()

    async def head(url: str) -> Facts | None:
        headers = {"Accept-Encoding": "identity"}
        async with session.head(system.encode_url(url), allow_redirects=True, headers=headers) as answer:
            if answer.status in {404, 410}:
                return None
            if answer.status in {405, 501}:  # it does not know the question
                return Facts(None, None)
            answer.raise_for_status()
            return facts_of_headers(answer.headers)

    return await _gathered(head, urls)


# What kinds of places call what identifies a file's bytes, and when it was changed.
_TAGS = ("etag", "md5hash", "content_md5", "checksum", "hash")
_TIMES = ("mtime", "lastmodified", "last_modified", "last-modified", "updated", "modified", "modifiedat")


def facts_of(entry: dict[str, Any]) -> Facts:
    """Return the facts in what a file system says of a file, each kind in words of its own."""
    known = {str(key).lower(): value for key, value in entry.items() if value}
    size = known.get("size")
    tag = next((known[key] for key in _TAGS if key in known), None)
    moment = next((known[key] for key in _TIMES if key in known), None)
    mtime = _seconds(moment)
    identity = None
    if tag is not None:
        identity = f"{tag} {size}"
    elif moment is not None and mtime + 2 < _now():
        # A time is known to the second at best: what was changed just now can be changed again within it.
        identity = f"{moment} {size}"
    return Facts(identity, size if isinstance(size, int) else 0 if entry.get("size") == 0 else None, mtime)


def facts_of_headers(headers: Any) -> Facts:
    """Return the facts in the *headers* of a web server's answer, which are known by small letters at least."""
    said = {"etag": headers.get("etag"), "last-modified": headers.get("last-modified")}
    length = headers.get("content-length") or ""
    return facts_of(said | {"size": int(length) if length.isdecimal() else None})


def _now() -> float:
    import time

    return time.time()


def _seconds(moment: Any) -> float:
    """Return a time as seconds: a number, a datetime, or text as HTTP writes it; 0 for anything else."""
    if isinstance(moment, (int, float)):
        return float(moment)
    if hasattr(moment, "timestamp"):
        return float(moment.timestamp())
    from email.utils import parsedate_to_datetime

    try:
        return parsedate_to_datetime(str(moment)).timestamp()
    except ValueError:
        return 0
