"""Reading from a place may import, in whatever thread does it: these imports do not wait for what they are needed for."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from hashlib import sha256
from importlib.metadata import DistributionFinder
from pathlib import Path

import pytest

import trees
from importal import ImportState, ImportSystem
from importal.errors import SourceError
from importal.sources import File, Place, manifest, register
from importal.sources.store import Release

FILES = {
    "app.py": b"import driver\nplace = driver.place",
    "driver.py": b"place = 'the store'",
    "driver-1.0.dist-info/METADATA": b"Metadata-Version: 2.1\nName: driver\nVersion: 1.0\n",
}


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
        # As fsspec does, for the entry points of all distributions.
        context = DistributionFinder.Context(path=self.system.state.path)
        for finder in self.system.state.meta_path:
            for one in getattr(finder, "find_distributions", lambda _: ())(context):
                self.seen.append(one.metadata["Name"])


def test_a_driver_that_lies_in_the_release_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes from the next place on the path: the release cannot be read without it."""
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache"))
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


def test_what_fetches_does_not_wait_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path))
    written = manifest.write({path: File(sha256(data).hexdigest(), len(data)) for path, data in FILES.items()})
    digest = manifest.digest_of(written)

    class Asks:
        at_hand = False

        def contents(self, digests: list[str]) -> Iterator[tuple[str, bytes]]:
            release.read("asks://store/driver.py")
            yield from ()

    release = Release("asks://store", "r1", digest, manifest.folders(written, "asks://store", digest), Asks())  # type: ignore[arg-type]
    with pytest.raises(
        SourceError, match=r"driver\.py is asked for by what is about to fetch it; .*elsewhere on the path"
    ):
        release.read("asks://store/app.py")
