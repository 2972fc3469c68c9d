"""``importal cost``: what each import statement of a program costs, and what would be saved without it."""

from __future__ import annotations

from ..observe.cost import savings
from ..words import counted
from .question import Answer, Question, ask, milliseconds

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..observe.cost import Saving
    from ..observe.record import Record
    from .question import Line

__all__ = ["main"]

_NAMED = 12  # modules that a line for people names


def main(arguments: list[str]) -> int:
    """Tell what the statements of a program cost. Returns the program's exit status."""
    question = Question(
        "cost",
        "Show for each import statement what would be saved if it were not there, or were lazy and never used: the "
        "modules that only it brings in, and their time. The best first.",
        "exit status: the program's; 2 wrong use",
    )
    question.add("--most", metavar="N", type=_count, default=10, help="how many statements to show (10; 0: all)")
    question.add("--in", metavar="PATTERN", dest="within", help="only statements in modules like PATTERN (app.*)")
    return ask(question, arguments, _answer)


def _count(text: str) -> int:
    import argparse

    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no count: give 0 or more")
    return int(text)


def _answer(record: Record, options: argparse.Namespace) -> Answer:
    found = savings(record, options.most or None, options.within)
    total = sum(one.self_time for one in record.imports)
    modules = len({one.module for one in record.imports if one.outcome == "loaded"})
    document = {"modules": modules, "time": total, "statements": [one.to_json() for one in found]}
    return Answer(document, list(_lines(found, modules, total)))


def _lines(found: list[Saving], modules: int, total: int) -> Iterator[Line]:
    yield (
        f"{counted(modules, 'module')} in {milliseconds(total)}; without one of these statements there would be less:",
        "bold",
    )
    for one in found:
        share = f", {one.time / total:.0%}" if total else ""
        yield f"{milliseconds(one.time):>12}{share}, {counted(len(one.modules), 'module')}  {one.by}", "cyan"
        yield f"      {one.by.module} imports {', '.join(one.asks)}", ""
        more = f" and {len(one.modules) - _NAMED} more" if len(one.modules) > _NAMED else ""
        if one.modules:
            yield f"      only it brings in {', '.join(one.modules[:_NAMED])}{more}", ""
