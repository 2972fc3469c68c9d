"""What a program of the corpus is: a tree of files, a main program, how it is run, which differences are meant."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from trees import Tree, text

# The first line of every main program: it executes the prelude, which the runner has compiled. It stays one line, so
# that line numbers are those of the case file's literal plus one, in every mode.
PRELUDE = (
    "import os as _os, marshal as _marshal; _file = open(_os.environ['DIFFERENTIAL_PRELUDE'], 'rb');"
    " _code = _marshal.load(_file); _file.close(); _given = {'__name__': '<prelude>'};"
    " exec(_code, _given); globals().update(_given['given']())\n"
)

Version = tuple[int, int]

# What stands for the value, in the comparison, where only one of two outcomes has the place.
ABSENT = "<absent>"


@dataclass(frozen=True, slots=True)
class Intended:
    """One difference from CPython that is meant: what importal answers instead, why, and on which versions.

    `ours` is the very value, or a function that makes it from CPython's.
    """

    ours: Any
    why: str
    when: Callable[[Version], bool] = lambda version: True
    modes: tuple[str, ...] = ("host", "private")

    def applies(self, mode: str, version: Version) -> bool:
        """Say whether the difference is meant in the mode on the version."""
        return mode in self.modes and self.when(version)


# Where versions differ in what they are given instead, one for each; no two may apply at once.
Meant = Intended | tuple[Intended, ...]


@dataclass(frozen=True, slots=True)
class Program:
    """One program. Its name says what it shows."""

    row: str
    name: str
    tree: Tree
    main: str | None
    run: tuple[str, ...] = ("main.py",)
    flags: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    stdin: str = ""
    status: int = 0
    reports: bool = True
    private: str | None = None
    """Why the program makes no sense under a private system; None when it does."""
    packed: str | None = None
    """Why the program makes no sense with its modules in a pack; None when it does."""
    since: Version = (3, 11)
    """The first version that has what the program is about."""
    intended: Mapping[str, Meant] = field(default_factory=dict)
    """Dotted path into the outcome, such as "report.error.message", to the difference that is meant there."""

    @property
    def id(self) -> str:
        """Return the name the program has in a test report."""
        return f"{self.row}-{self.name}"


class Row:
    """Collect the programs of one row of the corpus: a case file calls its row once for each program."""

    def __init__(self, key: str, title: str, *, packed: str | None = None) -> None:
        self.key = key
        self.title = title
        self.packed = packed
        self.programs: list[Program] = []

    def __call__(
        self,
        name: str,
        tree: Tree,
        main: str | None = None,
        *,
        run: tuple[str, ...] = ("main.py",),
        flags: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
        stdin: str = "",
        status: int = 0,
        reports: bool = True,
        private: str | None = None,
        packed: str | None = None,
        since: Version = (3, 11),
        intended: Mapping[str, Meant] | None = None,
    ) -> None:
        """Add a program; `main` is the text of main.py, without it the tree brings what `run` names."""
        if run != ("main.py",) and private is None:
            private = "run as a whole program, by its command line"
        self.programs.append(
            Program(
                self.key,
                name,
                tree,
                None if main is None else text(main),
                run,
                flags,
                env or {},
                stdin,
                status,
                reports,
                private,
                packed or self.packed,
                since,
                intended or {},
            )
        )
