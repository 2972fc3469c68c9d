"""bytecode.header: the sixteen bytes in front of the code."""

from __future__ import annotations

import pytest

from importal.bytecode import header

MAGIC = b"ab\r\n"


def test_timestamp_header() -> None:
    data = header.timestamp_header(MAGIC, 1_000_000_000.75, 77)
    assert data == MAGIC + bytes(4) + (1_000_000_000).to_bytes(4, "little") + (77).to_bytes(4, "little")
    parsed = header.parse(data + b"code")
    assert parsed is not None
    assert (parsed.magic, parsed.flags, parsed.mtime, parsed.size) == (MAGIC, 0, 1_000_000_000, 77)
    assert (parsed.hash_based, parsed.check_source, parsed.unknown_flags) == (False, False, 0)


def test_numbers_are_modulo_two_to_the_32() -> None:
    parsed = header.parse(header.timestamp_header(MAGIC, 2**32 + 5.5, 2**32 + 6))
    assert parsed is not None
    assert (parsed.mtime, parsed.size) == (5, 6)
    before_1970 = header.parse(header.timestamp_header(MAGIC, -1, 0))
    assert before_1970 is not None
    assert before_1970.mtime == 2**32 - 1


@pytest.mark.parametrize("checked", [False, True])
def test_hash_header(checked: bool) -> None:
    data = header.hash_header(MAGIC, b"12345678", checked=checked)
    assert data == MAGIC + bytes([3 if checked else 1, 0, 0, 0]) + b"12345678"
    parsed = header.parse(data)
    assert parsed is not None
    assert (parsed.hash_based, parsed.check_source, parsed.hash) == (True, checked, b"12345678")
    assert parsed.unknown_flags == 0


@pytest.mark.parametrize("size", [0, 7, 9])
def test_a_hash_has_eight_bytes(size: int) -> None:
    with pytest.raises(ValueError, match=f"a source hash has 8 bytes, not {size}"):
        header.hash_header(MAGIC, bytes(size), checked=True)


@pytest.mark.parametrize("size", range(header.SIZE))
def test_too_short_to_be_a_header(size: int) -> None:
    assert header.parse(bytes(size)) is None
    assert header.parse(bytes(header.SIZE)) is not None


@pytest.mark.parametrize("bit", range(32))
def test_only_two_flag_bits_are_known(bit: int) -> None:
    parsed = header.parse(MAGIC + (1 << bit).to_bytes(4, "little") + bytes(8))
    assert parsed is not None
    assert parsed.unknown_flags == (0 if bit < 2 else 1 << bit)


def test_a_view_of_the_data_will_do() -> None:
    parsed = header.parse(memoryview(header.timestamp_header(MAGIC, 5, 6)))
    assert parsed is not None
    assert (parsed.magic, parsed.mtime, parsed.size) == (MAGIC, 5, 6)
