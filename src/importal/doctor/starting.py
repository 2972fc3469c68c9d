"""What a start executes before the program begins, in its order, with a clock, in processes of its own."""

from __future__ import annotations

import marshal
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from ..observe.record import Startup
from .environment import run_quietly
from .startfiles import Line, StartFile, read_start_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

__all__ = ["Executed", "Start", "startup_of_this_interpreter"]

# From which version on all paths are added before the first line is executed, and lines before entry points (PEP 829).
_SORTED = (3, 15)
_ORDER = ("path", "line", "entry point", "module")


@dataclass(frozen=True, slots=True)
class Executed:
    """One ``line`` of a start ``file`` that was executed: ``seconds``, names of ``modules`` loaded, what it raised."""

    file: StartFile
    line: Line
    seconds: float
    modules: tuple[str, ...]
    error: str | None


@dataclass(frozen=True, slots=True)
class Start:
    """A start: the ``command`` of an interpreter, its version and prefix, the site-packages folders, the start files.

    The ``command`` has options of the interpreter, and no program. ``files`` may hold ``sitecustomize``, as a file with
    one line that is a ``module``.
    """

    command: Sequence[str]
    feature_version: tuple[int, int]
    prefix: str
    folders: Sequence[str]
    files: Sequence[StartFile]

    def rehearse(self, cwd: str, runs: int = 1) -> list[Executed]:
        """Execute it *runs* times in the folder *cwd*; return what was executed in the fastest run, in order.

        No process is started where there is nothing to execute. Raises InterpreterError.
        """
        steps = list(self._steps())
        if all(line.what == "path" for _, line in steps):
            return []
        plan = [(line.what, file.folder, line.text) for file, line in steps]
        program = str(Path(__file__).with_name("rehearsal.py"))
        done: list[list[tuple[float, list[str], str | None]]] = []
        with tempfile.TemporaryDirectory(prefix="importal-") as scratch:
            planned, out = os.path.join(scratch, "plan"), os.path.join(scratch, "out")
            Path(planned).write_bytes(marshal.dumps((self.prefix, plan), 2))
            for _ in range(runs):
                run_quietly([*self.command, "-P", "-S", program, planned, out], cwd, os.environ)
                done.append(marshal.loads(Path(out).read_bytes()))
        fastest = min(done, key=lambda run: sum(seconds for seconds, _, _ in run))
        return [
            Executed(file, line, seconds, tuple(modules), error)
            for (file, line), (seconds, modules, error) in zip(steps, fastest, strict=True)
            if line.what != "path"
        ]

    def _steps(self) -> Iterator[tuple[StartFile, Line]]:
        steps: list[tuple[StartFile, Line]] = []
        rest = list(self.files)
        for folder in self.folders:
            if os.path.isdir(folder):
                steps.append((StartFile(folder, folder, ()), Line("path", 0, folder)))
            steps += [(file, line) for file in rest if file.folder == folder for line in file.lines if _counts(line)]
            rest = [file for file in rest if file.folder != folder]
        steps += [(file, line) for file in rest for line in file.lines]
        if self.feature_version >= _SORTED:
            steps.sort(key=lambda step: _ORDER.index(step[1].what))
        yield from steps


def _counts(line: Line) -> bool:
    """Tell whether site does anything for this line: folders that do not exist are passed over."""
    return line.what != "path" or os.path.exists(line.text)


def startup_of_this_interpreter() -> tuple[Startup, ...]:
    """Return what start-up files cost every start such as this process's, for the record of a program.

    It is measured in one start more, line by line; where no line is executed, there is none. Raises InterpreterError.
    """
    if sys.flags.no_site:
        return ()
    folders = _site_folders()
    version = sys.version_info[:2]
    files = [*read_start_files(folders, entry_points=version >= _SORTED), *_customizations()]
    options = subprocess._args_from_interpreter_flags()  # type: ignore[attr-defined]
    start = Start([sys.executable, *options], version, sys.prefix, folders, files)
    return tuple(
        Startup(
            one.file.path,
            one.line.number or None,
            "" if one.line.what == "module" else one.line.text,
            round(one.seconds * 1e9),
            one.modules,
            one.error,
        )
        for one in start.rehearse(os.getcwd())
    )


def _site_folders() -> list[str]:
    """Return the site-packages folders of this process in the order in which site goes through them."""
    import site

    own = site.getsitepackages([sys.prefix]) if sys.prefix != sys.base_prefix else []
    users = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return list(dict.fromkeys([*own, *users, *site.getsitepackages()]))


def _customizations() -> Iterable[StartFile]:
    """Yield the files of the modules that site imports last."""
    import site
    from importlib.machinery import PathFinder

    for name in ("sitecustomize", *(["usercustomize"] if site.ENABLE_USER_SITE else [])):
        spec = PathFinder.find_spec(name)
        if spec is not None and spec.origin is not None:
            yield StartFile(spec.origin, "", (Line("module", 0, name),))
