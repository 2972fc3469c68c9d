"""Packs with damage anywhere: never a crash, never a wrong module, always a reason.

A thousand of them here; `IMPORTAL_MUTATED=100000 pytest tests/unit/pack/test_mutated.py` makes as many (nox -s fuzz).
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from importal.errors import PackError
from importal.pack.collect import Collected, Gatherer, index
from importal.pack.reader import Pack
from importal.pack.writing import encode

COUNT = int(os.environ.get("IMPORTAL_MUTATED", "1000"))
TREE = {
    "m.py": "value = 'of m'\ndef f(a, b=1):\n    return [a for a in range(b)]\n",
    "p/__init__.py": "from . import a\nnames = ('a', 'b')\n",
    "p/a.py": "class C:\n    x = 1.5\n    def method(self):\n        return {**vars(self)}\n",
    "n.py": "import m\nvalue = b'bytes' * 3\n",
}


@pytest.fixture
def made(tmp_path: Path) -> bytes:
    for name, text in TREE.items():
        (tmp_path / "lib" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "lib" / name).write_text(text)
    collected = Collected()
    collected.contents = index([str(tmp_path / "lib")])
    gather = Gatherer(collected, 0)
    for number, name in enumerate(TREE):
        module = name.removesuffix(".py").replace("/", ".").removesuffix(".__init__")
        gather.file(module, str(tmp_path / "lib" / name), ("all", number))
    gather.list_again([str(tmp_path / "lib")])
    return encode(collected.contents, str(tmp_path / "p.pack"))


def truncated(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(len(data)) :]


def flipped(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice((1, 1, 2, 8))):
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)


def replaced(data: bytearray, chance: random.Random) -> None:
    at, length = chance.randrange(len(data)), chance.randrange(1, 40)
    data[at : at + length] = chance.randbytes(length)


def moved(data: bytearray, chance: random.Random) -> None:
    at, other, length = chance.randrange(len(data)), chance.randrange(len(data)), chance.randrange(1, 200)
    data[at:at] = data[other : other + length]


def zeroed(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:] = bytes(len(data) - at)


MUTATIONS: tuple[Callable[[bytearray, random.Random], None], ...] = (
    truncated,
    flipped,
    flipped,
    replaced,
    moved,
    zeroed,
)


def contents(file: Path) -> dict[str, object]:
    """Return all in the pack *file*, read as an import reads it. Raises PackError."""
    pack = Pack(str(file))
    found: dict[str, object] = {}
    names = ("m", "p", "p.a", "n", "nothing")
    for name in names:
        module = pack.table.module(name)
        if module is not None:
            found[name] = pack.code(module[5], name, pack.roots[module[1]] + module[2])
    found["in p"] = pack._inside_of("p")
    found["roots"] = [pack.table.holders(name) for name in names]
    return found


@pytest.mark.timeout(1800)
def test_mutated_packs(made: bytes, tmp_path: Path) -> None:
    file = tmp_path / "p.pack"
    file.write_bytes(made)
    whole = contents(file)
    assert all(whole.values())
    assert len(whole) == len(TREE) + 2
    refused = 0
    for number in range(COUNT):
        chance = random.Random(number)
        data = bytearray(made)
        chance.choice(MUTATIONS)(data, chance)
        file.write_bytes(data)
        try:
            found = contents(file)
        except PackError:
            refused += 1
        else:
            # What cannot be read is not there, and then comes from its source.
            assert all(code is None or code == whole[name] for name, code in found.items())
    assert refused > COUNT // 3
