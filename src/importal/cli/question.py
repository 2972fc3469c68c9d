"""What the commands share that ask a question about a recorded program: options, the target, where the answer goes."""

from __future__ import annotations

import argparse
import json
import os
import sys
from dataclasses import dataclass

from ..observe.record import Record
from ..tool_errors import RecordError
from .command_line import TARGETS, parse
from .places import add_pack, add_path, hand_on
from .supervise import exit_status, how_it_ended
from .trace import record_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any, TextIO, TypeAlias

    #: A line of an answer, and how a terminal shows it ("": plainly).
    Line: TypeAlias = tuple[str, str]

__all__ = ["Answer", "Question", "ask", "milliseconds"]

TARGETS_ARE = """The program runs under importal, as importal run runs it; standard input and output stay its own."""


@dataclass(frozen=True)
class Answer:
    """What a command answers: a ``document`` for programs, ``lines`` for people; ``status`` if the program's is 0."""

    document: dict[str, Any]
    lines: Sequence[Line]
    status: int = 0


class Question:
    """The command line of one command: options, *words* of its own, and the program.

    *description* says what the command tells, *epilog* its exit status; ``add`` adds an option, as argparse's method.
    """

    def __init__(self, command: str, description: str, epilog: str, words: Sequence[str] = ()) -> None:
        self.command = f"importal {command}"
        self.parser = argparse.ArgumentParser(
            prog=self.command,
            usage=f"{self.command} [options] {' '.join([*words, f'[{TARGETS}]'])}",
            description=f"{description} {TARGETS_ARE}",
            epilog=epilog,
            allow_abbrev=False,
        )
        self.add = self.parser.add_argument
        self.add("--json", action="store_true", help="print a JSON document")
        self.add("-o", metavar="FILE", dest="file", help="write to FILE; otherwise to standard error")
        for level in ("-O", "-OO"):
            self.add(
                level, dest="optimize", action="store_const", const=level, default="", help="optimise, as python's"
            )
        add_path(self.add)
        add_pack(self.add)
        for word in words:
            self.add(word.lower(), metavar=word)

    def parse(self, arguments: list[str]) -> argparse.Namespace:
        """Return the options, the program in ``target``. Exits with status 2 for a wrong command line.

        Where to look for modules, too, is in the environment then.
        """
        options = parse(self.parser, arguments)
        hand_on(options.path, options.pack)
        return options


def ask(question: Question, arguments: list[str], answer: Callable[[Record, argparse.Namespace], Answer]) -> int:
    """Run the program that *arguments* name and print what *answer* makes of its record.

    With ``--record FILE`` nothing is run, and that record is asked. Returns the program's exit status, where it is not
    0, else the answer's; 2 for a wrong command line.
    """
    question.add("--record", metavar="FILE", help="run nothing, ask this record (of importal trace -o FILE.json)")
    options = question.parse(arguments)
    if (options.record is None) == (not options.target):
        question.parser.error("name a program, or a record with --record; one of them")
    stream = open_output(question, options, sys.stderr if options.target else sys.stdout)
    status = 0
    if options.record is None:
        status, record = record_of(options.target, options.optimize)
        tell_of_a_cut(question, status, record)
    else:
        try:
            record = Record.load(options.record)
        except (OSError, RecordError) as error:
            words = f"{options.record}: {error.strerror}" if isinstance(error, OSError) else str(error)
            print(f"{question.command}: {words}", file=sys.stderr)
            return 2
    told = answer(record, options)
    print_answer(told, options, stream)
    return exit_status(status) or told.status


def tell_of_a_cut(question: Question, status: int, record: Record) -> None:
    """Say on standard error when a program did not come to its end: what follows is what is known."""
    if not record.ended.complete:
        print(
            f"{question.command}: {how_it_ended(status, recorded=True)}; this is what it had imported", file=sys.stderr
        )


def open_output(question: Question, options: argparse.Namespace, default: TextIO | None) -> TextIO | None:
    """Return where the answer goes, before anything is run: an hour's program is not to end with a wrong name."""
    if options.file is None:
        return default
    try:
        return open(options.file, "w", encoding="utf-8")
    except OSError as error:
        question.parser.exit(
            2, f"{question.command}: {options.file}: {error.strerror}; name another file with -o\n"
        )  # fmt: skip


def print_answer(answer: Answer, options: argparse.Namespace, stream: TextIO | None) -> None:
    """Print *answer* to *stream* (None: nobody has opened it). Raises BrokenPipeError for all but standard error."""
    if stream is None:
        return
    try:
        if options.json:
            print(json.dumps(answer.document, indent=2), file=stream)
        else:
            print_lines(answer.lines, stream)
        stream.flush()
    except BrokenPipeError:
        if stream is not sys.stderr:
            raise
        # Nobody reads it any more. The program's exit status counts, and Python would flush once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    finally:
        if options.file is not None:
            stream.close()


def print_lines(lines: Iterable[Line], stream: TextIO) -> None:
    """Print *lines*: whole ones for a pipe, which has no width; on a terminal in colour, as wide as it is."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(errors="backslashreplace")
    if stream.isatty():
        try:
            from rich.console import Console
            from rich.padding import Padding
            from rich.text import Text
        except ModuleNotFoundError:
            pass
        else:
            console = Console(file=stream)
            for text, style in lines:
                inner = text.lstrip(" ")
                indent = min(len(text) - len(inner), console.width // 2)
                console.print(Padding(Text(inner, style, overflow="fold"), (0, 0, 0, indent)))
            return
    for text, _ in lines:
        print(text, file=stream)


def milliseconds(nanoseconds: int) -> str:
    """Return a time in words.

    >>> milliseconds(12_345_678)
    '12.3 ms'
    """
    return f"{nanoseconds / 1e6:,.1f} ms"
