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


def code_of_script(source: bytes, path: str) -> CodeType:
    """Return the code of the script *path*, whose content is *source*: what is kept of it, or compiled and then kept.

    Not kept is what the compiler warns of: it is to warn at each run. Raises what compiling raises.
    """
    kept = _location(path)
    if kept is None:
        return _compiled(source, path)
    head = header.hash_header(MAGIC_NUMBER, source_hash(source), checked=True)
    code = _read(kept, head, path)
    if code is not None:
        sys.audit("compile", source, path)  # as the compiler does
        return code
    if sys.dont_write_bytecode or host_events.observers:  # who observes would see `warnings` loaded
        return _compiled(source, path)
    code = _compiled_in_silence(source, path)
    if code is None:
        return _compiled(source, path)
    _keep(kept, head, code)
    return code


def _compiled(source: bytes, path: str) -> CodeType:
    return compile(source, path, "exec", dont_inherit=True)


def _location(path: str) -> str | None:
    """Return where the code of the script *path* is kept; None where the interpreter keeps no bytecode."""
    base = bytecode_folder(sys)
    return base and os.path.join(base, "scripts", f"{source_hash(os.fsencode(path)).hex()}.pyc")


def _read(kept: str, head: bytes, path: str) -> CodeType | None:
    """Return the code in the file *kept*, None where it is not there, of another content, or of another user."""
    try:
        with open(kept, "rb") as file:
            if not is_trusted(os.fstat(file.fileno())):
                return None
            data = file.read()
    except OSError:
        return None
    if not data.startswith(head):
        return None
    try:
        return code_from_bytecode(data, "__main__", kept, path)
    except (ImportError, EOFError, ValueError, TypeError):
        return None  # damaged: it is written anew


def _compiled_in_silence(source: bytes, path: str) -> CodeType | None:
    """Return the code of *source*, None where the compiler has something to warn of, heard or not."""
    present = "warnings" in sys.modules
    import warnings

    try:
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            code = _compiled(source, path)
    finally:
        if not present:
            sys.modules.pop("warnings", None)  # the program has not asked for it
    return None if said else code


def _keep(kept: str, head: bytes, code: CodeType) -> None:
    """Write the file *kept*; where there are many, remove those that were written the longest time ago."""
    from .files import write

    # A second reference, as for bytecode beside its source: the same bytes whatever the interpreter keeps.
    references = [code]
    if not write(kept, head + marshal.dumps(references[0]), 0o600):
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
