"""What no announcement tells: functions that stand in for the engine's own while a recorder listens.

They count what is asked of the file system, mark where reading and unmarshalling end, and see the import statements
that find their module in the table, which reach nothing of importal otherwise. Nobody pays for them at other times.
"""

from __future__ import annotations

import _thread
import builtins
import sys
from time import perf_counter

from ..interpreter import builtin_import, import_frame, without_import_frames
from ..loaders import file
from ..loaders.source import SourceLoader
from ..sources.directory import FileSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import CodeType
    from typing import Any

    from .recorder import Recorder

__all__ = ["stand_ins"]

# What counts as one call of each sort: questions about a place, and listings of a directory.
_STATS = ("stamp", "stat", "is_directory")


def stand_ins(recorder: Recorder) -> Iterator[tuple[Any, str, object]]:
    """Yield each attribute (its owner and name) that has to be replaced, and by what."""
    yield builtins, "__import__", _counting_import(recorder)
    for method in _STATS:
        yield FileSystem, method, _counting_stat(recorder, getattr(FileSystem, method))
    yield FileSystem, "list", _counting_list(recorder, FileSystem.list)
    for function in ("read_code", "read_data"):
        yield file, function, _reading(recorder, getattr(file, function))
    yield SourceLoader, "get_code", _getting_code(recorder, SourceLoader.get_code)


def _counting_stat(recorder: Recorder, function: Callable[[FileSystem, str], Any]) -> Callable[[FileSystem, str], Any]:
    """Return *function*, counted for the import in whose course it is called."""
    get_ident, main_ident, main_lane, own = _thread.get_ident, recorder.main_ident, recorder.main_lane, recorder.own

    def counted(source: FileSystem, location: str) -> Any:
        lane = main_lane if get_ident() == main_ident else own.lane
        if lane is not None and lane.top is not None:
            lane.top.stats += 1
        return function(source, location)

    return counted


def _counting_list(recorder: Recorder, function: Callable[[FileSystem, str], Any]) -> Callable[[FileSystem, str], Any]:
    """Return *function*, counted for the import in whose course it is called."""
    get_ident, main_ident, main_lane, own = _thread.get_ident, recorder.main_ident, recorder.main_lane, recorder.own

    def counted(source: FileSystem, location: str) -> Any:
        lane = main_lane if get_ident() == main_ident else own.lane
        if lane is not None and lane.top is not None:
            lane.top.lists += 1
        return function(source, location)

    return counted


def _reading(recorder: Recorder, function: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Return *function*, which reads a file, with its bytes counted."""
    from .lanes import VALIDATE

    get_ident, main_ident, main_lane, own = _thread.get_ident, recorder.main_ident, recorder.main_lane, recorder.own
    clock = perf_counter

    def read(path: str) -> bytes:
        lane = main_lane if get_ident() == main_ident else own.lane
        if lane is None or lane.top is None:
            return function(path)
        top = lane.top
        top.opens += 1
        data = function(path)
        top.size += len(data)
        top.marks += (VALIDATE, clock())
        return data

    return read


def _getting_code(recorder: Recorder, function: Callable[..., CodeType]) -> Callable[..., CodeType]:
    """Return *function*, a loader's ``get_code``: with its end execution begins."""
    from .lanes import EXECUTE

    enter = recorder.enter

    @import_frame
    def get_code(loader: Any, fullname: str) -> CodeType:
        code = function(loader, fullname)
        enter(fullname, EXECUTE)
        return code

    return get_code


def _counting_import(recorder: Recorder) -> Callable[..., object]:
    """Return the function for import statements: those that find their module in the table reach nothing else."""
    get_frame, statements, clock = sys._getframe, recorder.statements, perf_counter
    get_ident, main_ident, main_lane, own = _thread.get_ident, recorder.main_ident, recorder.main_lane, recorder.own

    @import_frame
    def counting_import(
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
        locals: object = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> object:
        lane = main_lane if get_ident() == main_ident else own.lane
        latest = -1 if lane is None else lane.latest
        try:
            module = builtin_import(name, globals, locals, fromlist, level)  # type: ignore[arg-type]
        except BaseException as error:
            without_import_frames(error)
            raise
        times = 1
        if lane is None:
            lane = own.lane  # it may have got one
        if lane is not None and lane.latest != latest:
            # A from-list may load one submodule and find the next one: that it asked for both has to be known.
            if not fromlist:
                return module
            times = 0
        try:
            frame = get_frame(1)
        except ValueError:
            return module  # C code has imported it, in a thread that executes nothing else
        code = statements.last
        if code.code is not frame.f_code:
            code = statements.code(frame)
        found = code.found.get(frame.f_lasti)
        if found is not None:
            found[0] += times
        else:
            top = None if lane is None else lane.top
            inside = None if top is None else top.id
            code.found[frame.f_lasti] = [times, name, level, fromlist, inside, clock()]
        return module

    return counting_import
