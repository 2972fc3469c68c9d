"""Commands to be typed: quoted for the shell of the platform, and with the interpreter that is meant."""

from __future__ import annotations

import os
import shlex
import subprocess

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = [
    "clear_caches",
    "clear_caches_of",
    "compile_all",
    "pip",
    "quote",
    "remove",
    "remove_folder",
    "rename",
    "set_variable",
    "unset",
]

_WINDOWS = os.name == "nt"


def quote(*words: str) -> str:
    """Return the words as one command line."""
    return subprocess.list2cmdline(words) if _WINDOWS else shlex.join(words)


def pip(executable: str, *arguments: str) -> str:
    """Return the command of pip for the environment of *executable*."""
    return quote(executable, "-m", "pip", *arguments)


def remove(paths: Iterable[str]) -> str:
    """Return the command that deletes files."""
    return quote("del" if _WINDOWS else "rm", *paths)


def remove_folder(path: str) -> str:
    """Return the command that deletes a folder and all that is in it."""
    return quote("rd", "/s", path) if _WINDOWS else quote("rm", "-r", path)


def rename(path: str, new: str) -> str:
    """Return the command that gives the file or folder *path* the name *new*, in the same folder."""
    return quote("ren", path, new) if _WINDOWS else quote("mv", path, os.path.join(os.path.dirname(path), new))


def compile_all(executable: str, path: str) -> str:
    """Return the command that compiles all modules below *path*.

    All, since compileall by itself takes a file for fresh if the time matches, and imports look at the size too.
    """
    return quote(executable, "-m", "compileall", "-q", "-f", path)


def clear_caches(path: str) -> str:
    """Return the command that deletes every ``__pycache__`` below *path*."""
    if _WINDOWS:
        return f'for /d /r {quote(path)} %d in (__pycache__) do @if exist "%d" rd /s /q "%d"'
    return quote("find", path, "-name", "__pycache__", "-exec", "rm", "-r", "{}", "+")


def clear_caches_of(path: str, tag: str) -> str:
    """Return the command that deletes the bytecode files of the interpreters with this cache *tag* below *path*."""
    pattern = f"*.{tag}*.pyc"
    return (
        f"del /s /q {quote(os.path.join(path, pattern))}"
        if _WINDOWS
        else quote("find", path, "-name", pattern, "-delete")
    )


def set_variable(name: str, value: str) -> str:
    """Return the command that gives an environment variable a value."""
    return f"set {name}={value}" if _WINDOWS else f"export {name}={quote(value)}"


def unset(name: str) -> str:
    """Return the command that takes an environment variable away."""
    return f"set {name}=" if _WINDOWS else f"unset {name}"
