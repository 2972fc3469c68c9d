"""Render a record as a page for the browser: one file that asks for nothing from anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
from html import escape
from importlib import resources
from string import Template

from ..observe.alone import alone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from ..observe.record import Record

__all__ = ["html"]

#: The page's script, file by file, in the order in which they are put together.
SCRIPTS = (
    "format.js",
    "model.js",
    "elements.js",
    "colours.js",
    "chart.js",
    "layouts.js",
    "filter.js",
    "table.js",
    "overview.js",
    "details.js",
    "page.js",
)


def html(record: Record) -> str:
    """Return *record* as a whole HTML document, which can be written in UTF-8 whatever the record holds."""
    parts = resources.files(__package__) / "page"
    style = _read(parts / "page.css")
    script = "\n".join(_read(parts / name) for name in SCRIPTS)
    return Template(_read(parts / "page.html")).substitute(
        policy=_policy(script, style),
        title=escape(_encodable(" ".join(record.target) or "a program")),
        style=style,
        script=script,
        record=_embedded(record.to_json()),
        alone=_embedded(alone(record)),
    )


def _read(part: Traversable) -> str:
    return part.read_text(encoding="utf-8")


def _embedded(value: object) -> str:
    r"""Return plain values as JSON for a script element.

    No text in it may end the element or begin a comment in it, so every ``<`` becomes ``\u003c``. Text outside ASCII
    is escaped as well: file names may hold lone surrogates (PEP 383), which UTF-8 cannot encode.
    """
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).replace("<", "\\u003c")


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def _policy(script: str, style: str) -> str:
    """Return the content security policy: this script and this style, nothing else, nothing from the network."""
    return (
        f"default-src 'none'; script-src {_digest(script)}; style-src {_digest(style)}; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )


def _digest(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
