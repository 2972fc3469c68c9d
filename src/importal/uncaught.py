"""What the interpreter shows of an exception that nobody catches, when its code does not lie in files.

Up to CPython 3.12 C code prints it, which looks for source lines in files only: of a module from an archive it shows
none, or a line of another file that has the same name. From 3.13 on the interpreter asks the module's loader.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

__all__ = ["restore", "show_sources"]


def show_sources() -> None:
    """From now on have source lines shown that a loader knows, unless the program shows exceptions itself."""
    if sys.version_info < (3, 13) and sys.excepthook is sys.__excepthook__:
        sys.excepthook = _show


def restore() -> None:
    """Undo :func:`show_sources`, unless the program has set another hook meanwhile."""
    if sys.excepthook is _show:
        sys.excepthook = sys.__excepthook__


def _show(cls: type[BaseException], error: BaseException, traceback: TracebackType | None) -> None:
    if not _has_code_elsewhere(traceback):
        sys.__excepthook__(cls, error, traceback)
        return
    from traceback import print_exception

    print_exception(cls, error, traceback)


def _has_code_elsewhere(traceback: TracebackType | None) -> bool:
    """Tell whether code in *traceback* comes from a place that is no file, and has a loader that knows its source."""
    while traceback is not None:
        frame = traceback.tb_frame
        name = frame.f_code.co_filename
        knows = hasattr(frame.f_globals.get("__loader__"), "get_source")
        if knows and not name.startswith("<") and not os.path.exists(name):
            return True
        traceback = traceback.tb_next
    return False
