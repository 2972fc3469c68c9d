"""The installed distributions, by what their own records say: which files they own, where editable ones point."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from dataclasses import dataclass
from functools import cached_property
from importlib import metadata

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

__all__ = ["Installed", "installed", "paths"]

# Of a path in a record: it is absolute, or may go up, or be spelled as no other is.
_IS_ODD = re.compile(r"^[./\\]|[/\\][./\\]|[/\\]$|:", re.MULTILINE).search


@dataclass(frozen=True)
class Installed:
    """One installed distribution. ``root`` is the folder that its ``files`` are relative to.

    ``files`` is empty when there is no record of them. ``project`` is the folder of an editable installation (PEP 610),
    None for any other.
    """

    name: str
    version: str
    root: str
    files: tuple[str, ...]
    project: str | None = None

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def normalised(self) -> str:
        """The name as installers compare it (PEP 503)."""
        return re.sub(r"[-_.]+", "-", self.name).lower()

    @cached_property
    def places(self) -> dict[str, str]:
        """From the place of each file, links followed, to its name in the record."""
        return self._places_of(self.files)

    @cached_property
    def elsewhere(self) -> dict[str, str]:
        """The same of the files that are not below ``root``, or whose names in the record are not spelled as usual."""
        # One look tells that there are none, in most records.
        return self._places_of(filter(_IS_ODD, self.files)) if _IS_ODD("\n".join(self.files)) else {}

    def _places_of(self, files: Iterable[str]) -> dict[str, str]:
        root = os.path.realpath(self.root)
        return {os.path.normcase(os.path.normpath(os.path.join(root, file))): file for file in files}


def installed(path: Iterable[str]) -> Iterator[Installed]:
    """Yield each distribution that has metadata in a folder of *path*; those without name or version are left out."""
    seen = set()
    for distribution in metadata.distributions(path=[*path]):
        try:
            facts = distribution.metadata
            name, version = (facts["Name"], facts["Version"]) if "Name" in facts and "Version" in facts else ("", "")
        except OSError:
            continue  # a folder that is named like metadata, without any
        root = str(distribution.locate_file(""))
        if not name or (name, version, root) in seen:
            continue
        seen.add((name, version, root))
        yield Installed(name, version, root, _files(distribution), _project(distribution))


def paths(record: str) -> list[str]:
    """Return the paths that a *record* lists: the text of a distribution's RECORD.

    >>> paths('"a,b.py",sha256=x,3')
    ['a,b.py']
    """
    return [row[0] for row in csv.reader(io.StringIO(record, newline="")) if row]


def _files(distribution: metadata.Distribution) -> tuple[str, ...]:
    # Not distribution.files, which makes an object of each, and from Python 3.12 on leaves out what is not there.
    record = distribution.read_text("RECORD")
    if record is not None:
        return tuple(paths(record))
    # Without a record, importlib.metadata answers with the files of the source distribution.
    recorded = distribution.read_text("installed-files.txt") is not None
    return tuple(str(file) for file in distribution.files or ()) if recorded else ()


def _project(distribution: metadata.Distribution) -> str | None:
    text = distribution.read_text("direct_url.json")
    if text is None:
        return None
    try:
        facts = json.loads(text)
        url, editable = facts["url"], facts.get("dir_info", {}).get("editable", False)
    except (ValueError, KeyError, AttributeError, TypeError):
        return None  # not as PEP 610 has it
    if not editable or not str(url).startswith("file:"):
        return None
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    return url2pathname(urlsplit(url).path)
