"""From records to a tree: what the recorder wrote, put in its place, with the source and the instructions."""

from __future__ import annotations

import dis

from .import_instructions import import_instructions
from .recorder import LAZY
from .recording import Binding, Body, Import, Recording, Step
from .source import Source, source_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import CodeType
    from typing import Any

    from ..system import ImportSystem

__all__ = ["ENDED", "build"]

# Why a recording without an end stopped.
ENDED = "the module ended the process"


def build(system: ImportSystem, name: str, records: Iterable[tuple[Any, ...]]) -> Recording:
    """Return the tree that *records* of the import of *name* describe; *system* knows the sources."""
    return _Builder(system, name).build(records)


class _Builder:
    """Follows the records; ``open`` is the chain of imports and bodies that have begun and not ended."""

    def __init__(self, system: ImportSystem, name: str) -> None:
        self.system = system
        self.recording = Recording(name, stopped=ENDED)
        self.open: list[Import | Body] = []
        self.code: dict[int, _Code] = {}
        self.source: dict[int, Source] = {}
        self.sources: dict[str, Source] = {}

    def build(self, records: Iterable[tuple[Any, ...]]) -> Recording:
        for kind, *items in records:
            getattr(self, f"_{kind}")(*items)
        return self.recording

    def _end(self, stopped: str | None, error: str | None) -> None:
        self.recording.stopped = stopped
        self.recording.error = error

    def _event(self, step: str, outcome: str, name: str, facts: dict[str, str | None]) -> None:
        if step == "import" and outcome == "started":
            self._add(Import(name))
            return
        current = self._innermost_import(name)
        if current is None:
            return
        if step == "import":
            current.error = facts.get("error")
            current.complete = outcome == "finished"
            del self.open[self._index(current) :]
        elif step == "create":
            current.created = True
            current.origin, current.loader = facts["origin"], facts["loader"]
            current.package, current.file = facts["parent"] or "", facts["file"]
        elif step == "execute" and outcome == "started":
            current.executed = True
        elif step in {"bytecode", "source"}:
            current.code_from = _code_words(step, outcome, facts) or current.code_from
        elif step == "bind":
            current.bound = f"{facts['child']} on {name.rpartition('.')[0]}"

    def _innermost_import(self, name: str) -> Import | None:
        return next((one for one in reversed(self.open) if isinstance(one, Import) and one.name == name), None)

    def _index(self, item: Import | Body) -> int:
        return next(index for index, one in enumerate(self.open) if one is item)

    def _enter(self, kind: str, code: CodeType) -> None:
        importing = next(one for one in reversed(self.open) if isinstance(one, Import))
        body = Body(kind, code.co_qualname if kind == "class" else importing.name, code.co_filename)
        self.code[id(body)] = _Code(code, importing.package)
        if importing.name not in self.sources:
            self.sources[importing.name] = source_of(self.system, importing.name, code.co_filename, importing.file)
        self.source[id(body)] = self.sources[importing.name]
        importing.has_body = importing.has_body or kind == "module"
        self._add(body)

    def _line(self, line: int) -> None:
        body = self._body()
        if body is None:
            return
        code, source = self.code[id(body)], self.source[id(body)]
        last = body.steps[-1] if body.steps else None
        if last is not None and not last.bindings and not last.inside:
            if last.line is not None and source.same_statement(last.line, line):
                return
            last.cached.clear()  # a line that binds nothing has not executed its import statement
        body.steps.append(Step(line, source.line(line), cached=code.imports_at_line(line)))

    def _opcode(self, offset: int, line: int | None) -> None:
        body = self._body()
        if body is None:
            return
        code = self.code[id(body)]
        last = body.steps[-1] if body.steps else None
        text = code.instructions.get(offset, "")
        cached = code.imports_at(offset)
        if last is not None and last.instruction is None and not last.bindings and not last.inside:
            # The line that was announced just before its first instruction.
            last.instruction, last.cached = (offset, text), cached
        else:
            body.steps.append(Step(line, "", (offset, text), cached=cached))

    def _names(self, changes: list[tuple[str, str, str]]) -> None:
        body = self._body()
        if body is not None:
            if not body.steps:
                body.steps.append(Step(None, ""))
            step = body.steps[-1]
            step.bindings += [Binding(*change) for change in changes]
            if any(one.value == LAZY for one in step.bindings):
                step.cached.clear()

    def _leave(self, offset: int, error: str | None) -> None:
        body = self._body()
        if body is not None:
            returned = self.code[id(body)].returns_at(offset)
            body.error = None if returned else error
            body.complete = returned
            del self.open[self._index(body) :]

    def _body(self) -> Body | None:
        return next((one for one in reversed(self.open) if isinstance(one, Body)), None)

    def _add(self, item: Import | Body) -> None:
        """Put *item* inside what is going on, and let it be what is going on."""
        above = self.open[-1] if self.open else None
        if isinstance(above, Body):
            if not above.steps:
                above.steps.append(Step(None, ""))
            step = above.steps[-1]
            step.inside.append(item)
            if isinstance(item, Import) and item.name in step.cached:
                step.cached.remove(item.name)
        elif above is not None:
            above.inside.append(item)
        elif isinstance(item, Import):
            self.recording.imports.append(item)
        self.open.append(item)


def _code_words(step: str, outcome: str, facts: dict[str, str | None]) -> str | None:
    if (step, outcome) == ("source", "compiled"):
        return f"compiled from {facts['location']}"
    if step == "bytecode" and outcome == "fresh":
        return f"read from {facts['location']}"
    return None


class _Code:
    """A code object's instructions, by offset and line."""

    def __init__(self, code: CodeType, package: str) -> None:
        self.instructions: dict[int, str] = {}
        self._lines: dict[int, list[int]] = {}
        self._imports: dict[int, str] = {}
        self._returns: set[int] = set()
        for one in dis.get_instructions(code):
            argument = one.argrepr or ("" if one.arg is None else str(one.arg))
            self.instructions[one.offset] = f"{one.opname} {argument}".rstrip()
            if one.opname.startswith("RETURN_"):
                self._returns.add(one.offset)
        for asked in import_instructions(code, package):
            if not asked.is_lazy:
                self._imports[asked.offset] = asked.name
                if asked.line is not None:
                    self._lines.setdefault(asked.line, []).append(asked.offset)

    def imports_at_line(self, line: int) -> list[str]:
        """Return the modules that the import statements of *line* ask for."""
        return list(dict.fromkeys(self._imports[offset] for offset in self._lines.get(line, ())))

    def imports_at(self, offset: int) -> list[str]:
        """Return the module that the instruction at *offset* asks for, in a list, or an empty one."""
        return [self._imports[offset]] if offset in self._imports else []

    def returns_at(self, offset: int) -> bool:
        """Tell whether a frame whose last instruction is at *offset* returned; otherwise an exception left it."""
        return offset in self._returns
