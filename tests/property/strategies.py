"""What the laws are about: names, paths, bytes of source, trees of modules, archives."""

from __future__ import annotations

import keyword
import string
from typing import Any

from hypothesis import strategies as st

#: Parts of dotted names: few letters, so that they meet again.
parts = st.text("abcd", min_size=1, max_size=2).filter(lambda name: not keyword.iskeyword(name))
dotted = st.lists(parts, min_size=1, max_size=5).map(".".join)
relative = st.builds(lambda dots, name: "." * dots + name, st.integers(0, 5), st.one_of(st.just(""), dotted))

#: Files of a path, with everything a file's name can hold but separators and null bytes.
_letters = st.characters(blacklist_categories=["Cs"], blacklist_characters="/\0\\")
file_names = st.text(_letters, min_size=1, max_size=8).filter(lambda name: name not in {".", ".."})
folders = st.lists(file_names, max_size=3).map("/".join)
tags = st.text(string.ascii_lowercase + string.digits + "-", min_size=1, max_size=8)
levels = st.one_of(
    st.just(""), st.integers(0, 9), st.text(string.ascii_letters + string.digits, min_size=1, max_size=4)
)

#: Bytes that could be source: coding lines, line ends and byte order marks, sensible and not.
codings = st.sampled_from(["utf-8", "latin-1", "ascii", "iso-8859-15", "cp1252", "nonsense", "UTF8", "utf-8-sig"])
coding_lines = st.builds(
    lambda form, coding: form.format(coding).encode(),
    st.sampled_from(
        ["# coding: {}", "# -*- coding: {} -*-", "#coding={}", "# vim: set fileencoding={} :", "x = '# coding: {}'"]
    ),
    codings,
)
lines = st.one_of(
    st.binary(max_size=6).filter(lambda line: b"\0" not in line),
    st.just(b"x = 1"),
    coding_lines,
    st.text(max_size=6).map(lambda text: text.encode("utf-8", "replace")),
)
endings = st.sampled_from([b"\n", b"\r\n", b"\r", b""])
sources = st.builds(
    lambda mark, pairs: mark + b"".join(line + end for line, end in pairs),
    st.sampled_from([b"", b"", b"\xef\xbb\xbf"]),
    st.lists(st.tuples(lines, endings), max_size=5),
)


#: Trees of modules. A module says what it is; some import others, or nothing that exists.
@st.composite
def module_trees(draw: st.DrawFn, depth: int = 2) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name in draw(st.sets(parts, max_size=4)):
        kind = draw(st.sampled_from(["module", "module", "package", "namespace", "data"]))
        body = f"value = {draw(st.integers(0, 9))}\n"
        if draw(st.booleans()):
            body += f"import {draw(dotted)}\n"
        if draw(st.booleans()):
            asked = draw(parts)
            tries = f"try:\n    from . import {asked} as found\nexcept ImportError as error:\n    found = str(error)\n"
            body = tries + body
        if kind == "module":
            tree[f"{name}.py"] = body
        elif kind == "data":
            tree[f"{name}.txt"] = body
        elif depth:
            below = draw(module_trees(depth - 1))
            if kind == "package":
                below = {**below, "__init__.py": body}
            if below:  # an empty folder has no place in an archive
                tree[name] = below
    return tree


#: What an archive holds: (name, bytes, deflated). Names with directories, doubles left out.
member_names = st.lists(st.text(st.sampled_from("abcé .π"), min_size=1, max_size=4), min_size=1, max_size=3).map(
    "/".join
)
members = st.dictionaries(member_names, st.tuples(st.binary(max_size=200), st.booleans()), max_size=6)
