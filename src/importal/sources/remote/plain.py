"""One question to the web over a plain connection, with nothing but a socket.

A start from a warm cache asks one question, and loading ``http.client`` for it takes longer than the question and all
of its answer. So it is asked here first. Only a whole answer that needs no interpretation counts as one; for anything
else, as for TLS and proxies, there is urllib.
"""

from __future__ import annotations

import os
import sys
from urllib.parse import urlsplit

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

__all__ = ["PlainAnswer", "ask", "can_be_asked_plainly"]

# The line between head and body is empty.
_END = b"\r\n\r\n"
# What an answer may have before its contents (bytes), and how much is taken at once.
_HEAD_MOST = 1 << 16
_AT_ONCE = 1 << 16


class PlainAnswer:
    """A server's whole answer: ``status``, ``headers`` by their names in small letters, and ``body``."""

    __slots__ = ("body", "headers", "status")

    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        self.status = status
        self.headers = headers
        self.body = b""


def can_be_asked_plainly(url: str) -> bool:
    """Tell whether *url* is asked for without TLS, and no proxy is, or may be, in between."""
    if sys.platform in {"darwin", "win32"}:
        return False  # the system's settings may name a proxy
    return url.startswith("http://") and not any(name.lower().endswith("_proxy") for name in os.environ)


def ask(url: str, method: str, headers: Mapping[str, str], seconds: float) -> PlainAnswer | None:
    """Ask for *url*, which has no account in it, and return the answer; None where it is no plain one.

    *method* is GET or HEAD, *seconds* how long to wait for the connection and for each part of the answer. Raises
    OSError: TimeoutError, ConnectionRefusedError, ...
    """
    parts = urlsplit(url)
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    lines = [f"{method} {target} HTTP/1.1", f"Host: {parts.netloc}", "User-Agent: importal", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    # As bytes, which are looked up as they are: for text the codec of international names would be loaded.
    connection = _connected((parts.hostname or "").encode(), parts.port or 80, seconds)
    try:
        connection.sendall("\r\n".join([*lines, "", ""]).encode())
        return _received(connection, method)
    finally:
        connection.close()


def _connected(host: bytes, port: int, seconds: float) -> Any:
    """Return a connection. Raises OSError.

    The module ``socket`` takes longer to load than the question and its answer; where it is there, it is asked:
    somebody may have put something else into it (green threads, a proxy).
    """
    connect = getattr(sys.modules.get("socket"), "create_connection", None)
    if connect is not None:
        return connect((host, port), seconds)
    import _socket

    failure = OSError(f"{host.decode()} has no address")
    for family, kind, protocol, _, address in _socket.getaddrinfo(host, port, 0, _socket.SOCK_STREAM):
        connection = _socket.socket(family, kind, protocol)
        try:
            connection.settimeout(seconds)
            connection.connect(address)
        except OSError as error:
            connection.close()
            failure = error
        else:
            return connection
    raise failure


def _received(connection: Any, method: str) -> PlainAnswer | None:
    received = bytearray()
    while _END not in received:
        part = connection.recv(_AT_ONCE)
        if not part or len(received) > _HEAD_MOST:
            return None
        received += part
    head, _, body = received.partition(_END)
    answer = _parsed(head.decode("latin-1"))
    if answer is None or method == "HEAD":
        return answer
    length = answer.headers.get("content-length", "")
    if not length.isdecimal():
        return None
    while len(body) < int(length):
        part = connection.recv(_AT_ONCE)
        if not part:
            return None
        body += part
    answer.body = bytes(body)
    return answer if len(body) == int(length) else None


def _parsed(head: str) -> PlainAnswer | None:
    r"""Return the answer that begins with *head*, None when what follows has to be interpreted.

    >>> answer = _parsed("HTTP/1.1 200 OK\r\nETag: x")
    >>> answer.status, answer.headers
    (200, {'etag': 'x'})
    >>> _parsed("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked") is None
    True
    """
    first, *lines = head.split("\r\n")
    version, _, status = first.partition(" ")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon or headers.setdefault(name.lower(), value.strip()) != value.strip():
            return None
    if not version.startswith("HTTP/1.") or not status[:3].isdecimal():
        return None
    if {"transfer-encoding", "content-encoding"} & headers.keys():
        return None
    return PlainAnswer(int(status[:3]), headers)
