"""Decoding source text (PEP 263: the coding line; PEP 278: universal newlines)."""

from __future__ import annotations

import _io

__all__ = ["decode_source"]


def decode_source(source_bytes: bytes) -> str:
    """Return the text of the source file *source_bytes*, its coding line obeyed, its line ends made single line feeds.

    Raises SyntaxError for a coding line that names no codec, UnicodeDecodeError for bytes the codec does not know.
    """
    import tokenize  # as late as possible: it brings re with it

    encoding, _ = tokenize.detect_encoding(_io.BytesIO(source_bytes).readline)
    return _io.TextIOWrapper(_io.BytesIO(source_bytes), encoding=encoding, newline=None).read()
