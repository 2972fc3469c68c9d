"""bytecode.validity: may a bytecode file be executed?"""

from __future__ import annotations

import importlib._bootstrap_external as stock  # type: ignore[import-untyped, unused-ignore]
from collections.abc import Callable

import pytest

from importal import MAGIC_NUMBER, source_hash
from importal.bytecode import header, validity
from importal.bytecode.validity import Fresh, Refused, Stale

SOURCE = b"x = 1\n"
MTIME, SIZE = 1_600_000_000.9, len(SOURCE)
TIMESTAMP = header.timestamp_header(MAGIC_NUMBER, MTIME, SIZE)
CHECKED = header.hash_header(MAGIC_NUMBER, source_hash(SOURCE), checked=True)
UNCHECKED = header.hash_header(MAGIC_NUMBER, source_hash(SOURCE), checked=False)


def judge(data: bytes, source: bytes | None = None, **facts: object) -> validity.Verdict:
    """Judge with the source's facts as they are; `source` None: reading it is a failure of the test."""

    def read() -> bytes:
        assert source is not None, "the source was read for nothing"
        return source

    given: dict[str, object] = {"mtime": MTIME, "size": SIZE, "read_source": read, **facts}
    return validity.judge(data, "m", **given)  # type: ignore[arg-type]


def test_matching_timestamp() -> None:
    assert isinstance(judge(TIMESTAMP), Fresh)


@pytest.mark.parametrize("delta", [-1, 1, 100])
def test_other_timestamp(delta: int) -> None:
    verdict = judge(TIMESTAMP, mtime=MTIME + delta)
    assert isinstance(verdict, Stale)
    assert verdict.reason == (f"bytecode is stale for 'm': source changed at {int(MTIME) + delta}, not {int(MTIME)}")


def test_fractions_of_a_second_do_not_count() -> None:
    assert isinstance(judge(TIMESTAMP, mtime=int(MTIME) + 0.1), Fresh)


@pytest.mark.parametrize(("delta", "kind"), [(-2, Stale), (-1, Fresh), (1, Fresh), (2, Stale)])
def test_tolerance_in_seconds(delta: int, kind: type) -> None:
    assert type(judge(TIMESTAMP, mtime=MTIME + delta, tolerance=1)) is kind


def test_other_size() -> None:
    verdict = judge(TIMESTAMP, size=SIZE + 1)
    assert isinstance(verdict, Stale)
    assert verdict.reason == f"bytecode is stale for 'm': source has {SIZE + 1} bytes, not {SIZE}"


def test_what_is_not_known_is_not_compared() -> None:
    assert isinstance(judge(TIMESTAMP, mtime=None), Fresh)
    assert isinstance(judge(TIMESTAMP, size=None), Fresh)
    assert isinstance(judge(TIMESTAMP, mtime=None, size=SIZE + 1), Stale)


def test_facts_are_compared_modulo_two_to_the_32() -> None:
    assert isinstance(judge(TIMESTAMP, mtime=MTIME + 2**32, size=SIZE + 2**32), Fresh)


def test_times_close_to_the_wrap_around() -> None:
    """With a tolerance, a time just below 2**32 seconds and one just above it are one second apart."""
    data = header.timestamp_header(MAGIC_NUMBER, 2**32 - 1, SIZE)
    stock_says = stock_zip_time_matches(2**32 - 1, 2**32)
    assert isinstance(judge(data, mtime=2**32, tolerance=1), Fresh) is stock_says


def stock_zip_time_matches(recorded: int, now: int) -> bool:
    import zipimport

    return bool(zipimport._eq_mtime(recorded, now & 0xFFFF_FFFF))  # type: ignore[attr-defined]


def test_a_checked_hash_is_compared() -> None:
    assert judge(CHECKED, SOURCE).reason == "source hash matches"
    assert isinstance(judge(CHECKED, SOURCE), Fresh)
    stale = judge(CHECKED, b"x = 2\n")
    assert isinstance(stale, Stale)
    assert stale.reason == "hash in bytecode doesn't match hash of source 'm'"
    assert stale.header is not None
    assert stale.header.check_source


def test_an_unchecked_hash_is_trusted_and_the_source_not_read() -> None:
    assert judge(UNCHECKED).reason == "unchecked hash"
    assert isinstance(judge(UNCHECKED, mtime=0, size=0), Fresh)


def test_check_hash_based_pycs_decides(child: Callable[..., str]) -> None:
    """`python --check-hash-based-pycs` for each kind of file over a source that has changed."""
    program = """
        from importal import MAGIC_NUMBER, source_hash
        from importal.bytecode import header, validity
        for checked in (True, False):
            data = header.hash_header(MAGIC_NUMBER, source_hash(b"old"), checked=checked)
            verdict = validity.judge(data, "m", mtime=0, size=0, read_source=lambda: b"new")
            print(type(verdict).__name__, end=" ")
        """
    flag = "--check-hash-based-pycs"
    assert child(program, flags=(flag, "default")) == "Stale Fresh "
    assert child(program, flags=(flag, "always")) == "Stale Stale "
    assert child(program, flags=(flag, "never")) == "Fresh Fresh "


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="empty"),
        pytest.param(MAGIC_NUMBER[:3], id="part of the magic"),
        pytest.param(b"\0\0\r\n" + bytes(12), id="foreign magic"),
        pytest.param(MAGIC_NUMBER, id="magic alone"),
        pytest.param(TIMESTAMP[:15], id="one byte short"),
        *(
            pytest.param(MAGIC_NUMBER + (1 << bit).to_bytes(4, "little") + bytes(8), id=f"bit {bit}")
            for bit in (2, 3, 31)
        ),
        pytest.param(MAGIC_NUMBER + (0b111).to_bytes(4, "little") + bytes(8), id="hash based with an unknown bit"),
    ],
)
def test_refusals_have_the_interpreters_words(data: bytes) -> None:
    with pytest.raises((ImportError, EOFError)) as theirs:
        stock._classify_pyc(data, "m", {"name": "m"})
    refused = validity.refusal(data, "m")
    assert isinstance(refused, Refused)
    assert refused.reason == str(theirs.value)
    assert refused.truncated is isinstance(theirs.value, EOFError)
    verdict = judge(data)
    assert isinstance(verdict, Refused)
    assert verdict.reason == refused.reason


@pytest.mark.parametrize("data", [TIMESTAMP, CHECKED, UNCHECKED, memoryview(TIMESTAMP)])
def test_no_refusal(data: bytes) -> None:
    assert validity.refusal(data, "m") is None


def test_verdicts_show_their_reason() -> None:
    assert repr(Fresh("because")) == "Fresh('because')"
    assert repr(Refused("because", truncated=True)) == "Refused('because')"
