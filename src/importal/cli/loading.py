"""A start that tells what it has loaded: a program that ``importal modules`` executes by its path, in a new process.

``loading.py OUT`` tells what was loaded before its first line, ``loading.py OUT TARGET...`` runs a program as
``importal run`` does, and tells at its end what that has loaded. OUT is marshal's format: (records, path), or None when
there was nothing to run. Until the program runs, nothing is loaded that a plain start has not, but for importal.
"""

import sys

_AT_START = list(sys.modules)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def _write(out: str, names: "list[str] | None") -> None:
    import marshal

    told = None if names is None else ([_record(name) for name in names], [entry for entry in sys.path if _text(entry)])
    with open(out, "wb") as file:
        file.write(marshal.dumps(told))


def _record(name: str) -> "tuple[object, ...]":
    """Return the facts of one module as plain values; no attribute is asked for that could load or run anything."""
    module = sys.modules[name]
    try:
        namespace: Any = object.__getattribute__(module, "__dict__")
    except AttributeError:
        namespace = {}  # anything may be put into the table
    spec = namespace.get("__spec__")
    facts = [_text(getattr(spec, key, None)) for key in ("name", "origin", "cached")]
    file = _text(namespace.get("__file__"))
    return (str(name), *facts, file, getattr(spec, "submodule_search_locations", None) is not None)


def _text(value: object) -> "str | None":
    return str(value) if isinstance(value, str) else None


def _find_importal() -> None:
    """Have importal found, and nothing beside this file, where there are modules that nobody means."""
    import os

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if sys.flags.safe_path:
        sys.path.insert(0, root)
    else:
        sys.path[0] = root


def _main() -> int:
    out, *target = sys.argv[1:]
    if not target:
        _write(out, [name for name in _AT_START if name != "__main__"])
        return 0
    import atexit
    import os

    _find_importal()
    from importal.cli.fresh import is_importals, prepare

    run = prepare(_AT_START)
    if sys.flags.safe_path:
        del sys.path[0]
    process = os.getpid()
    refused = False

    def tell() -> None:
        if os.getpid() != process:
            return  # a fork of the program ends as the program does
        names = [name for name, module in list(sys.modules.items()) if module is not None]
        counted = [name for name in names if name in _AT_START or not is_importals(name)]
        _write(out, None if refused else counted)

    # Registered before the program runs, so called after all that it registers.
    atexit.register(tell)
    status: int = run(target)
    refused = status != 0  # what a program ends with is raised
    return status


if __name__ == "__main__":
    sys.exit(_main())
