"""Reading what every start reads: the ``.pth`` and ``.start`` files of the site-packages folders."""

from __future__ import annotations

import locale
import os
from dataclasses import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Line", "StartFile", "read_start_files"]


@dataclass(frozen=True, slots=True)
class Line:
    """One line that has an effect. ``what`` is ``path``, ``line`` (executed) or ``entry point``; ``number`` from 1.

    ``text`` is the code of a line, and the absolute folder of a path.
    """

    what: str
    number: int
    text: str


@dataclass(frozen=True, slots=True)
class StartFile:
    """One file: where it is, which site-packages folder it is read for, its lines, and why it cannot be read."""

    path: str
    folder: str
    lines: tuple[Line, ...]
    error: str | None = None


def read_start_files(folders: Iterable[str], *, entry_points: bool) -> Iterator[StartFile]:
    """Yield the start files of each folder in the order in which site reads them.

    With *entry_points* (CPython 3.15, PEP 829) ``.start`` files count too, and where there is one, the lines of the
    ``.pth`` file of its name are not executed.
    """
    for folder in folders:
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        present = set(names)
        for name in names:
            base, suffix = os.path.splitext(name)
            if name.startswith(".") or suffix not in ({".pth", ".start"} if entry_points else {".pth"}):
                continue
            replaced = entry_points and suffix == ".pth" and f"{base}.start" in present
            yield _read(os.path.join(folder, name), folder, replaced=replaced)


def _read(path: str, folder: str, *, replaced: bool) -> StartFile:
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        return StartFile(path, folder, (), error.strerror)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode(locale.getpreferredencoding(do_setlocale=False), errors="replace")
    entry_point = path.endswith(".start")
    lines = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if entry_point:
            lines.append(Line("entry point", number, line))
        elif line.startswith(("import ", "import\t")):
            if not replaced:
                lines.append(Line("line", number, line))
        else:
            lines.append(Line("path", number, os.path.abspath(os.path.join(folder, line))))
    return StartFile(path, folder, tuple(lines))
