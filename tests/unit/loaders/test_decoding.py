"""loaders.decoding: from the bytes of a source to its text."""

from __future__ import annotations

import codecs
import importlib.util

import pytest

from importal import decode_source


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"x = 1",
        b"a\nb\r\nc\rd",
        "é = 'π'\n".encode(),
        b"# coding: latin-1\nx = '\xe9'\n",
        b"#!/usr/bin/python\n# -*- coding: iso-8859-15 -*-\nx = '\xa4'\n",
        codecs.BOM_UTF8 + b"x = 1\n",
        codecs.BOM_UTF8 + b"# coding: utf-8\nx = 1\n",
        "# coding: utf-16\n".encode("latin-1"),
    ],
)
def test_as_importlib(source: bytes) -> None:
    assert outcome(decode_source, source) == outcome(importlib.util.decode_source, source)


@pytest.mark.parametrize(
    "source", [b"\xff", b"# coding: nonsense\n", codecs.BOM_UTF8 + b"# coding: latin-1\n", b"\n\n\xff"]
)
def test_errors_as_importlib(source: bytes) -> None:
    ours = outcome(decode_source, source)
    assert ours == outcome(importlib.util.decode_source, source)
    assert isinstance(ours, tuple)


def outcome(decode: object, source: bytes) -> object:
    try:
        return decode(source)  # type: ignore[operator]
    except (SyntaxError, UnicodeError) as error:
        return type(error), str(error)
