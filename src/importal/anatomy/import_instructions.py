"""The import instructions in a code object, and the names that they ask for."""

from __future__ import annotations

import dis
from dataclasses import dataclass

from .. import names

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

__all__ = ["ImportInstruction", "import_instructions"]

_IMPORT_NAME = dis.opmap["IMPORT_NAME"]


@dataclass(frozen=True, slots=True)
class ImportInstruction:
    """One import of the absolute ``name``, at a byte ``offset`` and a ``line``.

    ``fromlist`` holds the names after ``import`` in ``from name import ...``; any of them may be a submodule.
    ``is_lazy``: the statement says so itself (PEP 810).
    """

    offset: int
    line: int | None
    name: str
    fromlist: tuple[str, ...]
    is_lazy: bool


def import_instructions(code: CodeType, package: str) -> Iterator[ImportInstruction]:
    """Yield the import instructions of *code* itself; relative names count from *package*.

    One that leads out of every package asks for nothing: the import fails.

    >>> [one.name for one in import_instructions(compile("import a; from ..b import c", "", "exec"), "p.q")]
    ['a', 'p.b']
    """
    # Decoding every instruction is slow, and most code imports nothing.
    if _IMPORT_NAME not in code.co_code[::2]:
        return
    instructions = [one for one in dis.get_instructions(code) if one.opname != "EXTENDED_ARG"]
    for index, instruction in enumerate(instructions):
        if instruction.opcode != _IMPORT_NAME or index < 2:
            continue
        # The two instructions before it put level and from-list on the stack.
        level, fromlist = instructions[index - 2].argval, instructions[index - 1].argval
        try:
            name = names.resolve(instruction.argval, package, level) if level else instruction.argval
        except ImportError:
            continue
        yield ImportInstruction(
            instruction.offset,
            instruction.positions.lineno if instruction.positions else None,
            name,
            fromlist if isinstance(fromlist, tuple) else (),
            "lazy" in instruction.argrepr.partition(" ")[2],
        )
