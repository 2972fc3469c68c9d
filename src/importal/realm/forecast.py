"""What of a path can live in a realm, told from its files: nothing is imported."""

from __future__ import annotations

import os
from dataclasses import dataclass
from importlib import metadata

from ..interpreter import EXTENSION_SUFFIXES
from .extensions import imports_by_itself, source_beside
from .known import ALONE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Forecast", "forecasts"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one distribution: whether it ``can`` be in a realm beside another copy in the process, and ``why``."""

    distribution: str
    version: str
    can: bool
    why: str


def forecasts(path: Iterable[str]) -> Iterator[Forecast]:
    """Yield what is to be expected of each distribution in the entries of *path*, sorted by name."""
    found = sorted(metadata.distributions(path=list(path)), key=lambda one: one.metadata["Name"].lower())
    for one in found:
        can, why = _judge(one)
        yield Forecast(one.metadata["Name"], one.version, can, why)


def _judge(distribution: metadata.Distribution) -> tuple[bool, str]:
    files = [str(distribution.locate_file(file)) for file in distribution.files or ()]
    libraries = [file for file in files if file.endswith(tuple(EXTENSION_SUFFIXES)) and os.path.exists(file)]
    tops = {str(file).replace("\\", "/").split("/")[0].partition(".")[0] for file in distribution.files or ()}
    for top in sorted(tops & ALONE.keys()):
        return False, f"{top} can be in a process only once: {ALONE[top]}"
    if not libraries:
        return True, "it is Python code"
    compiled = [file for file in libraries if source_beside(file) is not None]
    if len(compiled) == len(libraries):
        return True, f"its {len(libraries)} compiled modules are executed from their source"
    native = [file for file in libraries if file not in compiled]
    own = f"it has {len(native)} extension modules: a copy of the realm's own, which is never unloaded"
    by_themselves = sum(os.path.getsize(file) > 0 and imports_by_itself(file) for file in native)
    if by_themselves:
        own += f"; {by_themselves} import by plain names whenever they like, and get the host's where the host has one"
    return True, own
