"""The compiled code of scripts, kept in the user's cache: `importal run` compiles one once and not at every run.

Compiling is most of what a short script costs: the interpreter's first `compile` makes the hundred classes of `ast`,
even where no tree is asked for. What is kept goes by the content of the script, and not by its time: who edits a script
and runs it at once sees what was written. No file appears beside the script.
"""

from __future__ import annotations

import marshal
import os
import sys
from _io import StringIO

from .bytecode import header
from .caches import bytecode_folder
from .interpreter import MAGIC_NUMBER, source_hash, warning_filters
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
    settings = _settings(source)
    kept = None if settings is None else _location(path, settings)
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
    code, warned = _heard(source, path)
    if not sys.dont_write_bytecode:
        _keep(kept, head, None if warned else code)
    return code


def _compiled(source: bytes, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


def _settings(source: bytes) -> str | None:
    """Return what decides on the code of *source*, and on what is said of it, besides its content; None: not known."""
    warnings = sys.modules.get("warnings")
    show = getattr(warnings, "showwarning", None)
    if warnings is not None and not str(getattr(show, "__module__", None)).endswith("warnings"):
        return None  # the program's own function may write elsewhere than to stderr
    if any(b"coding" in line and b"utf-8" not in line for line in source.split(b"\n", 2)[:2]):
        return None  # a codec may be the program's own
    variables = () if sys.flags.ignore_environment else os.environ
    ranges = "no_debug_ranges" in sys._xoptions or "PYTHONNODEBUGRANGES" in variables
    return f"{warning_filters()} {ranges} {sys.get_int_max_str_digits()}"


def _heard(source: bytes, path: str) -> tuple[CodeType, bool]:
    """Return the code of *source*, and whether its compiler has written warnings. Where it raises, they stand first."""
    stderr, sys.stderr = sys.stderr, StringIO()
    try:
        code = _compiled(source, path)
    finally:
        said = sys.stderr.getvalue()
        sys.stderr = stderr
        if said and stderr is not None:
            try:
                stderr.write(said)
            except (OSError, ValueError):
                pass  # closed: nobody is to read it
    return code, bool(said)


def _location(path: str, settings: str) -> str | None:
    """Return where the code of the script *path* is kept; None where the interpreter keeps no bytecode."""
    base = bytecode_folder(sys)
    name = source_hash(b"\0".join((os.fsencode(path), settings.encode(errors="backslashreplace")))).hex()
    return base and os.path.join(base, "scripts", f"{name}.pyc")


def _read(kept: str) -> bytes:
    """Return what is in the file *kept*, nothing where it is not there, or another user's."""
    try:
        with open(kept, "rb") as file:
            return file.read() if is_trusted(os.fstat(file.fileno())) else b""
    except OSError:
        return b""


def _keep(kept: str, head: bytes, code: CodeType | None) -> None:
    """Write the file *kept*; where there are many, remove those that were written the longest time ago."""
    from .files import write

    # A second reference, as for bytecode beside its source: the same bytes whatever the interpreter keeps.
    references = [code]
    try:
        data = head + marshal.dumps(references[0])
    except ValueError:
        return  # it goes deeper than can be written
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
