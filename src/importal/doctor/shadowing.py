"""Files that hide a module of the standard library or an installed one, and files that can never be imported."""

from __future__ import annotations

import glob
import os

from ..words import counted
from .commands import pip, rename, unset
from .environment import same_file_key
from .finding import Check, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..observe.distributions import Installed
    from .environment import Entry, Environment

__all__ = ["check"]


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Compare the names in each path entry with those in the entries behind it."""
    progress("shadowed names")
    standard = [number for number, entry in enumerate(environment.entries) if entry.kind == "standard library"]
    searched_later = standard[0] if standard else len(environment.entries)
    keys = {same_file_key(environment.entries[number].path) for number in standard}
    findings: list[Finding] = []
    for number, entry in enumerate(environment.entries):
        if entry.kind != "standard library" and same_file_key(entry.path) not in keys:
            findings += _of_the_standard_library(environment, entry, searched_first=number < searched_later)
    findings += _of_installed(environment)
    local = sum(len(entry.names) for entry in environment.entries[:searched_later])
    return Check("shadowed names", f"{counted(local, 'name')} before the standard library", tuple(findings))


def _of_the_standard_library(environment: Environment, entry: Entry, *, searched_first: bool) -> Iterator[Finding]:
    for name, is_package in entry.names:
        if name not in environment.standard_names or name.startswith("__"):
            continue
        place = _place(entry, name, is_package)
        wins = _always_wins(environment, name)
        if wins is None and searched_first:
            yield Finding(
                "shadows standard library",
                "problem",
                f"{place} hides the module {name} of the standard library from every program started in its folder",
                "give it another name, and correct the imports that mean it",
                (rename(place, f"my_{os.path.basename(place)}"),),
                (place,),
                {"module": name},
            )
        else:
            owner = environment.owner_of(_main_file(place, is_package))
            why = wins or "the standard library is searched first"
            yield Finding(
                "never imported",
                "note",
                f"{place}{f' of {owner}' if owner else ''} cannot be imported as {name}: {why}",
                "uninstall what is part of Python by now" if owner else "give it another name, if it is to be imported",
                (pip(environment.executable, "uninstall", owner.name),)
                if owner
                else (rename(place, f"my_{os.path.basename(place)}"),),
                (place,),
                {"module": name},
            )


def _always_wins(environment: Environment, name: str) -> str | None:
    """Return why no file named *name* is ever found, None if one can be."""
    if name in environment.built_in:
        return "a module of this name is built into the interpreter"
    if name in environment.frozen:
        return "a module of this name is frozen into the interpreter"
    if name in environment.started_with:
        return "the interpreter has imported the standard library's before any program starts"
    return None


def _of_installed(environment: Environment) -> Iterator[Finding]:
    first: dict[str, tuple[Entry, bool]] = {}
    for entry in environment.entries:
        for name, is_package in entry.names:
            if name in environment.standard_names or name.startswith("__"):
                continue
            winner, winner_is_package = first.setdefault(name, (entry, is_package))
            # One site-packages folder before another is how environments override their base.
            if winner is entry or winner.kind == entry.kind:
                continue
            place, hidden = _place(winner, name, winner_is_package), _place(entry, name, is_package)
            if same_file_key(place) != same_file_key(hidden):
                owner = environment.owner_of(_main_file(place, winner_is_package))
                loser = environment.owner_of(_main_file(hidden, is_package))
                yield Finding(
                    "shadows installed module",
                    "warning",
                    f"{place}{f' of {owner}' if owner else ''} hides {hidden}{f' of {loser}' if loser else ''}",
                    *_what_to_do(environment, winner, place, owner),
                    (place, hidden),
                    {"module": name},
                )


def _what_to_do(
    environment: Environment, winner: Entry, place: str, owner: Installed | None
) -> tuple[str, tuple[str, ...]]:
    if owner is not None:
        return "uninstall the one that you do not mean", (pip(environment.executable, "uninstall", owner.name),)
    if winner.kind == "PYTHONPATH":
        return f"if you mean the other, take {winner.text} out of PYTHONPATH", (unset("PYTHONPATH"),)
    if winner.kind == "folder":
        command = rename(place, f"my_{os.path.basename(place)}")
        return "if you mean the other, give it another name, or start programs from elsewhere", (command,)
    return "delete the one that you do not mean", ()


def _place(entry: Entry, name: str, is_package: bool) -> str:
    """Return the file or folder of a top-level module in a path entry."""
    path = os.path.join(entry.path, name)
    if is_package or os.path.isfile(entry.path):
        return path
    return next(iter(sorted(glob.glob(f"{glob.escape(path)}.py*") or glob.glob(f"{glob.escape(path)}.*"))), path)


def _main_file(place: str, is_package: bool) -> str:
    return os.path.join(place, "__init__.py") if is_package else place
