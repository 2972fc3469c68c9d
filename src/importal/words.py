"""How a number of things is said."""

from __future__ import annotations

__all__ = ["counted"]


def counted(number: int, thing: str, things: str | None = None) -> str:
    """Return *number* and what there are so many of, in the singular or the plural.

    >>> counted(1, "module"), counted(1200, "module"), counted(0, "directory", "directories")
    ('1 module', '1,200 modules', '0 directories')
    """
    return f"{number:,} {thing if number == 1 else things or f'{thing}s'}"
