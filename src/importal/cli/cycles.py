"""``importal cycles``: the import cycles of a program that really happened, and what went wrong in them."""

from __future__ import annotations

from ..observe.cycles import cycles
from ..words import counted
from .question import Answer, Question, ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..observe.cycles import Cycle
    from ..observe.record import Record
    from .question import Line

__all__ = ["main"]


def main(arguments: list[str]) -> int:
    """Tell which cycles a program's imports went through. Returns its exit status."""
    question = Question(
        "cycles",
        "Show the import cycles that really happened, statement by statement, and the names that were missing in them.",
        "exit status: the program's; 2 wrong use. A cycle that does no harm is no failure",
    )
    return ask(question, arguments, _answer)


def _answer(record: Record, _: argparse.Namespace) -> Answer:
    found = cycles(record)
    return Answer({"cycles": [one.to_json() for one in found]}, list(_lines(found)))


def _lines(found: list[Cycle]) -> Iterator[Line]:
    if not found:
        yield "no module was asked for while it was being executed", "bold"
        return
    harmful = sum(1 for one in found if one.missing)
    yield f"{counted(len(found), 'cycle')}; {harmful or 'none'} made an import fail:", "bold"
    for one in sorted(found, key=lambda one: not one.missing):
        yield " -> ".join(one.modules), "cyan"
        for importer, link in zip(one.modules, one.links, strict=False):
            where = f"{link.by.file}:{link.by.line}" if link.by.line else link.by.file
            yield f"  {where} {importer} imports {link.module}", ""
        for name in one.missing:
            ending = "the program went on" if name.handled else "it failed"
            yield f"  {name.needed_by} needed {name.name!r}, which {name.module} did not have yet; {ending}", "red"
