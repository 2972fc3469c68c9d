"""A program that tells what a start, or another program, has loaded, in a new process: for ``importal modules``.

It tells in marshal's format: (records, path), or None when there was nothing to run. Until the program runs, nothing is
loaded that a plain start has not, but for importal.
"""

from __future__ import annotations

import os
import sys

from .fresh import is_importals, prepare

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any

__all__ = ["main"]


def _write(out: str, names: list[str] | None) -> None:
    import marshal

    told = None if names is None else ([_record(name) for name in names], [entry for entry in sys.path if _text(entry)])
    with open(out, "wb") as file:
        file.write(marshal.dumps(told))


def _record(name: str) -> tuple[object, ...]:
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


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str) else None


def main(arguments: Sequence[str], at_start: Sequence[str], kept: str | None) -> int:
    """Tell in a file what was loaded; *arguments* are that file, and a program with its arguments if there is one.

    Without one it is *at_start*, the modules of the bare start; with one, what it has loaded at its end. *kept* is the
    file in which importal's own modules are to be kept.
    """
    out, *target = arguments
    if not target:
        _write(out, [name for name in at_start if name != "__main__"])
        return 0
    import atexit

    run = prepare(at_start, kept)
    if sys.flags.safe_path:
        del sys.path[0]
    process = os.getpid()
    refused = False

    def tell() -> None:
        if os.getpid() != process:
            return  # a fork of the program ends as the program does
        names = [name for name, module in list(sys.modules.items()) if module is not None]
        counted = [name for name in names if name in at_start or not is_importals(name)]
        _write(out, None if refused else counted)

    # Registered before the program runs, so called after all that it registers.
    atexit.register(tell)
    status: int = run(target)
    refused = status != 0  # what a program ends with is raised
    return status
