"""The command line: ``importal COMMAND ...``, one file per command, each imported only when it is asked for."""

# As in importal/own.py, without `from __future__ import annotations`: importal run begins here.
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["end", "loaded_here", "main"]

COMMANDS = {
    "run": "run a program under importal, exactly as python runs it",
    "trace": "run a program and record every import: who asked, what it cost, why",
    "show": "render a record of imports again: as text, tree, page, or for other tools",
    "why": "show every chain of import statements that leads to a module",
    "cost": "show what each import statement costs, and what would be saved without it",
    "cycles": "show the import cycles that really happened, and what was missing in them",
    "check": "hold a program's imports to a budget",
    "explain": "show for one name where it would come from, step by step",
    "inspect": "show what a module is: kind, spec, bytecode, code objects, functions",
    "steps": "run a module and show its execution line by line",
    "modules": "list the modules that a start, or a program, loads",
    "pack": "put what a program imports into one file, by which it starts faster",
    "index": "save which names are in which entries of the path",
    "publish": "add a release to a store of modules: a database, or a place on the network",
    "releases": "list the releases of a store",
    "diff": "show in which files two releases of a store differ",
    "rollback": "make another release of a store the current one",
    "prune": "remove old releases from a store",
    "doctor": "tell what is wrong in this environment, and what to do about it",
    "enable": "make a plain python of this environment use importal",
    "disable": "undo enable",
}

# Commands that resolve names in the folder they are called from, as python would.
_IN_THE_FOLDER = {"explain", "inspect", "steps"}

USAGE = f"""usage: importal COMMAND ...

Python's import system, written in Python: run programs under it, ask it questions.

commands:
{chr(10).join(f"  {name:9}{text}" for name, text in COMMANDS.items())}

importal COMMAND --help says more. Exit status: 0 done, 1 the answer is no, 2 the command line is wrong;
run exits as the program does.
"""


# What was imported when the command line began: all that comes later is its own doing, and not the user's.
_AT_START = frozenset(sys.modules)


def loaded_here() -> frozenset[str]:
    """Return the modules that are in the table only because a command runs."""
    return frozenset(sys.modules) - _AT_START


def main(argv: list[str] | None = None) -> int:
    """Carry out one command and return the exit status; *argv* defaults to what the process was started with."""
    arguments = sys.argv[1:] if argv is None else argv
    if not arguments or arguments[0] in {"-h", "--help"}:
        print(USAGE, end="", file=sys.stdout if arguments else sys.stderr)
        return 0 if arguments else 2
    command, rest = arguments[0], arguments[1:]
    if command in {"-V", "--version"}:
        import importal

        print(f"importal {importal.__version__} on Python {sys.version.split()[0]}")
        return 0
    if command == "run":
        from .. import Eagerly, own

        kept = own.kept_in(own.users_folder(), "run")
        with Eagerly():
            complete = own.load(kept)
            from .run import main as run

        return run(rest, None if complete else kept, in_place=argv is None)
    if command in {"enable", "disable"}:
        from .enable import main as enable

        return enable(command, rest)
    if command in COMMANDS:
        if command not in _IN_THE_FOLDER and not sys.flags.safe_path:
            # The folder of this program, or the current one: what lies there may be named like a module these need.
            del sys.path[0]
        from importlib import import_module

        from .. import Eagerly

        with Eagerly():
            carry_out = import_module(f".{command}", __name__).main
        return _unless_closed(carry_out, rest)
    import difflib

    near = difflib.get_close_matches(command, COMMANDS, 1)
    hint = f"; did you mean {near[0]!r}?" if near else f"; commands are {', '.join(COMMANDS)}"
    print(f"importal: no command {command!r}{hint}", file=sys.stderr)
    return 2


def end(status: int) -> None:
    """End the process with *status*, unless that is 0: with -i the interpreter then goes on."""
    if status:
        sys.exit(status)


def _unless_closed(command: "Callable[[list[str]], int]", arguments: list[str]) -> int:
    """Carry out *command*; when nobody reads its output any more, or it is interrupted, end quietly.

    A place on the path that cannot be opened ends any of them, with one line that says which and why.
    """
    from ..errors import SourceError

    try:
        status = command(arguments)
        sys.stdout.flush()
    except SourceError as error:
        print(f"importal: {error}", file=sys.stderr)
        return 1
    except BrokenPipeError:
        # Python flushes once more when it ends, which would complain again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        from .supervise import end_interrupted

        return end_interrupted()
    return status
