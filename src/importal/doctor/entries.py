"""Path entries that do not exist, repeat, or cannot be read."""

from __future__ import annotations

import os

from ..words import counted
from .commands import quote, set_variable
from .environment import same_file_key
from .finding import Check, Finding

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .environment import Entry, Environment

__all__ = ["check"]


def check(environment: Environment, progress: Callable[[str], None]) -> Check:
    """Look at each path entry, and at PYTHONPATH as it was written: the interpreter drops what repeats there."""
    progress("path entries")
    findings = [*_unusable(environment), *_pythonpath(environment), *_repeated(environment)]
    return Check("path entries", counted(len(environment.entries), "entry", "entries"), tuple(findings))


def _unusable(environment: Environment) -> Iterator[Finding]:
    for entry in environment.entries:
        if entry.kind == "PYTHONPATH" or _is_no_place(entry):
            continue
        what = _what_is_wrong(entry.path, claimed=entry.claimed)
        if what is None or (what == "does not exist" and _is_the_interpreters_archive(entry)):
            continue
        yield _finding(entry.path, what, f"sys.path has {entry.path}, which {what}", _advice(entry.kind, what), ())


def _pythonpath(environment: Environment) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for position, text in enumerate(environment.pythonpath):
        left = [*environment.pythonpath[:position], *environment.pythonpath[position + 1 :]]
        without = (set_variable("PYTHONPATH", os.pathsep.join(left)),)
        if not text:
            yield Finding(
                "empty entry",
                "warning",
                "PYTHONPATH has an empty entry: the current folder, whichever it is, is searched for every import",
                "take the separator out that begins, ends or doubles",
                without,
            )
            continue
        path = os.path.join(environment.folder, text)
        claimed = any(entry.claimed and entry.path == path for entry in environment.entries)
        what = _what_is_wrong(path, claimed=claimed)
        if what is not None and "://" not in text:
            yield _finding(path, what, f"PYTHONPATH has {text}, which {what}", _advice("PYTHONPATH", what), without)
        key = same_file_key(path)
        if key in seen:
            title = f"PYTHONPATH has {text} and {seen[key]}, which are the same"
            yield Finding("repeated entry", "warning", title, "take one of them out", without, (path,))
        seen.setdefault(key, text)


def _repeated(environment: Environment) -> Iterator[Finding]:
    first: dict[str, Entry] = {}
    for entry in environment.entries:
        # Where a project's own folder is installed as editable, it is the current folder too: that is as intended.
        if entry.kind == "folder" or _is_no_place(entry):
            continue
        before = first.setdefault(same_file_key(entry.path), entry)
        kinds = {before.kind, entry.kind}
        # Of lib and lib64 one may be a link to the other; what PYTHONPATH repeats by itself is told above.
        if before is not entry and kinds not in ({"site"}, {"standard library"}, {"PYTHONPATH"}):
            yield Finding(
                "repeated entry",
                "warning",
                f"sys.path has {before.path} ({before.kind}) and {entry.path} ({entry.kind}), which are the same",
                "take one of them out: a name that is in neither is searched twice",
                paths=(entry.path,),
            )


def _is_no_place(entry: Entry) -> bool:
    """Tell an entry that only its own path hook understands, an address or a finder's mark, from a folder or file."""
    return "://" in entry.text or (entry.claimed and not os.path.exists(entry.path))


def _is_the_interpreters_archive(entry: Entry) -> bool:
    """Tell whether this is pythonXY.zip, which every interpreter has on its path and hardly any on its disk."""
    return entry.kind == "standard library" and entry.path.endswith(".zip")


def _what_is_wrong(path: str, *, claimed: bool) -> str | None:
    if os.path.isdir(path):
        try:
            with os.scandir(path):
                pass
        except OSError as error:
            return f"cannot be read ({error.strerror})"
        return None
    if not os.path.lexists(path):
        return "does not exist"
    if not os.path.exists(path):
        return "leads nowhere (a link)"
    return None if claimed else "is neither a folder nor an archive"


def _finding(path: str, what: str, title: str, advice: str, commands: tuple[str, ...]) -> Finding:
    if what.startswith("cannot be read"):
        command = () if os.name == "nt" else (quote("chmod", "u+rx", path),)
        return Finding(
            "unreadable entry", "problem", title, "allow yourself to read it, or take it out", command, (path,)
        )
    kind = "missing entry" if what.startswith(("does not", "leads")) else "unusable entry"
    return Finding(kind, "warning", title, advice, commands, (path,))


def _advice(kind: str, what: str) -> str:
    if kind == "PYTHONPATH":
        return (
            "take it out of PYTHONPATH, or make what is missing" if "not exist" in what else "take it out of PYTHONPATH"
        )
    if kind == "standard library":
        return "this interpreter's own library is incomplete: install it anew"
    if kind == "site":
        return "this environment is incomplete: make it anew (python -m venv --clear)"
    return "find what adds it (a .pth file, sitecustomize, usercustomize) and correct it there"
