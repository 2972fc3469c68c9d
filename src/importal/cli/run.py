"""``importal run``: a program under importal, exactly as ``python`` runs it."""

from __future__ import annotations

import os
import sys

from ..ending import shorten_the_end
from ..errors import RealmError, TargetError
from ..interpreter import import_frame, without_import_frames
from ..run import Program
from ..standard import ImportSystem
from .command_line import TARGETS, split

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["main"]

USAGE = f"""usage: importal run [-O | -OO] [--path ENTRY]... [--pack FILE]... [--[no-]freeze]
                    [--realm NAME=PATH]... {TARGETS}

Runs the program under importal exactly as python runs it: sys.argv, sys.path[0], __main__, standard input, signals,
tracebacks and the exit status are the program's own. Processes it starts with multiprocessing use importal too.

  -O, -OO       optimise, as python's options of these names
  --path ENTRY  search this, too: a directory, an archive, or a URL (sqlite:///modules.db, memory://name,
                postgresql://user@host/db, https://host/pkg.zip); before the standard library, after the program's
                own folder. Processes that the program starts see it in the variable IMPORTAL_PATH.
  --pack FILE   take modules from this pack (importal pack -o FILE), as long as they are what they were
  --realm NAME=PATH  make a realm of this name with this path entry before the program begins; several entries of one
                realm are separate options
  --freeze      skip the garbage collection at the end of the program, even if objects in cycles have finalisers
                (they are then not called); --no-freeze: never skip it. By default it is skipped where no object
                has a finaliser
"""


def main(arguments: list[str], kept: str | None = None, *, in_place: bool = False) -> int:
    """Run what *arguments* name; raise what the program raises. Returns 0, or 2 for a wrong command line.

    *kept* is the file in which importal's own modules are to be kept for the next time. *in_place*: the program is to
    be the module ``__main__`` that is there, and not a new one.
    """
    options, target = split(arguments, ("--path", "--pack", "--realm"))
    if {"-h", "--help"} & set(options):
        print(USAGE, end="")
        return 0
    places, rest = _places(options)
    wrong = None
    if places is None:
        wrong = "--path, --pack and --realm: name a path entry, a pack, a realm and its path as NAME=PATH"
    elif rest:
        wrong = f"unknown option {rest[0]!r}; options of python itself go before -m importal"
    if wrong is not None:
        print(f"importal run: {wrong}", file=sys.stderr)
    program = None if wrong is not None else _program(target)
    if program is None:
        print(USAGE, end="", file=sys.stderr)
        return 2
    assert places is not None
    optimize = sum(option.count("O") for option in options if option in {"-O", "-OO"})
    if optimize > sys.flags.optimize:
        _start_again(min(optimize, 2), [*(one for one in options if one not in {"-O", "-OO"}), *target])
    if places:
        from .places import hand_on

        hand_on(*([value for one, value in places if one == option] for option in ("--path", "--pack")))
    return _run(program, kept, _realms(places), _freezes(options), in_place=in_place)


def _places(options: list[str]) -> tuple[list[tuple[str, str]] | None, list[str]]:
    """Return (option, value) of the options that have one, None where it is missing; and unknown options."""
    found: list[tuple[str, str]] = []
    unknown: list[str] = []
    left = iter(options)
    for option in left:
        name, equals, value = option.partition("=")
        if name in {"--path", "--pack", "--realm"}:
            named = value if equals else next(left, "")
            if not named or (name == "--realm" and not all(named.partition("="))):
                return None, unknown
            found.append((name, named))
        elif option not in {"-O", "-OO", "--freeze", "--no-freeze"}:
            unknown.append(option)
    return found, unknown


def _freezes(options: list[str]) -> bool | None:
    """Return what the last of *options* says about freezing, None where none does."""
    said = [option == "--freeze" for option in options if option in {"--freeze", "--no-freeze"}]
    return said[-1] if said else None


def _realms(places: list[tuple[str, str]]) -> dict[str, list[str]]:
    """Return the path entries of each realm that is named."""
    found: dict[str, list[str]] = {}
    for option, value in places:
        if option == "--realm":
            name, _, entry = value.partition("=")
            found.setdefault(name, []).append(entry if "://" in entry else os.path.abspath(entry))
    return found


def _program(arguments: list[str]) -> Program | None:
    """Return the program that *arguments* name; None where they name none."""
    if not arguments:
        return None
    first, rest = arguments[0], arguments[1:]
    for option, kind in (("-m", "module"), ("-c", "command")):
        if first == option:
            return Program(kind, rest[0], rest[1:]) if rest else None
        if first.startswith(option):
            return Program(kind, first[2:], rest)
    return Program("path", first, rest)


def _start_again(optimize: int, arguments: list[str]) -> None:
    """Run the same command in a new interpreter that optimises: the level of a running one is fixed."""
    import subprocess

    flags = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    command = [sys.executable, *flags, "-" + "O" * optimize, "-m", "importal", "run", *arguments]
    sys.stdout.flush()
    sys.stderr.flush()
    if os.name == "nt":
        # Windows cannot replace a process and keep its exit status known to whoever waits for it.
        sys.exit(subprocess.call(command))
    os.execv(sys.executable, command)


@import_frame
def _run(
    program: Program, kept: str | None, realms: dict[str, list[str]], freeze: bool | None, *, in_place: bool
) -> int:
    installation = ImportSystem.host().install()
    if freeze is not False:
        installation.also(shorten_the_end(always=bool(freeze)))
    from ..children import follow_children

    follow_children(installation)
    if kept is not None:
        from ..own import keep

        keep(kept)
    if realms:
        from ..realm.realm import Realm

        try:
            for name, path in realms.items():
                Realm(name, path)
        except RealmError as error:
            print(f"importal run: {error}", file=sys.stderr)
            return 2
    try:
        program.run(installation.system, in_place=in_place)
    except SystemExit:
        raise
    except TargetError as error:
        without_import_frames(error)
        if error.__traceback__ is not None:
            raise  # the program's own
        print(f"{sys.executable}: {error}", file=sys.stderr)
        return 1 if program.kind == "module" else 2 if "can't open" in str(error) else 1
    except BaseException as error:
        _show_only_the_program(error)
        raise
    return 0


def _show_only_the_program(error: BaseException) -> None:
    """Have *error*'s traceback begin in the program when the interpreter shows it, and everything else as ever."""
    kept = [(without_import_frames(error), error.__traceback__)]
    hook = sys.excepthook

    def show(cls: type[BaseException], value: BaseException, traceback: TracebackType | None) -> None:
        if sys.excepthook is show:
            sys.excepthook = hook
        if kept and value is kept[0][0]:
            traceback = value.__traceback__ = sys.last_traceback = kept[0][1]
        kept.clear()  # its frames, and all they hold, are to go when the interpreter lets go of them
        hook(cls, value, traceback)

    sys.excepthook = show
