"""Laws of bytecode headers, verdicts and source text."""

from __future__ import annotations

import importlib.util
import sys

from hypothesis import example, given
from hypothesis import strategies as st

from importal import MAGIC_NUMBER, decode_source, source_hash
from importal.bytecode import header, validity

from . import strategies

magics = st.binary(min_size=4, max_size=4)


@given(magics, st.floats(0, 2.0**33), st.integers(0, 2**40))
def test_a_timestamp_header_says_what_it_was_made_of(magic: bytes, mtime: float, size: int) -> None:
    data = header.timestamp_header(magic, mtime, size)
    parsed = header.parse(data)
    assert parsed is not None
    assert len(data) == header.SIZE
    assert (parsed.magic, parsed.flags) == (magic, 0)
    assert (parsed.mtime, parsed.size) == (int(mtime) % 2**32, size % 2**32)


@given(magics, st.binary(min_size=8, max_size=8), st.booleans())
def test_a_hash_header_says_what_it_was_made_of(magic: bytes, digest: bytes, checked: bool) -> None:
    parsed = header.parse(header.hash_header(magic, digest, checked=checked))
    assert parsed is not None
    assert (parsed.magic, parsed.hash_based, parsed.check_source, parsed.hash) == (magic, True, checked, digest)
    assert not parsed.unknown_flags


@given(st.binary(max_size=40))
def test_a_header_is_read_from_any_bytes(data: bytes) -> None:
    parsed = header.parse(data)
    assert (parsed is None) == (len(data) < header.SIZE)
    if parsed is not None:
        stamp = parsed.mtime.to_bytes(4, "little") + parsed.size.to_bytes(4, "little")
        assert parsed.magic + parsed.flags.to_bytes(4, "little") + stamp == data[: header.SIZE]
        assert parsed.hash == stamp


@given(st.integers(0, 2**33), st.integers(0, 2**33), st.integers(-2, 2), st.integers(-1, 1))
def test_fresh_exactly_when_time_and_size_are_the_same(mtime: int, size: int, later: int, longer: int) -> None:
    data = header.timestamp_header(MAGIC_NUMBER, mtime, size)
    verdict = validity.judge(data, "m", mtime=mtime + later, size=size + longer, read_source=lambda: b"")
    assert isinstance(verdict, validity.Fresh) == (later == 0 and longer == 0)


@given(strategies.sources, strategies.sources, st.booleans())
def test_a_checked_hash_is_fresh_exactly_for_its_source(made_of: bytes, now: bytes, checked: bool) -> None:
    data = header.hash_header(MAGIC_NUMBER, source_hash(made_of), checked=checked)
    verdict = validity.judge(data, "m", mtime=None, size=None, read_source=lambda: now)
    assert isinstance(verdict, validity.Fresh) == (not checked or made_of == now)


@given(st.binary(max_size=20))
def test_whatever_the_bytes_there_is_a_verdict(data: bytes) -> None:
    for bytes_of_file in (data, MAGIC_NUMBER + data):
        verdict = validity.judge(bytes_of_file, "m", mtime=0, size=0, read_source=lambda: b"")
        assert isinstance(verdict, (validity.Fresh, validity.Stale, validity.Refused))
        assert verdict.reason


@given(strategies.sources)
@example(b"\xef\xbb\xbf# coding: latin-1\n")
@example(b"# coding: utf-8-sig\n\xef\xbb\xbf")
@example(b"\r\n\r\r\n")
def test_decode_source_is_importlibs(source: bytes) -> None:
    theirs = decoded(importlib.util.decode_source, source)
    if source.endswith(b"\r") and isinstance(theirs, str) and sys.version_info < (3, 15):
        theirs += "\n"  # importlib loses a carriage return at the very end
    assert decoded(decode_source, source) == theirs


def decoded(decode: object, source: bytes) -> object:
    try:
        return decode(source)  # type: ignore[operator]
    except (SyntaxError, UnicodeError, LookupError) as error:
        return type(error), str(error)
