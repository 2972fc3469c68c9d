"""A report on a terminal: in colours, and as wide as the terminal is."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from ..export.text import Report, Row, Table

__all__ = ["paint"]

_STYLES = {"failed": "bold red", "circular": "yellow", "found": "dim", "more": "dim", "thread": "bold cyan"}
_NARROW = 50  # columns; below that, a row has one number and no detail
_LEAST_DETAIL = 12  # columns that are worth beginning with a detail


def paint(report: Report, stream: TextIO) -> bool:
    """Print *report* to a terminal. Returns False where rich is not installed (``importal[cli]``)."""
    try:
        from rich.console import Console
        from rich.text import Text
    except ModuleNotFoundError:
        return False
    # The lines are broken here: rich would not know where a module's name begins.
    console = Console(file=stream, soft_wrap=True, markup=False, highlight=False, emoji=False)
    width = console.width
    for line in _chopped(report.title, width):
        console.print(Text(line, "bold"))
    for word, text in report.facts:
        indent = "  " if width < _NARROW else f"  {word:9} "
        if width < _NARROW:
            console.print(Text(word, "cyan"))
        for number, part in enumerate(Text(text).wrap(console, max(1, width - len(indent)), overflow="fold")):
            part.rstrip()
            console.print(Text.assemble((" " * len(indent) if number else indent, "cyan"), part))
    for table in report.tables:
        console.print()
        for row in _painted(table, width):
            console.print(row)
    return True


def _painted(table: Table, width: int) -> Iterator[object]:
    """Yield the lines of a table, each no wider than *width*, as rich's texts."""
    import textwrap

    from rich.text import Text

    widths = table.widths if width >= _NARROW else table.widths[:1]
    room = max(1, width - sum(widths) - 2 * len(widths))
    gap = "  "

    def numbers(cells: tuple[str, ...], style: str) -> Text:
        return Text.assemble(*((f"{cell:>{wide}}{gap}", style) for cell, wide in zip(cells, widths, strict=False)))

    blank = " " * (width - room)
    for number, line in enumerate(textwrap.wrap(table.title, max(2, room))):
        yield Text.assemble(blank if number else numbers(table.numbers, "dim"), (line, "bold"))
    for row in table.rows:
        # Below a level that leaves too little room, a row says its level.
        steps = 2 * row.depth
        text = row.text if steps <= room // 3 else f"{row.depth}: {row.text}"
        indent = " " * min(steps, room // 3)
        lines = list(_chopped(text, room - len(indent)))
        style = _STYLES.get(row.sort, "")
        for number, line in enumerate(lines):
            start = Text(blank) if number else numbers(row.numbers, "dim" if row.sort == "more" else "green")
            painted = Text.assemble(start, indent, (line, style))
            if number + 1 == len(lines) and width >= _NARROW:
                painted.append(_detail(row, width - painted.cell_len), "dim")
            yield painted


def _detail(row: Row, room: int) -> str:
    """Return the end of a row's detail, as much as there is room for: of a path, the end says most."""
    from rich.cells import cell_len

    room -= 2
    if not row.detail or room < _LEAST_DETAIL:
        return ""
    detail = row.detail
    if cell_len(detail) > room:
        while detail and cell_len(detail) > room - 1:
            detail = detail[1:]
        detail = f"…{detail}"
    return f"  {detail}"


def _chopped(text: str, width: int) -> Iterator[str]:
    """Yield *text* in pieces of at most *width* columns."""
    from rich.cells import chop_cells

    yield from chop_cells(text, max(2, width)) or [""]
