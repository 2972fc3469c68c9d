"""What the commands about stores have in common: their parser, the store that a URL names, errors in one line."""

from __future__ import annotations

import argparse
import sys

from ..errors import SourceError
from ..sources.places import is_url, parse, without_secrets
from ..sources.writing import writer
from ..tool_errors import FileError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from ..sources.places import Place
    from ..sources.store import Writer

__all__ = ["EXIT_STATUS", "Parser", "carry_out", "store_at"]

EXIT_STATUS = "exit status: 0 done, 1 it cannot be done, and standard error says why, 2 the command line is wrong"


class Parser(argparse.ArgumentParser):
    """A parser that prints no password."""

    def error(self, message: str) -> NoReturn:
        """Print the message without what is secret in its URLs, and exit."""
        super().error(" ".join(map(without_secrets, message.split(" "))))


def store_at(parser: argparse.ArgumentParser, url: str) -> Place:
    """Return the place of the store that *url* names; end the command when it names none."""
    if not is_url(url):
        parser.error(f"{url} is no URL; write sqlite:///{url} for a file here, sqlite:////... for an absolute path")
    try:
        place = parse(url)
    except SourceError as error:
        parser.error(str(error))
    if place.release is not None:
        parser.error(f"{place.root} names a release: leave out what begins with #")
    if place.folder:
        parser.error(f"{place.root} is the store, and /{place.folder} a folder in it: leave that out")
    return place


def carry_out(command: str, place: Place, work: Callable[[Writer], int]) -> int:
    """Return the status that *work* returns for the store at *place*; 1, with a line that says why, when it cannot."""
    try:
        store = writer(place)
        try:
            return work(store)
        finally:
            store.close()
    except (FileError, SourceError) as error:
        print(f"importal {command}: {error}", file=sys.stderr)
        return 1
