"""An import cycle in words: which modules import each other, and the file and line of each statement."""

from __future__ import annotations

from .interpreter import is_import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import CodeType, FrameType

__all__ = ["describe_circle"]


def describe_circle(circle: Sequence[str], error: BaseException, frame: FrameType | None, load: CodeType) -> str:
    """Return the note on *error*, which left the last module but one of *circle*: that ends with the first again.

    *frame* is the innermost of the frames that are on the stack; in those of *load*, whose local ``spec`` says which
    module it is, the circle's modules are being executed.
    """
    places = _importers(frame, load)
    places[circle[-1]] = _origin(error)
    lines = [f"import cycle: {' -> '.join(circle)}"]
    for number, importer in enumerate(circle[:-1]):
        module = circle[number + 1]
        place = places.get(module)
        if place is not None:
            lines.append(f'  File "{place[0]}", line {place[1]}, {importer} imports {module}')
    return "\n".join(lines)


def _importers(frame: FrameType | None, load: CodeType) -> dict[str, tuple[str, int] | None]:
    """Return for each module that is being executed the place of the statement that asked for it."""
    found: dict[str, tuple[str, int] | None] = {}
    module: str | None = None
    while frame is not None:
        if frame.f_code is load:
            module = frame.f_locals["spec"].name
        elif module is not None and not _is_of_importing(frame):
            found[module] = frame.f_code.co_filename, frame.f_lineno
            module = None
        frame = frame.f_back
    return found


def _origin(error: BaseException) -> tuple[str, int] | None:
    """Return the place where *error* was raised: the innermost that is not the import system's own."""
    found = None
    entry = error.__traceback__
    while entry is not None:
        if not _is_of_importing(entry.tb_frame):
            found = entry.tb_frame.f_code.co_filename, entry.tb_lineno
        entry = entry.tb_next
    return found


def _is_of_importing(frame: FrameType) -> bool:
    return is_import_module(frame.f_globals.get("__name__"))
