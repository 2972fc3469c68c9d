"""Where the options of a command end, and the program that it runs begins."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Container, Sequence

__all__ = ["TARGETS", "parse", "split"]

#: A program and its arguments, as they are named in a usage line.
TARGETS = "(SCRIPT.py | DIRECTORY | APP.zip | -m MODULE | -c CODE | -) [ARGUMENTS]"


def split(arguments: Sequence[str], valued: Container[str] = (), words: int = 0) -> tuple[list[str], list[str]]:
    """Return a command's own *arguments*, and the program with its arguments.

    The options that *valued* names are followed by a value, and *words* arguments come before the program. ``--`` ends
    the options.

    >>> split(["-O", "-o", "out", "-m", "json", "-o"], {"-o"})
    (['-O', '-o', 'out'], ['-m', 'json', '-o'])
    >>> split(["--json", "name", "--", "app.py", "x"], words=1)
    (['--json', 'name'], ['app.py', 'x'])
    """
    at = 0
    while at < len(arguments):
        one = arguments[at]
        if one == "--":
            if not words:
                return list(arguments[:at]), list(arguments[at + 1 :])
            at += 1 + words  # argparse knows what it means
            break
        if one == "-" or not one.startswith("-"):
            if not words:
                break
            words -= 1
            at += 1
        elif one.startswith(("-m", "-c")):
            break
        else:
            at += 2 if one in valued else 1
    return list(arguments[:at]), list(arguments[at:])


def parse(parser: argparse.ArgumentParser, arguments: Sequence[str]) -> argparse.Namespace:
    """Return what *parser* makes of a command's own *arguments*, and the program as ``target``, [] where none is named.

    Which options have values, and how many words come before the program, *parser* itself is asked. Exits with status
    2 for a wrong command line.
    """
    actions = parser._actions  # argparse has no public name for them
    valued = {option for action in actions if action.nargs != 0 for option in action.option_strings}
    words = sum(not action.option_strings for action in actions)
    own, target = split(arguments, valued, words)
    options = parser.parse_args(own)
    if target in (["-m"], ["-c"]):
        parser.error(f"{target[0]}: needs an argument")
    for action in actions:
        file = getattr(options, action.dest, None) if "-o" in action.option_strings else None
        if file and target and os.path.exists(file) and os.path.exists(target[0]) and os.path.samefile(file, target[0]):
            parser.error(f"-o {file}: that is the program itself")
    options.target = target
    return options
