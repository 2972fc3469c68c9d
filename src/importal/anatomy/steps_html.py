"""A recorded execution as a page for the browser: one file, light or dark as the reader's system is."""

from __future__ import annotations

from html import escape

from .recording import Body, Import
from .steps_text import import_facts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from .recording import Recording, Step

__all__ = ["page"]

_STYLE = """
:root { color-scheme: light dark; --text: #1f2328; --soft: #59636e; --line: #d1d9e0; --back: #ffffff;
  --name: #0550ae; --import: #6639ba; --error: #cf222e; --hover: #f3f5f7; }
@media (prefers-color-scheme: dark) {
  :root { --text: #e6edf3; --soft: #9198a1; --line: #3d444d; --back: #0d1117;
    --name: #79c0ff; --import: #d2a8ff; --error: #ff7b72; --hover: #161b22; } }
body { margin: 2rem auto; max-width: 72rem; padding: 0 1rem; background: var(--back); color: var(--text);
  font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.4rem; }
code, .step { font-family: ui-monospace, Menlo, Consolas, monospace; font-size: 13px; }
details { margin: .25rem 0 .25rem 1rem; padding-left: .75rem; border-left: 2px solid var(--line); }
summary { cursor: pointer; color: var(--import); }
.step { display: grid; grid-template-columns: 4rem 1fr; gap: .75rem; white-space: pre-wrap; overflow-wrap: anywhere; }
.step:hover { background: var(--hover); }
.number, .fact { color: var(--soft); }
.number { text-align: right; user-select: none; }
.fact { margin-left: 1rem; }
.names { margin: 0 0 .25rem 5.5rem; color: var(--name); overflow-wrap: anywhere; }
.error { color: var(--error); }
@media (max-width: 40rem) { .step { grid-template-columns: 2.5rem 1fr; } details { margin-left: 0; } }
""".strip()


def page(recording: Recording) -> str:
    """Return the page. It asks for nothing from anywhere, and runs no script."""
    title = f"importal steps: {escape(recording.name)}"
    problems = "".join(
        f'<p class="error">{escape(text)}</p>\n' for text in (recording.stopped, recording.error) if text is not None
    )
    body = "".join(part for one in recording.imports for part in _import(one))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n<title>{title}</title>\n'
        f"<style>\n{_STYLE}\n</style>\n</head>\n<body>\n<h1>{title}</h1>\n{problems}{body}</body>\n</html>\n"
    )


def _import(item: Import, *, top: bool = True) -> Iterator[str]:
    state = "failed" if item.error is not None else "imported" if item.complete else "not completed"
    yield f"<details{' open' if top else ''}><summary>import <code>{escape(item.name)}</code>: {state}</summary>\n"
    facts = "".join(f'<div class="fact">{title}: {escape(text)}</div>\n' for title, text in import_facts(item))
    for inside in item.inside:
        if isinstance(inside, Body):
            yield facts
            facts = ""
        yield from _inside(inside, top=top)
    yield facts
    if item.bound is not None:
        yield f'<div class="fact">bound: {escape(item.bound)}</div>\n'
    if item.error is not None:
        yield f'<div class="error">{escape(item.error)}</div>\n'
    yield "</details>\n"


def _inside(item: Import | Body, *, top: bool) -> Iterator[str]:
    if isinstance(item, Import):
        yield from _import(item, top=False)
        return
    yield f"<details{' open' if top else ''}><summary>body of {item.kind} <code>{escape(item.name)}</code></summary>\n"
    for step in item.steps:
        yield from _step(step)
    if item.error is not None:
        yield f'<div class="error">left by {escape(item.error)}</div>\n'
    yield "</details>\n"


def _step(step: Step) -> Iterator[str]:
    text = step.source
    if step.instruction is not None:
        offset, instruction = step.instruction
        text = "\n".join(filter(None, [step.source, f"  {offset:4} {instruction}"]))
    number = "" if step.line is None else step.line
    yield f'<div class="step"><span class="number">{number}</span><span>{escape(text)}</span></div>\n'
    for inside in step.inside:
        yield from _inside(inside, top=False)
    for name in step.cached:
        yield f'<div class="names">import {escape(name)}: in the module table already</div>\n'
    for one in step.bindings:
        value = "deleted" if one.change == "deleted" else f"= {one.value}"
        again = " (again)" if one.change == "rebound" else ""
        yield f'<div class="names">{escape(f"{one.name} {value}{again}")}</div>\n'
