"""What a page of the documentation holds: its examples, in order, and its links.

A fenced block is one of these; any other kind of fence is a mistake in the page:

========================================= ==========================================================================
fence                                     what a reader does with it
========================================= ==========================================================================
``python`` with ``>>>`` prompts           types it into the page's one interactive session
``python`` whose first line is a comment  saves it as that file (``# shop.py``, ``# shop/__init__.py``)
``python`` otherwise                      runs it as a program of its own
``console``                               types what follows each ``$`` into a shell, and sees the lines below it
``text``, ``sh``                          reads it; nothing is run (``sh``: setting up, which other checks do)
========================================= ==========================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

_FILE_NAME = re.compile(r"# ([\w./-]+\.\w+)")
_READ_ONLY = {"text", "sh"}
_MARKDOWN = MarkdownIt("commonmark").enable("table")


@dataclass(frozen=True, slots=True)
class Block:
    """One example. ``kind`` is session, file, script or console; ``line`` is where its text begins in the page."""

    kind: str
    line: int
    text: str
    file: str | None = None


@dataclass(frozen=True, slots=True)
class Command:
    """One command of a console block, and the output that the page shows below it."""

    line: int
    text: str
    output: str


def tokens(page: Path) -> list[Token]:
    """Return what a Markdown parser sees in the page."""
    return _MARKDOWN.parse(page.read_text(encoding="utf-8"))


def blocks(page: Path) -> list[Block]:
    """Return the examples of the page in order. Raises ValueError for a fence that is no kind of example."""
    found = []
    for token in tokens(page):
        if token.type == "fence":
            assert token.map is not None
            block = _block(token.info.strip(), token.map[0] + 2, token.content, page)
            if block is not None:
                found.append(block)
    return found


def _block(language: str, line: int, text: str, page: Path) -> Block | None:
    if language in _READ_ONLY:
        return None
    if language == "console":
        return Block("console", line, text)
    if "+SKIP" in text:
        raise ValueError(f"{page.name}:{line - 1}: an example that is not run proves nothing: no +SKIP")
    if language != "python":
        raise ValueError(f"{page.name}:{line - 1}: a fence is python, console, text or sh, not {language!r}")
    if re.search(r"^>>>", text, re.MULTILINE):
        return Block("session", line, text)
    named = _FILE_NAME.fullmatch(text.partition("\n")[0])
    if named:
        return Block("file", line, text, named[1])
    return Block("script", line, text)


def commands(block: Block) -> Iterator[Command]:
    """Yield the commands of a console block. Raises ValueError when its first line is no command."""
    lines = block.text.splitlines()
    if not lines[:1] or not lines[0].startswith("$ "):
        raise ValueError(f"line {block.line}: a console block begins with '$ '")
    starts = [index for index, line in enumerate(lines) if line.startswith("$ ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        first = start
        while lines[first].endswith("\\"):
            first += 1
        text = "\n".join([lines[start].removeprefix("$ "), *lines[start + 1 : first + 1]])
        yield Command(block.line + start, text, "".join(f"{line}\n" for line in lines[first + 1 : end]))


def links(page: Path) -> list[str]:
    """Return the targets of the page's links."""
    return [
        str(child.attrs["href"])
        for token in tokens(page)
        for child in token.children or ()
        if child.type == "link_open"
    ]


def anchors(page: Path) -> set[str]:
    """Return the anchors that forges give the page's headings."""
    parsed = tokens(page)
    titles = [after.content for token, after in pairwise(parsed) if token.type == "heading_open"]
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}


def rows(page: Path) -> list[list[str]]:
    """Return the rows of the page's tables, each as the texts of its cells."""
    found: list[list[str]] = []
    in_cell = False
    for token in tokens(page):
        if token.type == "tr_open":
            found.append([])
        elif token.type in {"td_open", "th_open"}:
            in_cell = True
        elif token.type == "inline" and in_cell:
            found[-1].append(token.content)
            in_cell = False
    return found
