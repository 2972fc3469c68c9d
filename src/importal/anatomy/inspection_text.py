"""An inspection in words: rows of a title and a text, most general first."""

from __future__ import annotations

from itertools import groupby

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from .bytecode_file import BytecodeFile
    from .c_functions import CFunction
    from .code import CodeObject, LineRange
    from .functions import Function
    from .inspection import Inspection, Kind
    from .library import Library

    Row = tuple[str, str]

__all__ = ["rows_of"]

# Constants may be as long as the module; --json has them whole.
_LONGEST = 300


def rows_of(inspection: Inspection) -> Iterator[Row]:
    """Yield the rows. A row without a title goes on with what the one before is about."""
    yield from _kind(inspection.kind)
    yield "executed", _executed(inspection)
    if inspection.spec is not None:
        yield from _titled("spec", (f"{name} = {value!r}" for name, value in inspection.spec.items()))
    yield from _titled("attributes", (f"{name} = {value}" for name, value in inspection.attributes.items()))
    if inspection.library is not None:
        yield from _library(inspection.library)
    if inspection.bytecode is not None:
        yield from _bytecode(inspection.bytecode)
    if inspection.code is not None:
        sharing = _sharing(inspection.functions)
        for one in inspection.code.walk():
            yield from _code(one, sharing.get(one.place, []), known=inspection.functions is not None)
        yield from _made_elsewhere(inspection.functions or ())
    for function in inspection.c_functions or ():
        yield from _c_function(function)
    for what, why in inspection.unknown.items():
        yield "not known", f"{what}: {why}"


def _titled(title: str, texts: Iterable[str]) -> Iterator[Row]:
    """Yield the texts, the first one with the title."""
    for text in texts:
        yield title, text
        title = ""


def _kind(kind: Kind) -> Iterator[Row]:
    yield "kind", kind.words + (f" of {kind.distribution}" if kind.distribution else "")
    if kind.c_half:
        yield "", f"C half: {', '.join(kind.c_half)}"
    others = [name for name in kind.c_used if name not in kind.c_half]
    if others:
        yield "", f"other C modules it imports: {', '.join(others)}"
    for portion in kind.portions:
        yield "", f"portion: {portion}"


def _executed(inspection: Inspection) -> str:
    execution = inspection.execution
    if execution is None:
        if inspection.loaded:
            return "nothing; the module was in the module table already"
        return "nothing"
    if execution.error is not None:
        return f"{execution.reason}: it failed"
    done = ", ".join(execution.modules) or "nothing, the module was in the module table already"
    return f"{execution.reason}: {done}"


def _library(library: Library) -> Iterator[Row]:
    loads = "loads" if library.is_for_this_interpreter else "does not load"
    yield "library", f"{library.format}, {library.size} bytes, {library.path}"
    yield "", f"suffix {library.suffix}: this interpreter {loads} files that have it"
    there = "is in the file" if library.has_initialisation else "is not in the file: it is no extension module"
    yield "", f"initialisation function {library.initialisation} {there}"


def _bytecode(file: BytecodeFile) -> Iterator[Row]:
    yield "bytecode", file.reason
    for field in file.fields:
        yield "", f"{field.name:5}  byte {field.offset:2}: {field.bytes} = {field.value}: {field.meaning}"
    if file.size is not None:
        yield "", f"file   {file.size} bytes"


def _sharing(functions: tuple[Function, ...] | None) -> dict[str, list[Function]]:
    """Return the functions of each code object, by its place."""
    found: dict[str, list[Function]] = {}
    for function in functions or ():
        if function.code is not None:
            found.setdefault(function.code, []).append(function)
    return found


def _code(code: CodeObject, functions: list[Function], *, known: bool) -> Iterator[Row]:
    yield "code", f"{code.kind} {code.qualname}, {code.filename}, line {code.firstlineno}"
    yield "", f"  place       {code.place}; {code.size} bytes of instructions"
    positional = f"{code.argcount} positional ({code.posonlyargcount} positional-only)"
    yield "", f"  arguments   {positional}, {code.kwonlyargcount} keyword-only"
    yield "", f"  locals      {code.nlocals}; stack size {code.stacksize}"
    yield "", f"  flags       {code.flags.value:#x}: {', '.join(code.flags.names) or 'none'}"
    for title, values in (
        ("constants", code.constants),
        ("names", code.names),
        ("variables", code.varnames),
        ("free", code.freevars),
        ("cells", code.cellvars),
    ):
        yield "", f"  {title:11} {_shortened(', '.join(values)) or 'none'}"
    lines = ", ".join(f"{start}-{end}: {line or 'none'}" for start, end, line in _runs(code.lines))
    yield "", f"  line table  {code.linetable_size} bytes; {_shortened(lines)}"
    protected = ", ".join(
        f"{one.start}-{one.end} to {one.target} (depth {one.depth}{', lasti' if one.lasti else ''})"
        for one in code.exceptions
    )
    yield "", f"  exceptions  {code.exceptiontable_size} bytes; {_shortened(protected) or 'none'}"
    if known and code.kind not in {"module body", "class body"}:
        shared = "; ".join(_function(one) for one in functions)
        yield "", f"  functions   {len(functions)}{': ' if shared else ''}{shared}"
    for one in code.instructions or ():
        mark = ">>" if one.is_jump_target else "  "
        arg = "" if one.arg is None else f"{one.arg} ({one.meaning})" if one.meaning else str(one.arg)
        yield "", f"  {one.line or '':>6} {mark} {one.offset:4} {one.opname:28} {_shortened(arg)}".rstrip()


def _runs(lines: tuple[LineRange, ...]) -> Iterator[tuple[int, int, int | None]]:
    """Yield (start, end, line), neighbours of the same line taken together."""
    for line, group in groupby(lines, key=lambda one: one.line):
        ranges = list(group)
        yield ranges[0].start, ranges[-1].end, line


def _function(function: Function) -> str:
    where = ", ".join(function.stored) or "in no namespace"
    closure = f", closure over {', '.join(function.closure)}" if function.closure else ""
    return f"{function.qualname} ({where}; {function.defaults + len(function.kwdefaults)} defaults{closure})"


def _made_elsewhere(functions: tuple[Function, ...]) -> Iterator[Row]:
    made = [_function(one) for one in functions if one.code is None]
    if made:
        yield "made", f"functions of code that was made while the module ran: {'; '.join(made)}"


def _c_function(function: CFunction) -> Iterator[Row]:
    names = "not known" if function.flag_names is None else " | ".join(function.flag_names)
    flags = "" if function.flags is None else f"{function.flags:#x}: "
    yield "C function", f"{function.name}{function.signature or '(...)'}".replace("\n", " ")
    yield "", f"  stored      {function.stored}, a {function.type}"
    yield "", f"  convention  {flags}{names}"
    yield "", f"  self        {function.self or 'none'}; module {function.module or 'none'}"
    yield "", f"  doc         {_shortened((function.doc or 'none').strip().partition(chr(10))[0])}"


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters, all in --json)"
