"""The compiled code of scripts, kept in the user's cache: `importal run` compiles one once and not at every run.

Compiling is most of what a short script costs: the interpreter's first `compile` makes the hundred classes of `ast`,
even where no tree is asked for. What is kept goes by the content of the script, and not by its time: who edits a script
and runs it at once sees what was written. No file appears beside the script.
"""

from __future__ import annotations

import marshal
import os
import sys

from .bytecode import header
from .caches import bytecode_folder
from .events import host_events
from .interpreter import MAGIC_NUMBER, source_hash
from .loaders.source import code_from_bytecode
from .own import is_trusted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType

__all__ = ["code_of_script"]

# Of so many scripts the code is kept: those that were compiled last.
_MOST = 200
# Stands for the code of a script that the compiler warns of: it is to warn at each run.
_WARNS = marshal.dumps(None)


def code_of_script(source: bytes, path: str) -> CodeType:
    """Return the code of the script *path*, whose content is *source*: what is kept of it, or compiled and then kept.

    Raises what compiling raises.
    """
    kept = _location(path) if _content_decides(source) else None
    if kept is None:
        return _compiled(source, path)
    head = header.hash_header(MAGIC_NUMBER, source_hash(source), checked=True)
    data = _read(kept)
    if data == head + _WARNS:
        return _compiled(source, path)
    if data.startswith(head):
        try:
            code = code_from_bytecode(data, "__main__", kept, path)
        except (ImportError, EOFError, ValueError, TypeError):
            pass  # damaged: it is written anew
        else:
            sys.audit("compile", source, path)  # as the compiler does
            return code
    if sys.dont_write_bytecode or _is_watched():
        return _compiled(source, path)
    return _compiled_and_kept(source, path, kept, head)


def _compiled(source: bytes, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


def _content_decides(source: bytes) -> bool:
    """Tell whether nothing else decides on the code: a codec of the program's, or an option of the interpreter's."""
    variables = () if sys.flags.ignore_environment else os.environ
    if "no_debug_ranges" in sys._xoptions or "PYTHONNODEBUGRANGES" in variables:
        return False
    if sys.get_int_max_str_digits() != sys.int_info.default_max_str_digits:
        return False
    return all(b"coding" not in line or b"utf-8" in line for line in source.split(b"\n", 2)[:2])


def _is_watched() -> bool:
    """Tell whether somebody would notice that `warnings` is loaded, and set to other filters, for a moment."""
    return bool(host_events.observers) or len(sys._current_frames()) > 1


def _location(path: str) -> str | None:
    """Return where the code of the script *path* is kept; None where the interpreter keeps no bytecode."""
    base = bytecode_folder(sys)
    return base and os.path.join(base, "scripts", f"{source_hash(os.fsencode(path)).hex()}.pyc")


def _read(kept: str) -> bytes:
    """Return what is in the file *kept*, nothing where it is not there, or another user's."""
    try:
        with open(kept, "rb") as file:
            return file.read() if is_trusted(os.fstat(file.fileno())) else b""
    except OSError:
        return b""


def _compiled_and_kept(source: bytes, path: str, kept: str, head: bytes) -> CodeType:
    present = set(sys.modules)
    import warnings

    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            code = _compiled(source, path)
    except (SyntaxError, ValueError, OverflowError, MemoryError, RecursionError):
        code = None
    finally:
        for name in sys.modules.keys() - present:
            del sys.modules[name]  # the program has not asked for them
    if code is None:
        return _compiled(source, path)  # it raises that again, and warns before
    if said:
        _keep(kept, head + _WARNS)
        return _compiled(source, path)
    # A second reference, as for bytecode beside its source: the same bytes whatever the interpreter keeps.
    references = [code]
    try:
        data = head + marshal.dumps(references[0])
    except ValueError:
        return code  # it goes deeper than can be written
    _keep(kept, data)
    return code


def _keep(kept: str, data: bytes) -> None:
    """Write the file *kept*; where there are many, remove those that were written the longest time ago."""
    from .files import write

    if not write(kept, data, 0o600):
        return
    folder = os.path.dirname(kept)
    try:
        names = os.listdir(folder)
        if len(names) > _MOST:
            files = [os.path.join(folder, name) for name in names]
            for file in sorted(files, key=os.path.getmtime)[:-_MOST]:
                os.remove(file)
    except OSError:
        return  # another process is removing them, or nobody may: the next script that is kept sees to it
