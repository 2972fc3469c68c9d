"""The source of a module that was executed: its lines, and which of them form one statement."""

from __future__ import annotations

import ast
import linecache

from ..observe.explain import explain

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..system import ImportSystem

__all__ = ["Source", "source_of"]


class Source:
    """The ``lines`` of a source, none where there is no source."""

    def __init__(self, lines: list[str]) -> None:
        self._lines = lines
        self._statements = dict(_statements("".join(lines)))

    def line(self, number: int) -> str:
        """Return the text of a line without its indentation, ``""`` where there is none."""
        return self._lines[number - 1].strip() if 0 < number <= len(self._lines) else ""

    def same_statement(self, one: int, other: int) -> bool:
        r"""Tell whether two lines belong to one simple statement, or to the head of one compound statement.

        >>> source = Source(["values = [\n", "    1,\n", "]\n", "for x in values:\n", "    x\n"])
        >>> source.same_statement(1, 2), source.same_statement(4, 5)
        (True, False)
        """
        return one == other or (one in self._statements and self._statements[one] == self._statements.get(other))


def _statements(text: str) -> Iterator[tuple[int, int]]:
    """Yield (line, first line of its statement) for each line that holds code."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return  # no source, or not the one that was executed
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            decorators = getattr(node, "decorator_list", [])
            first = min([node.lineno, *(one.lineno for one in decorators)])
            body = getattr(node, "body", None)
            last = (node.end_lineno or node.lineno) if not body else max(body[0].lineno - 1, node.lineno)
            for line in range(first, last + 1):
                yield line, first


def source_of(system: ImportSystem, name: str, filename: str, file: str | None) -> Source:
    """Return the source of the module *name*, whose code says that it comes from *filename*, the module from *file*."""
    for place in (filename, file or ""):
        lines = linecache.getlines(place)
        if lines:
            return Source(lines)
    # In an archive, perhaps: its loader knows.
    spec = explain(system, name).spec
    get_source = getattr(spec and spec.loader, "get_source", None)
    try:
        text = get_source(name) if get_source is not None else None
    except (ImportError, OSError, SyntaxError, UnicodeDecodeError):
        text = None
    return Source((text or "").splitlines(keepends=True))
