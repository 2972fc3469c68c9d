"""Renderings of a record: which there are, which file endings they go with, and each as a text."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from ..observe.record import Record
    from .text import Selection

__all__ = ["FORMATS", "format_of", "render"]

#: Each format, and the endings of the files that get it when no other is asked for; of two, the longer ending counts.
FORMATS = {
    "text": (".txt",),
    "tree": (),
    "html": (".html", ".htm"),
    "perfetto": (".perfetto.json", ".trace.json"),
    "speedscope": (".speedscope.json",),
    "folded": (".folded",),
    "json": (".json",),
}


def format_of(path: str | os.PathLike[str]) -> str | None:
    """Return the format that goes with the ending of *path*, None for an ending that is not known.

    >>> format_of("start.JSON"), format_of("start.speedscope.json"), format_of("start.doc")
    ('json', 'speedscope', None)
    """
    name = os.path.basename(os.fspath(path)).lower()
    matching = [(ending, form) for form, endings in FORMATS.items() for ending in endings if name.endswith(ending)]
    return max(matching, key=lambda one: len(one[0]))[1] if matching else None


def render(record: Record, form: str, selection: Selection | None = None) -> str:
    """Return *record* in one of :data:`FORMATS`; *selection* is for "text" and "tree". Raises ValueError for others."""
    if form in {"text", "tree"}:
        from .text import plain, report

        return plain(report(record, form, selection))
    if form == "html":
        from .html import html

        return html(record)
    if form == "perfetto":
        from .perfetto import perfetto

        return perfetto(record)
    if form == "speedscope":
        from .speedscope import speedscope

        return speedscope(record)
    if form == "folded":
        from .folded import folded

        return folded(record)
    if form == "json":
        import json

        return json.dumps(record.to_json(), separators=(",", ":")) + "\n"
    raise ValueError(f"there is no format {form!r}; there are {', '.join(FORMATS)}")
