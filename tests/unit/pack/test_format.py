"""pack.format: a header and checked blocks; whatever else a file holds, it is refused with a reason."""

from __future__ import annotations

import marshal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from importal.errors import PackError
from importal.interpreter import MAGIC_NUMBER, source_hash
from importal.pack import format as file_format
from importal.pack.format import HEADER_SIZE, PackFile, marshalled_shared


def made(root: object = ("root",), blocks: tuple[bytes, ...] = ()) -> bytes:
    return file_format.write(marshal.dumps(root, 2), list(blocks), optimization=0, flags=0)


def opened(data: bytes, folder: Path) -> PackFile:
    (folder / "p.pack").write_bytes(data)
    return PackFile(str(folder / "p.pack"))


def test_what_was_written_is_read(tmp_path: Path) -> None:
    block = marshal.dumps({"a": 1})
    file = opened(made({"k": (1, None)}, (b"xx", block)), tmp_path)
    assert file.root == {"k": (1, None)}
    assert file.read((2, len(block), source_hash(block))) == {"a": 1}


def test_a_root_that_is_larger_than_the_first_read(tmp_path: Path) -> None:
    root = tuple(range(50_000))
    assert opened(made(root), tmp_path).root == root


def header(at: int, value: bytes) -> bytes:
    """Return a pack with other bytes in its header, which is right otherwise."""
    data = bytearray(made())
    data[at : at + len(value)] = value
    data[56:64] = source_hash(bytes(data[:56]))
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no pack"),
        (b"PK\x03\x04" * 40, "no pack"),
        (made()[:40], "ends within its header"),
        (header(16, b"\x01\x00"), "format is version 1"),
        (header(20, b"\x00\x00\r\n"), "another version of Python"),
        (made()[:30] + b"\xff" + made()[31:], "header is damaged"),
        (made()[:-1], "cut short"),
        (made() + b"more", "something was added"),
        (header(32, (1 << 62).to_bytes(8, "little")), "cut short"),
        (made()[:-1] + b"\xff", "block of it is damaged"),
        (made().replace(b"\r\n\n", b"\n\n"), "no pack"),
    ],
)
def test_what_is_refused(tmp_path: Path, data: bytes, reason: str) -> None:
    with pytest.raises(PackError, match=reason):
        opened(data, tmp_path)


def test_a_block_that_is_no_marshalled_object(tmp_path: Path) -> None:
    file = opened(made((), (b"\x00what?",)), tmp_path)
    with pytest.raises(PackError, match="cannot be read"):
        file.read((0, 6, source_hash(b"\x00what?")))


def test_a_file_that_is_gone_or_another_one(tmp_path: Path) -> None:
    block = marshal.dumps(1)
    file = opened(made((), (block,)), tmp_path)
    (tmp_path / "p.pack").write_bytes(made(("other",), (block,)))
    with pytest.raises(PackError, match="another file was put in its place"):
        file.read((0, len(block), source_hash(block)))
    (tmp_path / "p.pack").unlink()
    with pytest.raises(PackError, match="No such file"):
        file.read((0, len(block), source_hash(block)))


def test_the_header_is_as_documented() -> None:
    data = made(("r",), (b"xyz",))
    assert data[:16] == b"\x89IMPORTALPACK\r\n\n"
    assert (data[16:20], data[20:24]) == (b"\x05\x00\x00\x00", MAGIC_NUMBER)
    assert int.from_bytes(data[24:32], "little") == HEADER_SIZE == 64
    assert int.from_bytes(data[48:56], "little") == len(data)
    assert data[56:64] == source_hash(data[:56])


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_damage_is_noticed(tmp_path: Path, data: st.DataObject) -> None:
    """A pack with any bytes changed gives what was written, or PackError: never another object."""
    block = marshal.dumps(("a", 1, [2.5, b"x" * 50]))
    whole = bytearray(made(("root", 1), (block,)))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(whole)) | st.just(len(whole)))
    try:
        file = opened(bytes(whole[:cut]), tmp_path)
        assert file.root == ("root", 1)
        assert file.read((0, len(block), source_hash(block))) == ("a", 1, [2.5, b"x" * 50])
    except PackError:
        pass


def test_code_is_marshalled_alike_whatever_else_refers_to_its_parts() -> None:
    source = "def f(a, b):\n    '''text'''\n    return a + b + 1000\nclass C:\n    x = (1, 2.5, 'some words')\n"
    first = marshalled_shared(compile(source, "a.py", "exec"))
    code = compile(source, "a.py", "exec")
    kept = [code.co_consts, code.co_names, code.co_consts[0].co_consts, code.co_filename]
    assert marshalled_shared(code) == first
    assert marshal.loads(first) == code
    assert len(kept) == 4
