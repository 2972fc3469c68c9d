"""One file of the web at a time: with what Python has, and as fsspec does it where that is there or arranged."""

from __future__ import annotations

import base64
import os
import ssl
import threading
from collections.abc import Iterator
from http.client import BadStatusLine, IncompleteRead
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError

import pytest

from importal.sources.remote.web import WebFiles, can_be_asked
from sources import servers
from sources.remote_places import PACKAGE, archive, lay, program, publish

ME = base64.b64encode(b"me:pass word").decode()


class Handler(BaseHTTPRequestHandler):
    """Knows /open, /locked (for one account), /away and /file-transfer (redirections), /no-head, /stuck, /pieces, /cut."""

    away = ""
    asked: list[tuple[str, str, str | None]]
    done: threading.Event

    def do_GET(self) -> None:
        self.asked.append((self.command, self.path, self.headers.get("Authorization")))
        if self.path == "/away":
            self.answer(302, Location=self.away)
        elif self.path == "/file-transfer":
            self.answer(302, Location="ftp://127.0.0.1/open")
        elif self.path == "/stuck":
            self.done.wait(20)
        elif self.path == "/pieces":
            self.raw(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nin pi\r\n4\r\neces\r\n0\r\n\r\n")
        elif self.path == "/cut":
            self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nin pi")
        elif self.path == "/long":
            self.raw(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi, and more")
        elif self.path == "/open-end":
            self.raw(b"HTTP/1.0 200 OK\r\n\r\nto the end")
        elif self.path == "/nonsense":
            self.raw(b"220 mail ready\r\n\r\n")
        elif self.path == "/locked" and self.headers.get("Authorization") != f"Basic {ME}":
            self.answer(401)
        elif self.path == "/no-head" and self.command == "HEAD":
            self.answer(405)
        elif self.path.partition("?")[0] in {"/open", "/locked", "/no-head"}:
            self.answer(200, b"contents", ETag='"e1"')
        else:
            self.answer(404)

    do_HEAD = do_GET

    def answer(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(b"" if self.command == "HEAD" else body)

    def raw(self, answer: bytes) -> None:
        self.wfile.write(answer)
        self.close_connection = True

    def log_message(self, *arguments: Any) -> None:
        pass


class Server:
    """A running server, and the (method, path, authorization) that it was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str | None]] = []
        self.done = threading.Event()
        self.handler = type("Handling", (Handler,), {"asked": self.asked, "done": self.done})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self.handler)
        self.host = f"127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.done.set()
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def server() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


@pytest.fixture
def other() -> Iterator[Server]:
    one = Server()
    yield one
    one.stop()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> WebFiles:
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    return WebFiles(0.5)


def test_a_file_and_its_facts(server: Server, web: WebFiles) -> None:
    assert web.cat_file(f"http://{server.host}/open") == b"contents"
    facts = web.head(f"http://{server.host}/open")
    assert (facts.identity, facts.size) == ('"e1" 8', 8)
    assert [method for method, _, _ in server.asked] == ["GET", "HEAD"]


def test_a_plain_answer_needs_no_library(server: Server) -> None:
    asks = f"""
        import sys
        from importal.sources.remote.web import WebFiles
        print(WebFiles(5).cat_file("http://{server.host}/open?key=1#x"), "socket" in sys.modules)
        print(WebFiles(5).head("http://{server.host}/open").size, "http.client" in sys.modules)
    """
    assert program(asks).stdout == "b'contents' False\n8 False\n"
    assert program(asks, ftp_proxy="http://127.0.0.1:1").stdout == "b'contents' True\n8 True\n"
    assert [path for _, path, _ in server.asked] == ["/open?key=1", "/open"] * 2


def test_a_name_with_several_addresses_and_nobody_there(server: Server) -> None:
    asks = f"""
        from importal.sources.remote.web import WebFiles
        print(WebFiles(5).cat_file("http://localhost:{server.host.rpartition(":")[2]}/open"))
        try:
            WebFiles(5).cat_file("http://localhost:1/open")
        except ConnectionRefusedError:
            print("refused")
    """
    assert program(asks).stdout == "b'contents'\nrefused\n"


def test_what_a_program_has_put_into_socket_is_asked(server: Server) -> None:
    asks = f"""
        import socket
        from importal.sources.remote.web import WebFiles
        connect = socket.create_connection
        def create_connection(address, timeout):
            print("asked")
            return connect(address, timeout)
        socket.create_connection = create_connection
        print(WebFiles(5).cat_file("http://{server.host}/open"))
    """
    assert program(asks).stdout == "asked\nb'contents'\n"


def test_an_answer_in_pieces_and_one_without_a_length(server: Server, web: WebFiles) -> None:
    assert web.cat_file(f"http://{server.host}/pieces") == b"in pieces"
    assert web.cat_file(f"http://{server.host}/open-end") == b"to the end"
    assert web.cat_file(f"http://{server.host}/long") == b"hi"


def test_an_answer_that_is_cut_off_or_none(server: Server, web: WebFiles) -> None:
    with pytest.raises(IncompleteRead):
        web.cat_file(f"http://{server.host}/cut")
    with pytest.raises(BadStatusLine):
        web.cat_file(f"http://{server.host}/nonsense")


def test_a_proxy_is_asked(server: Server, other: Server, web: WebFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://{other.host}")
    with pytest.raises(FileNotFoundError):
        web.cat_file(f"http://{server.host}/open")
    assert (server.asked, [path for _, path, _ in other.asked]) == ([], [f"http://{server.host}/open"])


def test_certificates_are_checked(
    server: Server, other: Server, web: WebFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    trustme = pytest.importorskip("trustme", reason="trustme is not installed: pip install 'importal[servers]'")
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    other.server.socket = context.wrap_socket(other.server.socket, server_side=True)
    secure = f"https://{other.host}/open"
    server.handler.away = secure
    with pytest.raises(ssl.SSLCertVerificationError):
        web.cat_file(secure)
    authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
    assert web.cat_file(secure) == b"contents"
    assert web.cat_file(f"http://{server.host}/away") == b"contents"
    assert web.head(secure).size == 8


def test_what_is_not_there(server: Server, web: WebFiles) -> None:
    for ask in web.cat_file, web.head:
        with pytest.raises(FileNotFoundError):
            ask(f"http://{server.host}/gone")


def test_a_server_that_does_not_know_the_question(server: Server, web: WebFiles) -> None:
    facts = web.head(f"http://{server.host}/no-head")
    assert (facts.identity, facts.size) == (None, None)


def test_name_and_password_are_said_to_that_server_only(server: Server, other: Server, web: WebFiles) -> None:
    url = f"http://me:pass%20word@{server.host}"
    assert web.cat_file(f"{url}/locked") == b"contents"
    server.handler.away = f"http://{other.host}/open"
    assert web.cat_file(f"{url}/away") == b"contents"
    assert server.asked[-1] == ("GET", "/away", f"Basic {ME}")
    assert other.asked == [("GET", "/open", None)]
    with pytest.raises(HTTPError, match="401"):
        web.cat_file(f"http://{server.host}/locked")


def test_an_account_of_the_users_file(
    server: Server, web: WebFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETRC", str(tmp_path / "accounts"))
    with pytest.raises(HTTPError, match="401"):
        web.cat_file(f"http://{server.host}/locked")
    (tmp_path / "accounts").write_text('machine 127.0.0.1 login me password "pass word"\n')
    assert web.cat_file(f"http://{server.host}/locked") == b"contents"
    (tmp_path / "accounts").write_text("what?")
    with pytest.raises(HTTPError, match="401"):
        web.cat_file(f"http://{server.host}/locked")


def test_no_redirection_leads_out_of_the_web(server: Server, web: WebFiles) -> None:
    with pytest.raises((HTTPError, URLError)):
        web.cat_file(f"http://{server.host}/file-transfer")


def test_no_answer(server: Server, web: WebFiles) -> None:
    with pytest.raises(TimeoutError):
        web.cat_file(f"http://{server.host}/stuck")


def test_nobody_there(web: WebFiles) -> None:
    with pytest.raises(ConnectionRefusedError):
        web.cat_file("http://127.0.0.1:1/open")


def test_what_is_left_to_fsspec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("FSSPEC_CONFIG_DIR", raising=False)
    assert can_be_asked("https://host/pkg.zip?key=%20")
    assert not can_be_asked("https://höst/pkg.zip")
    assert not can_be_asked("https://host/a file.zip")
    monkeypatch.setenv("FSSPEC_HTTP_SIMPLE_LINKS", "1")
    assert not can_be_asked("https://host/pkg.zip")
    monkeypatch.delenv("FSSPEC_HTTP_SIMPLE_LINKS")
    tmp_path.joinpath(".config", "fsspec").mkdir(parents=True)
    assert not can_be_asked("https://host/pkg.zip")


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.parametrize("kind", ["archive", "store"])
def test_a_start_from_a_warm_cache_loads_nothing_that_has_to_be_installed(
    http: servers.HTTP, tmp_path: Path, kind: str
) -> None:
    pytest.importorskip("fsspec", reason="fsspec is not installed: pip install 'importal[remote]'")
    if kind == "archive":
        (http.folder / "pkg.zip").write_bytes(archive(PACKAGE))
        url = f"{http.url}/pkg.zip"
    else:
        lay(http.folder, {"store/note": b""})
        publish((http.folder / "store").as_uri(), "r1", PACKAGE)
        url = f"{http.url}/store"
    first = f"""
        from importal.sources import opening
        import sys
        source = opening.opened({url!r})
        print(source.read({url + "/shop/till.py"!r}), "fsspec" in sys.modules)
    """
    said = [program(first, IMPORTAL_CACHE=str(tmp_path / "cache")) for _ in range(2)]
    assert [one.stdout for one in said] == ["b'total = 8\\n' True\n", "b'total = 8\\n' False\n"], said
