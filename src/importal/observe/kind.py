"""What kind of module a spec describes, and which distribution it belongs to."""

from __future__ import annotations

import os
import sys
from functools import cache, lru_cache

from ..interpreter import CORE_MODULES, EXTENSION_SUFFIXES
from ..sources.places import is_url

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..spec import ModuleSpec

__all__ = ["distribution_of", "kind_of"]

# The interpreter itself, as opposed to extension modules that happen to be compiled in.
_CORE = frozenset(CORE_MODULES) | {"gc", "marshal", "_signal", "_abc", "_codecs"}


def kind_of(spec: ModuleSpec) -> str:
    """Return the kind in words: core built-in, built-in extension, frozen, standard library, namespace, third party."""
    if spec.origin == "built-in":
        return "core built-in module" if spec.name in _CORE else "built-in extension module"
    if spec.origin == "frozen":
        return "frozen module of the standard library" if _is_standard(spec) else "frozen module"
    if spec.origin is None:
        return "namespace package" if spec.submodule_search_locations is not None else "module without a place"
    if is_url(spec.origin):
        form = "extension module" if _is_extension(spec.origin) else "Python module"
        return f"{form} from a source"
    form = "extension module" if _is_extension(spec.origin) else "Python module"
    if _is_standard(spec) and not _is_installed(spec.origin):
        return f"standard library {form}"
    return f"third party {form}" if _is_installed(spec.origin) else f"local {form}"


def distribution_of(spec: ModuleSpec) -> str | None:
    """Return ``name version`` of the installed distribution that the module belongs to, None when that is not known."""
    from importlib import metadata

    top = spec.name.partition(".")[0]
    owners = metadata.packages_distributions().get(top, ())
    return ", ".join(f"{owner} {metadata.version(owner)}" for owner in dict.fromkeys(owners)) or None


def _is_standard(spec: ModuleSpec) -> bool:
    return spec.name.partition(".")[0] in sys.stdlib_module_names and (
        spec.origin == "frozen" or _is_below(spec.origin, "stdlib", "platstdlib")
    )


def _is_installed(origin: str) -> bool:
    return (
        f"{os.sep}site-packages{os.sep}" in origin
        or f"{os.sep}dist-packages{os.sep}" in origin
        or _is_below(origin, "purelib", "platlib")
    )


def _is_below(origin: str | None, *schemes: str) -> bool:
    if origin is None:
        return False
    folder, file = os.path.split(origin)
    return os.path.join(_real(folder), file).startswith(_roots(schemes))


@cache
def _roots(schemes: tuple[str, ...]) -> tuple[str, ...]:
    import sysconfig

    return tuple(os.path.realpath(sysconfig.get_path(scheme)) + os.sep for scheme in schemes)


@lru_cache(1024)
def _real(folder: str) -> str:
    return os.path.realpath(folder)


def _is_extension(origin: str) -> bool:
    return origin.endswith(tuple(EXTENSION_SUFFIXES))
