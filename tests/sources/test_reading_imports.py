"""Reading from a place may import, in whatever thread does it: these imports do not wait for what they are needed for."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import trees
from importal import ImportState, ImportSystem
from importal.sources import File, Place, manifest, register
from importal.sources.store import Release

FILES = {"app.py": b"import driver\nplace = driver.place", "driver.py": b"place = 'the store'"}


class Shelf:
    """A store that needs a module to answer, which another thread imports, as asyncio's does for fsspec."""

    at_hand = False

    def __init__(self, system: ImportSystem) -> None:
        self.system = system
        self.seen: list[str] = []

    def contents(self, digests: list[str]) -> Iterator[tuple[str, bytes]]:
        context = contextvars.copy_context()
        worker = threading.Thread(target=context.run, args=(self.work,), daemon=True)
        worker.start()
        worker.join(20)
        assert not worker.is_alive(), "the import waits for what it is needed for"
        for data in FILES.values():
            if sha256(data).hexdigest() in digests:
                yield sha256(data).hexdigest(), data

    def work(self) -> None:
        self.seen.append(self.system.import_module("driver").place)


def test_a_driver_that_lies_in_the_release_as_well(tmp_path: Path) -> None:
    """It comes from the next place on the path: the release cannot be read without it."""
    trees.write({"driver.py": "place = 'the directory'"}, tmp_path)
    system = ImportSystem(ImportState(path=["driven://store", str(tmp_path)]))
    shelf = Shelf(system)

    def open_it(place: Place) -> Release:
        written = manifest.write({path: File(sha256(data).hexdigest(), len(data)) for path, data in FILES.items()})
        digest = manifest.digest_of(written)
        return Release(place.root, "r1", digest, manifest.folders(written, place.root, digest), shelf)  # type: ignore[arg-type]

    undo = register("driven", open_it)
    try:
        assert system.import_module("app").place == "the directory"
    finally:
        undo()
    assert shelf.seen == ["the directory"]
