from __future__ import annotations

from importal.observe.alone import Alone, alone
from importal.observe.record import By, Cached, Ended, Import, Record, Thread

MS = 1_000_000


def program(*imports: tuple[str, str | None, int], cached: tuple[tuple[str, str], ...] = ()) -> Record:
    """Return the record of (module, importer, self time in ms), and of statements (importer, module) that found theirs."""
    numbers = {name: number for number, (name, _, _) in enumerate(imports)}
    made = [
        Import(
            numbers[name], None if importer is None else numbers[importer], 0, name,
            By(importer or "__main__", f"{importer}.py", line), "loaded", line, ms * MS, ms * MS, {},
        )
        for line, (name, importer, ms) in enumerate(imports)
    ]  # fmt: skip
    again = tuple(Cached(module, By(importer, f"{importer}.py", 99), 1) for importer, module in cached)
    return Record("0", {}, (), "", Ended(0, True), (Thread(0, "", 0, MS, MS),), tuple(made), again)


def costs(record: Record) -> dict[str, tuple[int, int]]:
    return {one.module: (one.time // MS, one.modules) for one in alone(record)}


def test_what_only_it_brings_in_counts() -> None:
    record = program(("a", None, 1), ("b", "a", 2), ("c", "b", 4), ("d", None, 8))
    assert costs(record) == {"a": (7, 2), "b": (6, 1), "c": (4, 0), "d": (8, 0)}


def test_what_another_statement_found_in_the_table_is_not_only_its() -> None:
    record = program(("a", None, 1), ("b", "a", 2), ("d", None, 8), cached=(("d", "b"),))
    assert costs(record) == {"a": (1, 0), "b": (2, 0), "d": (8, 0)}


def test_two_ways_from_the_same_module_are_both_its() -> None:
    record = program(("a", None, 1), ("b", "a", 2), ("shared", "b", 4), ("c", "a", 8), cached=(("c", "shared"),))
    assert costs(record) == {"a": (15, 3), "b": (2, 0), "shared": (4, 0), "c": (8, 0)}


def test_each_is_followed_by_what_only_it_brings_in() -> None:
    found = alone(program(("a", None, 1), ("b", "a", 2), ("c", "b", 4), ("d", None, 8)))
    at = next(index for index, one in enumerate(found) if one.module == "a")
    assert {one.module for one in found[at + 1 : at + 1 + found[at].modules]} == {"b", "c"}


def test_nothing() -> None:
    assert alone(program()) == []


def test_it_is_a_plain_tuple_for_documents() -> None:
    assert Alone("a", 1, 0) == ("a", 1, 0)
