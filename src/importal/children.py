"""Processes that a program starts with multiprocessing use importal as their parent does."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .install import Installation

__all__ = ["follow_children"]

_INSTALL = "import importal; importal.ImportSystem.host().install(); "
# What is in memory is handed on by way of the user's cache, found by its sha256.
_RESTORE = "from importal.sources.memory import restore; restore({digest!r}); "


# The installation whose children are followed.
_followed: Installation | None = None


def follow_children(installation: Installation) -> None:
    """Have the processes that multiprocessing starts from now on install importal first, and make the same realms."""
    global _followed
    if _followed is installation:
        return
    _followed = installation
    system = installation.system
    if sys.platform == "win32":
        installation.also(system.when_loaded("multiprocessing.spawn", lambda spawn: _wrap_command(installation, spawn)))
    else:
        installation.also(system.when_loaded("multiprocessing.util", lambda util: _wrap_start(installation, util)))


def _wrap_start(installation: Installation, util: Any) -> None:
    start = util.spawnv_passfds

    def spawnv_passfds(path: Any, arguments: Any, passfds: Any) -> Any:
        return start(path, _installing(arguments), passfds)

    installation.replace(util, "spawnv_passfds", spawnv_passfds)


def _wrap_command(installation: Installation, spawn: Any) -> None:
    command_line = spawn.get_command_line

    def get_command_line(**facts: Any) -> list[Any]:
        return _installing(command_line(**facts))

    installation.replace(spawn, "get_command_line", get_command_line)


def _installing(arguments: Any) -> list[Any]:
    """Return the command with importal installed first, where it is one of multiprocessing's own ``-c`` commands."""
    command = list(arguments)
    for option in ("-c", b"-c"):
        if option in command[:-1]:
            index = command.index(option) + 1
            text = command[index]
            is_bytes = isinstance(text, bytes)
            text = text.decode() if is_bytes else text
            install = _INSTALL + _restore() + _realms()
            if any(f"from multiprocessing.{module} " in text for module in ("spawn", "forkserver")):
                command[index] = (install + text).encode() if is_bytes else install + text
    return command


def _restore() -> str:
    """Return what the child has to execute to have the parent's sources in memory."""
    memory = sys.modules.get("importal.sources.memory")
    digest = None if memory is None else memory.keep_all()
    return "" if digest is None else _RESTORE.format(digest=digest)


def _realms() -> str:
    """Return what the child has to execute to have the parent's realms."""
    realm = sys.modules.get("importal.realm.realm")
    return "" if realm is None else str(realm.recreation())
