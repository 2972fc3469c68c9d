"""``importal why``: every chain of statements that leads to a module, and the first that did."""

from __future__ import annotations

from ..observe.why import why
from .question import Answer, Question, ask

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..observe.record import Record
    from ..observe.why import Importer, Why
    from .question import Line

__all__ = ["main"]

_OUTCOMES = {
    "loaded": "was imported",
    "failed": "could not be imported",
    "there before": "was in the table before the program began",
    "not imported": "was not imported",
}


def main(arguments: list[str]) -> int:
    """Tell why a program imports a module. Returns the program's exit status, else 1 if it does not, else 0."""
    question = Question(
        "why",
        "Show every chain of import statements that leads to the module NAME, and the first that did.",
        "exit status: the program's, where it is not 0; 0 the module was asked for, 1 it was not, 2 wrong use",
        ("NAME",),
    )
    return ask(question, arguments, _answer)


def _answer(record: Record, options: argparse.Namespace) -> Answer:
    found = why(record, options.name)
    asked = found.outcome != "not imported"
    return Answer(found.to_json(), [*_lines(found), *([] if asked else _nearest(record, found.name))], not asked)


def _lines(found: Why) -> Iterator[Line]:
    yield f"{found.name} {_OUTCOMES[found.outcome]}", "bold"
    if found.first:
        yield "the first chain that led to it:", "cyan"
    for step in found.first:
        if step.package:
            yield f"  as the package of that: {step.module}", ""
        elif step.by is None:
            yield f"  the interpreter itself imports {step.module}", ""
        else:
            yield f"  {step.by} {step.by.module} imports {step.module}", ""
    if found.importers:
        yield "every statement that asked for it, and those that led to its module:", "cyan"
    for depth, one in found.walk():
        yield f"{'  ' * (depth + 1)}{one.by} {one.by.module} {_asked(one)}", ""


def _asked(one: Importer) -> str:
    did = f"imports {one.module}" if one.package is None else f"imports {one.module}, as the package of {one.package}"
    times = "" if one.count == 1 else f", {one.count:,} times"
    return f"{did}{times}{', loads it' if one.loaded else ''}{' (importers: see above)' if one.repeated else ''}"


def _nearest(record: Record, name: str) -> list[Line]:
    import difflib

    known = sorted({one.module for one in record.imports})
    below = [one for one in known if one.startswith(f"{name}.") or one.endswith(f".{name}")]
    near = (below or difflib.get_close_matches(name, known))[:3]
    return [(f"  imported were {', '.join(near)}", "")] if near else []
