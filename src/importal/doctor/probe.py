"""What an interpreter says of itself: a program that another interpreter executes by its path, alone.

``probe.py OUT`` writes the module search path as JSON; ``probe.py OUT ENTRY...`` everything, the entries being those of
the standard library. Nothing is imported from any other place than these: a file of somebody's own that is named like
a module of the standard library is listed, not executed.
"""

import sys

_started_with = list(sys.modules)
_path = list(sys.path)
_arguments = sys.argv[1:]


def _facts(standard: "list[str]") -> "dict[str, object]":
    import os
    import site
    from importlib.machinery import FrozenImporter
    from importlib.util import MAGIC_NUMBER

    here = os.getcwd()
    sites = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    return {
        "path": _path,
        "names": {entry: _names(os.path.join(here, entry)) for entry in ["", *_path] if entry not in standard},
        "claimed": [entry for entry in _path if _is_claimed(os.path.join(here, entry))],
        "site_directories": list(dict.fromkeys(sites)),
        "executable": sys.executable,
        "version": ".".join(map(str, sys.version_info[:3])),
        "prefix": sys.prefix,
        "base_prefix": sys.base_prefix,
        "exec_prefix": sys.exec_prefix,
        "builtin": sorted(sys.builtin_module_names),
        "frozen": sorted(name for name in sys.stdlib_module_names if FrozenImporter.find_spec(name)),
        "standard_names": sorted(sys.stdlib_module_names),
        "started_with": _started_with,
        "magic": MAGIC_NUMBER.hex(),
        "cache_tag": sys.implementation.cache_tag,
        "pycache_prefix": sys.pycache_prefix,
        "dont_write_bytecode": sys.dont_write_bytecode,
    }


def _names(entry: str) -> "list[tuple[str, bool]]":
    """Return (name, is a package) of what an import finds in a path entry; namespace packages are not among them."""
    import pkgutil

    try:
        return sorted((found.name, found.ispkg) for found in pkgutil.iter_modules([entry]))
    except OSError:
        return []


def _is_claimed(entry: str) -> bool:
    for hook in sys.path_hooks:
        try:
            hook(entry)
        except (ImportError, OSError):
            continue
        return True
    return False


def _main() -> None:
    out, *standard = _arguments
    if standard:
        sys.path[:] = standard
    import json

    answer = _facts(standard) if standard else {"path": _path}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(answer, file)


if __name__ == "__main__":
    _main()
