"""What the recorder and the reader of its journal have to agree on."""

from __future__ import annotations

import os
from pathlib import Path

from importal.observe import entries, journal, lanes
from importal.observe.record import PHASES, Record

FACTS = {"importal": "1", "python": {}, "target": ("main.py",), "date": "2026-11-30T00:00:00+00:00"}


def test_the_phases_have_their_places() -> None:
    assert [PHASES[getattr(lanes, phase.upper())] for phase in PHASES] == list(PHASES)


def written(path: Path, *all_entries: tuple[object, ...]) -> Record:
    """Write a journal of these entries, and return the record of it."""
    with open(path, "wb") as file:
        writer = entries.Entries(file.fileno(), lambda: None)
        for entry in all_entries:
            writer.write(*entry)
    return journal.read(path, 0, FACTS)


def test_statements_of_a_thread_that_went_on_to_the_end(tmp_path: Path) -> None:
    """Where the code they stand in is not in the journal, they are left out."""
    code = ("m.py", 1, (lambda: None).__code__.co_linetable, "m", None)
    found = {0: [2, "json", 0, None, None, 1.5]}
    made = written(
        tmp_path / "journal", (entries.CLOCK, 1.0), (entries.CODES, {1: code}), (entries.BEGIN, 0, None, 0, "json", None, 0, 1.25),
        (entries.TEXT, 1, "loaded"), (entries.IMPORT, 0, 1, 1.375, [lanes.OTHER, 1.25], 0.0, 0, 0, 0, 0, [], None, None, None, None, None),
        (entries.CACHED, [(1, found), (2, found)]), (entries.END, 2.0, None),
    )  # fmt: skip
    assert [(one.module, one.by.file, one.count) for one in made.cached] == [("json", "m.py", 2)]
    assert [(one.module, one.started, one.total) for one in made.imports] == [("json", 250_000_000, 125_000_000)]


def test_a_journal_that_cannot_be_written_is_given_up(tmp_path: Path) -> None:
    given_up: list[bool] = []
    descriptor = os.open(tmp_path, os.O_RDONLY) if os.name == "posix" else -1
    entries.Entries(descriptor, lambda: given_up.append(True)).write(entries.CLOCK, 1.0)
    assert given_up == [True]


def test_a_cut_off_journal_is_read_as_far_as_it_goes(tmp_path: Path) -> None:
    """At each byte at which the program may have been killed."""
    path = tmp_path / "journal"
    written(
        path, (entries.CLOCK, 1.0), (entries.BEGIN, 0, None, 0, "a", None, 0, 1.25), (entries.TEXT, 1, "loaded"),
        (entries.BEGIN, 1, 0, 0, "b", None, 0, 1.5),
        (entries.IMPORT, 1, 1, 1.75, [lanes.OTHER, 1.5], 0.0, 0, 0, 0, 0, [], None, None, None, None, None),
        (entries.END, 2.0, None),
    )  # fmt: skip
    data = path.read_bytes()
    seen = []
    for length in range(len(data) + 1):
        path.write_bytes(data[:length])
        made = journal.read(path, -9, FACTS)
        assert min([one.self_time for one in made.imports], default=0) >= 0
        seen.append(tuple(f"{one.module} {one.outcome}" for one in made.imports))
    assert list(dict.fromkeys(seen)) == [(), ("a failed",), ("a failed", "b failed"), ("a failed", "b loaded")]
