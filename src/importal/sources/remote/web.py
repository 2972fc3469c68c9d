"""One file of the web at a time, with what Python itself has.

A start from a warm cache asks one question. fsspec and what it stands on take a fifth of a second to load, which is
more than many programs take to start; they are for the rest, where much is asked for at once. Of the answers to a plain
question (:mod:`.plain`), those that say all there is to say are taken; urllib asks where there is more to it.
"""

from __future__ import annotations

import os

from .facts import Facts, facts_of_headers
from .plain import ask, can_be_asked_plainly

TYPE_CHECKING = False
if TYPE_CHECKING:
    from http.client import HTTPResponse
    from urllib.request import OpenerDirector, Request

    from .plain import PlainAnswer

__all__ = ["WebFiles", "can_be_asked"]

# What a server says of a file that is not there.
_GONE = frozenset({404, 410})


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
        self._seconds = seconds

    def cat_file(self, url: str) -> bytes:
        """Return the bytes of a file."""
        plain = self._plain_answer(url, "GET")
        if plain is not None:
            return plain.body
        with self._answer(url, "GET") as answer:
            return answer.read()

    def head(self, url: str) -> Facts:
        """Return what the server says of a file when it is asked for its headers."""
        plain = self._plain_answer(url, "HEAD")
        if plain is not None:
            return facts_of_headers(plain.headers)
        from urllib.error import HTTPError

        try:
            with self._answer(url, "HEAD") as answer:
                return facts_of_headers(answer.headers)
        except HTTPError as error:
            if error.code in {405, 501}:  # it does not know the question
                return Facts(None, None)
            raise

    def _plain_answer(self, url: str, method: str) -> PlainAnswer | None:
        """Return the answer to a plain question that has succeeded, None where it has to be asked with more."""
        if not can_be_asked_plainly(url):
            return None
        url, account = _without_account(url)
        headers = {"Accept-Encoding": "identity"}
        if account is not None:
            headers["Authorization"] = account
        answer = ask(url, method, headers, self._seconds)
        if answer is not None and answer.status in _GONE:
            raise FileNotFoundError(answer.status, "Not Found")
        return answer if answer is not None and answer.status == 200 else None

    def _answer(self, url: str, method: str) -> HTTPResponse:
        from urllib.error import HTTPError, URLError
        from urllib.request import Request

        url, account = _without_account(url)
        request = Request(url, headers={"Accept-Encoding": "identity"}, method=method)
        if account is not None:
            # No redirection takes it along.
            request.add_unredirected_header("Authorization", account)
        try:
            return _opener().open(request, timeout=self._seconds)  # type: ignore[no-any-return]
        except HTTPError as error:
            error.close()
            if error.code in _GONE:
                raise FileNotFoundError(error.code, error.reason) from None
            raise
        except URLError as error:
            if isinstance(error.reason, OSError):
                raise error.reason from None  # which says what went wrong, and not at which URL
            raise


def _opener() -> OpenerDirector:
    """Return an opener with the handlers of `build_opener` less those of other protocols, which no redirection is to
    lead to.
    """
    from urllib import request

    class WhenAsked(request.BaseHandler):
        """HTTPSHandler, made at the first question: it reads all the certificates there are (30 ms)."""

        def https_open(self, question: Request) -> HTTPResponse:
            handler = request.HTTPSHandler()
            handler.add_parent(self.parent)
            return handler.https_open(handler.https_request(question))

    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler,
        request.UnknownHandler,
        request.HTTPHandler,
        WhenAsked,
        request.HTTPDefaultErrorHandler,
        request.HTTPRedirectHandler,
        request.HTTPErrorProcessor,
    ):
        opener.add_handler(handler())  # type: ignore[no-untyped-call, unused-ignore]
    return opener


def _without_account(url: str) -> tuple[str, str | None]:
    """Return *url* without a name and password, and these, or those known for its host, as a header says them."""
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    url = parts._replace(netloc=host, fragment="").geturl()
    name, _, password = map(unquote, user.partition(":"))
    account = (name, password) if at else _account(parts.hostname or "")
    if account is None:
        return url, None
    from base64 import b64encode

    return url, f"Basic {b64encode(':'.join(account).encode()).decode()}"


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
