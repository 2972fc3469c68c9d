"""What several commands print: a heading, and rows of a title and a text, for pipes and for terminals."""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    Row = tuple[str, str]

__all__ = ["print_table"]


def print_table(heading: str, rows: Iterable[Row], width: int = 10) -> None:
    """Print *rows*, their titles at least *width* columns wide; what the output's encoding lacks is escaped."""
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="backslashreplace")
    if sys.stdout.isatty() and _print_for_terminal(heading, rows):
        return
    # Whole lines for whoever reads them next: a pipe has no width.
    print(heading)
    for title, text in rows:
        print(f"  {title:{width}} {text}")


def _print_for_terminal(heading: str, rows: Iterable[Row]) -> bool:
    """Print as wide as the terminal is; False where rich is not installed (``importal[cli]``)."""
    try:
        from rich.console import Console
        from rich.table import Table
        from rich.text import Text
    except ModuleNotFoundError:
        return False
    console = Console()
    table = Table.grid(padding=(0, 2))
    for title, text in rows:
        table.add_row(Text(f"  {title}", "cyan", overflow="fold"), Text(text, overflow="fold"))
    console.print(Text(heading, "bold"))
    console.print(table)
    return True
