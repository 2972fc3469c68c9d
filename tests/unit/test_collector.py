"""The garbage collector's thresholds while modules are imported, and after."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest

import trees
from importal import ImportState, ImportSystem


@pytest.fixture(autouse=True)
def thresholds() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)


def importing(folder: Path, source: str, inner: str = "") -> ImportSystem:
    """Import a module with this *source* by a system of its own."""
    trees.write({"outer.py": source, "inner.py": inner}, folder)
    system = ImportSystem(ImportState(path=[str(folder)]))
    system.import_module("outer")
    return system


def test_they_are_raised_while_imports_are_under_way_and_put_back(tmp_path: Path) -> None:
    gc.set_threshold(123, 7, 6)
    modules = importing(tmp_path, "import gc, inner\nseen = gc.get_threshold()", "import gc\nseen = gc.get_threshold()")
    seen = modules.state.modules["outer"].seen, modules.state.modules["inner"].seen
    assert [first > 10_000 for first, *_ in seen] == [True, True]
    assert [others for _, *others in seen] == [list(gc.get_threshold()[1:])] * 2
    assert gc.get_threshold()[0] == 123


def test_they_are_put_back_when_the_import_fails(tmp_path: Path) -> None:
    gc.set_threshold(123)
    with pytest.raises(ZeroDivisionError):
        importing(tmp_path, "1 / 0")
    assert gc.get_threshold()[0] == 123


def test_a_program_that_sets_them_itself_wins(tmp_path: Path) -> None:
    gc.set_threshold(123)
    importing(tmp_path, "import gc, inner\ngc.set_threshold(456)")
    assert gc.get_threshold()[0] == 456


@pytest.mark.parametrize("first", [0, 1_000_000])
def test_what_is_higher_or_never_stays(tmp_path: Path, first: int) -> None:
    gc.set_threshold(first)
    system = importing(tmp_path, "import gc\nseen = gc.get_threshold()")
    assert system.state.modules["outer"].seen[0] == gc.get_threshold()[0] == first


def test_what_a_module_saves_and_sets_again_is_not_kept(tmp_path: Path) -> None:
    """The raised threshold does not survive by way of a program that wants to leave everything as it was."""
    gc.set_threshold(123)
    importing(tmp_path, "import gc\nsaved = gc.get_threshold()\ngc.set_threshold(1)\ngc.set_threshold(*saved)")
    assert gc.get_threshold()[0] == 123


MANY = "made = [[] for _ in range(20_000)]"


def test_what_an_import_made_is_not_looked_through_at_its_end(tmp_path: Path) -> None:
    """It is where a collector that had looked at it often would have put it: in the oldest generation."""
    seen: list[str] = []

    def see(phase: str, _: object) -> None:
        seen.append(phase)

    gc.collect()
    gc.callbacks.append(see)
    try:
        made = importing(tmp_path, MANY).state.modules["outer"].made
        made += [[] for _ in range(500)]  # in whose course a collection would have begun
    finally:
        gc.callbacks.remove(see)
    assert seen == []
    young = set(map(id, gc.get_objects(generation=0)))
    assert not young.intersection(map(id, made[:20_000]))
    assert gc.get_count()[0] < 2_000
    assert gc.is_tracked(made[0])


def test_a_small_import_leaves_the_young_where_they_are(tmp_path: Path) -> None:
    """Who imports again and again, mostly in vain, still has his garbage collected."""
    gc.collect()
    young: list[object] = []
    importing(tmp_path, "small = [[] for _ in range(20)]")
    before = gc.get_count()[0]
    assert before > 20
    young.append([])
    assert id(young[0]) in set(map(id, gc.get_objects(generation=0)))


def test_what_a_program_has_frozen_stays_frozen(tmp_path: Path) -> None:
    gc.freeze()
    try:
        frozen = gc.get_freeze_count()
        importing(tmp_path, MANY)
        assert gc.get_freeze_count() >= frozen - 100  # some die
    finally:
        gc.unfreeze()


def test_cycles_that_an_import_made_are_found_later(tmp_path: Path) -> None:
    source = "import _weakref\nclass C: pass\nkept = []\nfor _ in range(20_000):\n    c = C(); c.me = c\n    kept.append(_weakref.ref(c))\ndel c"  # fmt: skip
    kept = importing(tmp_path, source).state.modules["outer"].kept
    gc.collect()
    assert not any(one() for one in kept)
