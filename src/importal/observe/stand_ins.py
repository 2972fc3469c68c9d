"""What no announcement tells: functions that stand in for the engine's own while a recorder listens.

They count what is asked of the file system, mark where reading and unmarshalling end, and see the import statements
that find their module in the table, which reach nothing of importal otherwise. Nobody pays for them at other times.
"""

from __future__ import annotations

import _thread
import builtins
import sys

from ..interpreter import builtin_import, import_frame, without_import_frames
from ..loaders import file
from ..loaders.source import SourceLoader
from ..sources.directory import FileSystem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from types import CodeType
    from typing import Any

    from .recorder import Lane, Open, Recorder

__all__ = ["stand_ins"]

# What counts as one call of each sort: questions about a place, and listings of a directory.
_CALLS = {"stamp": "stat", "stat": "stat", "is_directory": "stat", "list": "list"}


def stand_ins(recorder: Recorder) -> Iterator[tuple[Any, str, object]]:
    """Yield each attribute (its owner and name) that has to be replaced, and by what."""
    yield builtins, "__import__", _counting_import(recorder)
    for method, sort in _CALLS.items():
        yield FileSystem, method, _counting(recorder, sort, getattr(FileSystem, method))
    for function in ("read_code", "read_data"):
        yield file, function, _reading(recorder, getattr(file, function))
    yield SourceLoader, "get_code", _getting_code(recorder, SourceLoader.get_code)


def _counting(recorder: Recorder, sort: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """Return *function*, counted for the import in whose course it is called."""

    def counted(*arguments: Any) -> Any:
        lane = recorder.here()
        if lane is not None:
            calls = lane.stack[-1].calls
            calls[sort] = calls.get(sort, 0) + 1
        return function(*arguments)

    return counted


def _reading(recorder: Recorder, function: Callable[[str], bytes]) -> Callable[[str], bytes]:
    """Return *function*, which reads a file, with its bytes counted."""

    def read(path: str) -> bytes:
        lane = recorder.here()
        if lane is None:
            return function(path)
        top = lane.stack[-1]
        top.calls["open"] = top.calls.get("open", 0) + 1
        data = function(path)
        top.size += len(data)
        _change(recorder, lane, top, "validate")
        return data

    return read


def _getting_code(recorder: Recorder, function: Callable[..., CodeType]) -> Callable[..., CodeType]:
    """Return *function*, a loader's ``get_code``: with its end execution begins."""

    @import_frame
    def get_code(loader: Any, fullname: str) -> CodeType:
        code = function(loader, fullname)
        lane = recorder.here()
        if lane is not None and lane.stack[-1].module == fullname:
            _change(recorder, lane, lane.stack[-1], "execute")
        return code

    return get_code


def _change(recorder: Recorder, lane: Lane, one: Open, phase: str) -> None:
    recorder.put_down(lane, recorder.now())
    one.phase = phase


def _counting_import(recorder: Recorder) -> Callable[..., object]:
    """Return the function for import statements: those that find their module in the table reach nothing else."""
    lanes, cached, _getframe = recorder.lanes, recorder.cached, sys._getframe

    @import_frame
    def counting_import(
        name: str,
        globals: Mapping[str, Any] | None = None,  # noqa: A002
        locals: object = None,  # noqa: A002
        fromlist: Any = (),
        level: int = 0,
    ) -> object:
        lane = lanes.get(_thread.get_ident()) or recorder.lane()
        before = lane.begun
        try:
            module = builtin_import(name, globals, locals, fromlist, level)  # type: ignore[arg-type]
        except BaseException as error:
            without_import_frames(error)
            raise
        # A from-list may load one submodule and find the next one: that it asked for both has to be known, too.
        times = 1 if lane.begun == before else 0
        if times or fromlist:
            frame = _getframe(1)
            code = frame.f_code
            seen = cached.get((id(code), frame.f_lasti))
            if seen is not None:
                seen[0] += times
                return module
            inside = frame.f_globals
            asked = (name, level, fromlist, inside.get("__package__"), inside.get("__name__"))
            cached[id(code), frame.f_lasti] = [times, asked, lane.stack[-1].id if lane.stack else None, code]
        return module

    return counting_import
