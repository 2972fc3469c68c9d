"""Executing what is described, where it was asked for or cannot be known otherwise, and telling what was executed."""

from __future__ import annotations

from dataclasses import dataclass

from ..observe.explain import Recorder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import ModuleType

    from ..standard import ImportSystem
    from .target import Target

__all__ = ["Execution", "execute"]


@dataclass(frozen=True, slots=True)
class Execution:
    """What was executed: ``modules`` in the order in which they were done, and ``error`` when it failed."""

    reason: str
    modules: tuple[str, ...]
    error: str | None


def execute(system: ImportSystem, target: Target, reason: str) -> tuple[ModuleType | None, Execution]:
    """Import *target* and return its module, None when that failed, and what was executed.

    A module that stands alone in its file is loaded from there, whatever its name.
    """
    recorder = Recorder()
    undo = system.events.observe(recorder)
    module = None
    failure = None
    try:
        module = _load(system, target)
    except (Exception, SystemExit) as error:  # noqa: BLE001, whatever the module's code raises is to be told
        failure = f"{type(error).__name__}: {error}"
    finally:
        undo()
    done = tuple(one.name for one in recorder.events if (one.step, one.outcome) == ("execute", "finished"))
    return module, Execution(reason, done, failure)


def _load(system: ImportSystem, target: Target) -> ModuleType:
    present = system.state.modules.get(target.name)
    if present is not None and target.module(system) is None:
        raise ImportError(f"importal itself uses another module of the name {target.name!r}; rename the file")
    if target.file is None:
        return system.import_module(target.name)
    if target.spec is None:
        raise ImportError("this interpreter loads no library with this suffix")
    return system.load_spec(target.spec)
