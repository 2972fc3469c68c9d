"""Notes in the user's cache on what was at a remote place the last time. All of them can be deleted at any time."""

from __future__ import annotations

import os

from ... import files
from ...caches import cache_folder
from ...interpreter import sha256

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

__all__ = ["Notes"]


class Notes:
    """One JSON object, kept under *subject* (text of any length) among the notes of one *kind* (a folder's name)."""

    def __init__(self, kind: str, subject: str) -> None:
        self.path = os.path.join(cache_folder(), kind, f"{sha256(subject.encode()).hexdigest()}.json")

    def get(self) -> dict[str, Any]:
        """Return what is noted; nothing where there is no note, or a damaged one."""
        import json

        try:
            with open(self.path, encoding="utf-8") as file:
                found = json.load(file)
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def put(self, values: dict[str, Any]) -> None:
        """Note *values* in place of what was noted. Nothing is raised where the cache cannot be written to."""
        import json

        files.write(self.path, json.dumps(values, sort_keys=True).encode(), 0o600)
