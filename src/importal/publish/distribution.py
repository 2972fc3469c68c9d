"""The files of an installed distribution and of those it depends on, for a release."""

from __future__ import annotations

import importlib.metadata
import json
import sys

from ..observe.distributions import paths
from ..tool_errors import FileError
from .collected import left_out
from .record import rewritten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from importlib.metadata import Distribution
    from typing import Any

    from .collected import Collected

__all__ = ["add_distribution"]

_NEEDS_PACKAGING = "install it (pip install 'importal[cli]'), or publish without dependencies (--no-deps)"


def add_distribution(
    collected: Collected, requirement: str, progress: Callable[[str], None], *, dependencies: bool = True
) -> list[str]:
    """Add the installed distribution that *requirement* names (``requests``, ``requests[socks]``), and what it needs.

    Returns the distributions as ``name version``, in the order they were added. Raises FileError when one is not
    installed, not in the version that is asked for, or not as files that its RECORD lists.
    """
    found = list(_with_dependencies(requirement) if dependencies else [_installed(requirement, None)])
    for distribution in found:
        progress(f"reading {_title(distribution)}")
        _add(collected, distribution)
    return [_title(distribution) for distribution in found]


def _with_dependencies(requirement: str) -> Iterator[Distribution]:
    """Yield the distributions that are needed, each once. Markers are evaluated for this interpreter."""
    try:
        from packaging.requirements import InvalidRequirement, Requirement
    except ImportError as error:
        raise FileError(requirement, "packaging is not installed", _NEEDS_PACKAGING) from error
    try:
        wanted: list[tuple[Any, str | None]] = [(Requirement(requirement), None)]
    except InvalidRequirement as error:
        raise _neither(requirement) from error
    seen: dict[str, set[str]] = {}
    while wanted:
        needed, by = wanted.pop(0)
        distribution = _installed(needed.name, by)
        if not needed.specifier.contains(distribution.version, prereleases=True):
            reason = f"{by or 'it'} needs {needed}, and {_title(distribution)} is installed"
            raise FileError(requirement, reason, f"install what is needed in the environment of {sys.executable}")
        key = _normalized(needed.name)
        first = key not in seen
        new = set(needed.extras) - seen.setdefault(key, set())
        if first:
            yield distribution
        if not first and not new:
            continue
        seen[key] |= new
        # An empty extra stands for: what is needed without one.
        extras = sorted(new) + ([""] if first else [])
        for line in distribution.requires or []:
            one = Requirement(line)
            if first if one.marker is None else any(one.marker.evaluate({"extra": extra}) for extra in extras):
                wanted.append((one, _title(distribution)))


def _installed(name: str, by: str | None) -> Distribution:
    try:
        return importlib.metadata.distribution(name)
    except (importlib.metadata.PackageNotFoundError, ValueError) as error:
        if by is None:
            raise _neither(name) from error
        advice = f"install it in the environment of {sys.executable}, or publish without dependencies (--no-deps)"
        raise FileError(name, f"{by} needs it, and it is not installed", advice) from error


def _neither(name: str) -> FileError:
    reason = f"there is no such file or folder, and no distribution of this name in the environment of {sys.executable}"
    return FileError(name, reason, "name a folder, a wheel, a zip archive, or what pip list shows")


def _add(collected: Collected, distribution: Distribution) -> None:
    title = _title(distribution)
    if _is_editable(distribution):
        advice = "publish the folder that holds its modules, or install it as it is (pip install without -e)"
        raise FileError(title, "it is installed as an editable project: its modules are elsewhere", advice)
    # Not distribution.files, which from Python 3.12 on leaves out what is not there.
    record = distribution.read_text("RECORD")
    if record is None:
        raise FileError(title, "it has no list of its files (RECORD)", "install it with pip, or publish its wheel")
    listed = paths(record)
    kept = {path: path for path in listed if _belongs(path, listed)}
    for path in kept:
        try:
            with open(str(distribution.locate_file(path)), "rb") as opened:
                data = opened.read()
        except OSError as error:
            reason = f"its file {path} cannot be read ({error.strerror})"
            raise FileError(title, reason, f"install {distribution.name} anew") from error
        collected.add(title, path, rewritten(data, kept) if path.endswith(".dist-info/RECORD") else data)


def _belongs(path: str, listed: Collection[str]) -> bool:
    """Tell whether a file is where the modules are (scripts and data are elsewhere), and no bytecode of a source."""
    outside = path.startswith(("../", "/")) or path[1:2] == ":"
    return not (outside or left_out(path) or (path.endswith(".pyc") and path[:-1] in listed))


def _is_editable(distribution: Distribution) -> bool:
    """Tell whether it is installed as a pointer to its sources (PEP 610)."""
    try:
        origin = json.loads(distribution.read_text("direct_url.json") or "{}")
    except ValueError:
        return False
    return isinstance(origin, dict) and bool((origin.get("dir_info") or {}).get("editable"))


def _title(distribution: Distribution) -> str:
    return f"{distribution.name} {distribution.version}"


def _normalized(name: str) -> str:
    """Return *name* as PEP 503 has it."""
    return "-".join(part for part in name.lower().replace("_", "-").replace(".", "-").split("-") if part)
