"""A recorded execution in words: rows of a title and a text, what happened inside something indented under it."""

from __future__ import annotations

from .recording import Body, Import

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .recording import Recording, Step

    Row = tuple[str, str]

__all__ = ["import_facts", "rows_of"]

_INDENT = "    "
_LONGEST = 100  # characters of an instruction


def rows_of(recording: Recording) -> Iterator[Row]:
    """Yield the rows, in the order in which things happened; a line's title is its number."""
    for one in recording.imports:
        yield from _import(one, "")
    if recording.stopped is not None:
        yield "stopped", recording.stopped
    if recording.error is not None:
        yield "failed", recording.error


def _import(item: Import, indent: str) -> Iterator[Row]:
    yield "import", f"{indent}{item.name}"
    told = False
    for inside in item.inside:
        if isinstance(inside, Body) and not told:
            yield from _created(item, indent)
            told = True
        yield from _inside(inside, indent + _INDENT)
    if not told:
        yield from _created(item, indent)
    yield from _outcome(item, indent)


def _created(item: Import, indent: str) -> Iterator[Row]:
    for title, text in import_facts(item):
        yield title, f"{indent}{text}"


def import_facts(item: Import) -> Iterator[Row]:
    """Yield what is known of the module when its body is entered: that it was created, and from what."""
    if not item.created:
        return
    yield "created", f"module {item.name}, loader {item.loader or 'none'}, origin {item.origin or 'none'}"
    if item.code_from is not None:
        yield "code", item.code_from
    if not item.has_body:
        yield "executed", "no Python code of its own"
    elif not item.inside:
        yield "executed", "its steps are further down than --depth"


def _outcome(item: Import, indent: str) -> Iterator[Row]:
    if item.error is not None:
        yield "failed", f"{indent}{item.name}: {item.error}"
    elif item.complete:
        bound = f", bound as {item.bound}" if item.bound else ""
        yield "imported", f"{indent}{item.name}{bound}"


def _inside(item: Import | Body, indent: str) -> Iterator[Row]:
    if isinstance(item, Import):
        yield from _import(item, indent)
        return
    yield "entered", f"{indent}frame of the body of {item.kind} {item.name}"
    for step in item.steps:
        yield from _step(step, indent)
    if item.error is not None:
        yield "raised", f"{indent}{item.error}"
    elif item.complete:
        yield "left", f"{indent}{item.kind} {item.name}, {len(item.names())} names bound"


def _step(step: Step, indent: str) -> Iterator[Row]:
    number = "" if step.line is None else str(step.line)
    if step.source or step.instruction is None:
        yield number, f"{indent}{step.source}"
    if step.instruction is not None:
        offset, text = step.instruction
        yield "", f"{indent}  {offset:4} {text if len(text) <= _LONGEST else text[:_LONGEST] + '...'}"
    for inside in step.inside:
        yield from _inside(inside, indent + _INDENT)
    for name in step.cached:
        yield "", f"{indent}{_INDENT}import {name}: in the module table already"
    for binding in step.bindings:
        value = "deleted" if binding.change == "deleted" else f"= {binding.value}"
        again = " (again)" if binding.change == "rebound" else ""
        yield "", f"{indent}{_INDENT}{binding.name} {value}{again}"
