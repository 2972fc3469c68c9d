"""Pure algebra of dotted module names: parents, children, relative names.

Nothing here looks at a module, a path or the interpreter.
"""

from __future__ import annotations

__all__ = ["ancestors", "check", "parent", "resolve", "resolve_name"]


def parent(name: str) -> str:
    """Return the name of the package that holds *name*, or ``""`` for a top-level module.

    >>> parent("a.b.c")
    'a.b'
    >>> parent("a")
    ''
    """
    return name.rpartition(".")[0]


def ancestors(name: str) -> list[str]:
    """Return the packages above *name*, outermost first.

    >>> ancestors("a.b.c")
    ['a', 'a.b']
    """
    parts = name.split(".")[:-1]
    return [".".join(parts[: i + 1]) for i in range(len(parts))]


def check(name: object, package: object, level: int) -> None:
    """Refuse what cannot be imported whatever the state: wrong types, negative level, an empty name.

    Raises TypeError, ValueError, or ImportError for a relative import without a package (reference, 5.7).
    """
    if not isinstance(name, str):
        raise TypeError(f"module name must be str, not {type(name)}")
    if level < 0:
        raise ValueError("level must be >= 0")
    if level > 0:
        if not isinstance(package, str):
            raise TypeError("__package__ not set to a string")
        if not package:
            raise ImportError("attempted relative import with no known parent package")
    elif not name:
        raise ValueError("Empty module name")


def resolve(name: str, package: str, level: int) -> str:
    """Return the absolute name that ``from .name`` with *level* dots means inside *package*.

    >>> resolve("c", "a.b", 1)
    'a.b.c'
    >>> resolve("", "a.b", 2)
    'a'

    Raises ImportError when there are more dots than packages (PEP 328).
    """
    parts = package.split(".")
    if level > len(parts):
        raise ImportError("attempted relative import beyond top-level package")
    base = ".".join(parts[: len(parts) - level + 1])
    return f"{base}.{name}" if name else base


def resolve_name(name: str, package: str | None) -> str:
    """Return the absolute form of *name*, which may begin with dots that count from *package*.

    >>> resolve_name("..c", "a.b")
    'a.c'

    Raises ImportError when there is no package to count from or not enough of them.
    """
    tail = name.lstrip(".")
    level = len(name) - len(tail)
    if not level:
        return name
    if not package:
        raise ImportError(f"no package specified for {name!r} (required for relative module names)")
    return resolve(tail, package, level)
