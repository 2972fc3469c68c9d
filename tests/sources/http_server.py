"""Serve a folder over HTTP, as a real server does, and fail on demand: `http_server.py FOLDER PORT`.

Files have an ETag, a modification time and byte ranges (RFC 9110: one range of each request, 206, 416, If-None-Match,
If-Modified-Since, If-Range). A folder is a page of links. What stands under `/-/` is the control of the server:

    GET    /-/requests    every request so far, in order: method, path, range, status, sent (bytes of the body)
    DELETE /-/requests    forget them
    PUT    /-/faults      what shall go wrong from now on: a list of faults
    DELETE /-/faults      nothing

A fault is an object; the first that fits a request and has times left is the one that happens:

    kind     "slow"      wait `seconds` before answering
             "stall"     send `keep` bytes of the body, wait `seconds`, send the rest
             "truncate"  announce the whole body, send `keep` bytes, close
             "shorten"   announce and send `keep` bytes: nothing but the contents tells
             "corrupt"   turn the bits of the byte at `at` of the body over
             "status"    answer `status` and no file
             "whole"     take no notice of Range
             "die"       send `keep` bytes of the body (null: not even a status line) and end the process
    path     pattern of fnmatch for the path; "*" when left out
    skip     so many fitting requests go well first; 0 when left out
    times    so many fail then; null, or left out: all
"""

from __future__ import annotations

import hashlib
import html
import json
import os
import sys
import threading
import time
from email.utils import formatdate, parsedate_to_datetime
from fnmatch import fnmatchcase
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote, urlsplit

CONTROL = "/-/"
KINDS = {"slow", "stall", "truncate", "shorten", "corrupt", "status", "whole", "die"}
FIELDS = {"kind", "path", "skip", "times", "seconds", "keep", "at", "status"}


class FolderServer(ThreadingHTTPServer):
    """The folder, what was asked for, and what shall go wrong."""

    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        super().__init__(("127.0.0.1", port), Handler)
        self.folder = folder.resolve()
        self.lock = threading.Lock()
        self.requests: list[dict[str, Any]] = []
        self.faults: list[dict[str, Any]] = []

    def fault(self, path: str) -> dict[str, Any]:
        """Return the fault that this request has, an empty one for none, and count it."""
        with self.lock:
            for fault in self.faults:
                if not fnmatchcase(path, fault.get("path", "*")):
                    continue
                if fault.get("skip", 0) > 0:
                    fault["skip"] -= 1
                    continue
                if fault.get("times") is None:
                    return fault
                if fault["times"] > 0:
                    fault["times"] -= 1
                    return fault
        return {}

    def file(self, path: str) -> Path | None:
        """Return what the path of a URL stands for, None when that is nothing in the folder."""
        file = (self.folder / unquote(path).lstrip("/")).resolve()
        return file if file.is_relative_to(self.folder) and file.exists() else None


def byte_range(asked: str, size: int) -> tuple[int, int] | None:
    """Return the first byte and the one after the last of a Range header.

    None when the header is to be passed over (another unit, several ranges, nonsense), an empty range when it cannot be
    satisfied.

    >>> (
    ...     byte_range("bytes=2-4", 10),
    ...     byte_range("bytes=7-", 10),
    ...     byte_range("bytes=-3", 10),
    ...     byte_range("bytes=8-99", 10),
    ... )
    ((2, 5), (7, 10), (7, 10), (8, 10))
    >>> (
    ...     byte_range("bytes=10-", 10),
    ...     byte_range("bytes=-0", 10),
    ...     byte_range("bytes=0-1,4-5", 10),
    ...     byte_range("x=1-2", 10),
    ... )
    ((0, 0), (0, 0), None, None)
    """
    unit, _, text = asked.partition("=")
    first, dash, last = text.strip().partition("-")
    if unit.strip() != "bytes" or not dash or not (first + last).isdecimal():
        return None
    if not first:
        return (max(size - int(last), 0), size) if int(last) and size else (0, 0)
    if last and int(last) < int(first):
        return None
    begin, end = int(first), min(int(last) + 1, size) if last else size
    return (begin, end) if begin < size else (0, 0)


class Handler(BaseHTTPRequestHandler):
    """One connection, which stays open for further requests."""

    server: FolderServer
    protocol_version = "HTTP/1.1"
    # Without this, each answer on a connection that stays open waits 40 ms for the client's acknowledgement.
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        path = urlsplit(self.path).path
        if path.startswith(CONTROL):
            self.control(path)
        else:
            self.answer(path)

    do_HEAD = do_GET

    def do_PUT(self) -> None:
        self.control(urlsplit(self.path).path)

    do_DELETE = do_PUT

    def answer(self, path: str) -> None:
        fault = self.server.fault(path)
        kind = fault.get("kind")
        self.note: dict[str, Any] = {
            "method": self.command,
            "path": path,
            "range": self.headers.get("Range"),
            "status": None,
            "sent": 0,
        }
        with self.server.lock:
            self.server.requests.append(self.note)
        if kind == "slow":
            time.sleep(fault["seconds"])
        if kind == "die" and fault.get("keep") is None:
            os._exit(1)
        if kind == "status":
            self.send(fault["status"], b"as asked\n", {})
            return
        file = self.server.file(path)
        if file is None:
            self.send(HTTPStatus.NOT_FOUND, b"not here\n", {})
        elif file.is_dir():
            self.send(HTTPStatus.OK, index(file), {"Content-Type": "text/html; charset=utf-8"}, fault)
        else:
            self.answer_file(file, fault)

    def answer_file(self, file: Path, fault: dict[str, Any]) -> None:
        body, modified = file.read_bytes(), int(file.stat().st_mtime)
        tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
        headers = {
            "Accept-Ranges": "bytes",
            "Content-Type": "application/octet-stream",
            "ETag": tag,
            "Last-Modified": formatdate(modified, usegmt=True),
        }
        if self.unchanged(tag, modified):
            self.send(HTTPStatus.NOT_MODIFIED, b"", headers)
            return
        if fault.get("kind") == "whole":
            del headers["Accept-Ranges"]
            self.send(HTTPStatus.OK, body, headers, fault)
            return
        wanted = byte_range(self.headers.get("Range", ""), len(body))
        if self.headers.get("If-Range", tag) not in {tag, headers["Last-Modified"]}:
            wanted = None
        if wanted is None:
            self.send(HTTPStatus.OK, body, headers, fault)
        elif wanted == (0, 0):
            self.send(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE, b"", {"Content-Range": f"bytes */{len(body)}"})
        else:
            begin, end = wanted
            headers["Content-Range"] = f"bytes {begin}-{end - 1}/{len(body)}"
            self.send(HTTPStatus.PARTIAL_CONTENT, body[begin:end], headers, fault)

    def unchanged(self, tag: str, modified: int) -> bool:
        """Tell whether the client has the file already; the tag decides where both are sent."""
        if tags := self.headers.get("If-None-Match"):
            return tags.strip() == "*" or tag in {one.strip().removeprefix("W/") for one in tags.split(",")}
        if since := self.headers.get("If-Modified-Since"):
            try:
                return modified <= parsedate_to_datetime(since).timestamp()
            except ValueError:
                return False
        return False

    def send(self, status: int, body: bytes, headers: dict[str, str], fault: dict[str, Any] | None = None) -> None:
        """Send an answer, with what shall be wrong about its body."""
        fault = fault or {}
        kind = fault.get("kind")
        if kind == "shorten":
            body = body[: fault["keep"]]
        elif kind == "corrupt" and body:
            at = fault["at"] % len(body)
            body = body[:at] + bytes([body[at] ^ 0xFF]) + body[at + 1 :]
        self.note["status"] = int(status)
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        if status != HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "HEAD" or status == HTTPStatus.NOT_MODIFIED:
            return
        keep = fault["keep"] if kind in {"stall", "truncate", "die"} else len(body)
        self.write(body[:keep])
        if kind == "die":
            os._exit(1)
        elif kind == "truncate":
            self.close_connection = True
        elif kind == "stall":
            time.sleep(fault["seconds"])
            self.write(body[keep:])

    def write(self, data: bytes) -> None:
        # Counted first: whoever has the answer may ask for the count at once.
        self.note["sent"] += len(data)
        self.wfile.write(data)
        self.wfile.flush()

    def control(self, path: str) -> None:
        """Do what a request under `/-/` says; these are not among the requests counted."""
        self.note = {"status": None, "sent": 0}
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        answer: object = None
        status = HTTPStatus.OK
        with self.server.lock:
            match self.command, path.removeprefix(CONTROL):
                case "GET", "requests":
                    answer = self.server.requests
                case "DELETE", "requests":
                    self.server.requests = []
                case "PUT", "faults":
                    faults = json.loads(body)
                    # A misspelt fault would never happen, and the test that asked for it would pass.
                    if wrong := [one for one in faults if one.get("kind") not in KINDS or set(one) - FIELDS]:
                        status, answer = HTTPStatus.BAD_REQUEST, f"no such fault: {wrong}"
                    else:
                        self.server.faults = faults
                case "DELETE", "faults":
                    self.server.faults = []
                case _:
                    status, answer = HTTPStatus.NOT_FOUND, f"no such control: {self.command} {path}"
            data = json.dumps(answer).encode()
        self.send(status, data, {"Content-Type": "application/json"})

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name that the base class gives it
        """Write the log line to standard error, at once."""
        print(f"{self.log_date_time_string()} {format % args}", file=sys.stderr, flush=True)


def index(folder: Path) -> bytes:
    """Return a page that links to everything in a folder."""
    names = sorted(entry.name + "/" * entry.is_dir() for entry in folder.iterdir())
    links = "".join(f'<li><a href="{quote(name)}">{html.escape(name)}</a></li>\n' for name in names)
    return f"<!DOCTYPE html>\n<title>a folder</title>\n<ul>\n{links}</ul>\n".encode()


if __name__ == "__main__":
    FolderServer(Path(sys.argv[1]), int(sys.argv[2])).serve_forever()
