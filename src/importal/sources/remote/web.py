"""One file of the web at a time, with what Python itself has.

A start from a warm cache asks one question. fsspec and what it stands on take a fifth of a second to load, which is
more than many programs take to start; they are for the rest, where much is asked for at once.
"""

from __future__ import annotations

import os

from .facts import Facts, facts_of_headers

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import OpenerDirector, Request

__all__ = ["WebFiles", "can_be_asked"]


def can_be_asked(url: str) -> bool:
    """Tell whether *url* can be asked for as it is, and nobody has arranged how fsspec does it."""
    folder = os.environ.get("FSSPEC_CONFIG_DIR") or os.path.expanduser("~/.config/fsspec")
    arranged = any(name.startswith("FSSPEC_") for name in os.environ) or os.path.isdir(folder)
    return not arranged and url.isascii() and url.isprintable() and " " not in url


class WebFiles:
    """Files of the web by their URLs. Methods raise FileNotFoundError for what is not there, OSError, HTTPException.

    *seconds* is how long to wait for each answer, or part of one. Proxies are those of the environment.
    """

    async_impl = False

    def __init__(self, seconds: float) -> None:
        from urllib import request

        self._seconds = seconds
        # The handlers of `build_opener` less those of other protocols, which no redirection is to lead to.
        self._opener: OpenerDirector = request.OpenerDirector()
        for handler in (
            request.ProxyHandler,
            request.UnknownHandler,
            request.HTTPHandler,
            request.HTTPSHandler,
            request.HTTPDefaultErrorHandler,
            request.HTTPRedirectHandler,
            request.HTTPErrorProcessor,
        ):
            self._opener.add_handler(handler())  # type: ignore[no-untyped-call, unused-ignore]

    def cat_file(self, url: str) -> bytes:
        """Return the bytes of a file."""
        with self._answer(_request(url, "GET")) as answer:
            return answer.read()

    def head(self, url: str) -> Facts:
        """Return what the server says of a file when it is asked for its headers."""
        from urllib.error import HTTPError

        try:
            with self._answer(_request(url, "HEAD")) as answer:
                return facts_of_headers(answer.headers)
        except HTTPError as error:
            if error.code in {405, 501}:  # it does not know the question
                return Facts(None, None)
            raise

    def _answer(self, request: Request) -> HTTPResponse:
        from urllib.error import HTTPError, URLError

        try:
            return self._opener.open(request, timeout=self._seconds)  # type: ignore[no-any-return]
        except HTTPError as error:
            error.close()
            if error.code in {404, 410}:
                raise FileNotFoundError(error.code, error.reason) from None
            raise
        except URLError as error:
            if isinstance(error.reason, OSError):
                raise error.reason from None  # which says what went wrong, and not at which URL
            raise


def _request(url: str, method: str) -> Request:
    """Return the question. A name and password, of *url* or known, become a header that no redirection takes along."""
    from urllib.parse import unquote, urlsplit
    from urllib.request import Request

    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    request = Request(parts._replace(netloc=host).geturl(), headers={"Accept-Encoding": "identity"}, method=method)
    name, _, password = map(unquote, user.partition(":"))
    account = (name, password) if at else _account(parts.hostname or "")
    if account is not None:
        from base64 import b64encode

        said = b64encode(":".join(account).encode()).decode()
        request.add_unredirected_header("Authorization", f"Basic {said}")
    return request


def _account(host: str) -> tuple[str, str] | None:
    """Return the name and password that the user's file of accounts (NETRC, or ~/.netrc) has for *host*."""
    file = os.environ.get("NETRC") or os.path.expanduser("~/_netrc" if os.name == "nt" else "~/.netrc")
    if not os.path.exists(file):
        return None
    from netrc import NetrcParseError, netrc

    try:
        found = netrc(file).authenticators(host)
    except (OSError, NetrcParseError):
        return None  # the server says what it makes of that
    return None if found is None else (found[0], found[2] or "")
