"""RECORD, the list of a distribution's files, without those that a release does not hold."""

from __future__ import annotations

import csv
import io

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["rewritten"]


def rewritten(record: bytes, kept: Mapping[str, str]) -> bytes:
    r"""Return *record* with the files in *kept* only, each at the path that *kept* has for it.

    >>> rewritten(b"a.py,sha256=x,3\r\n../bin/a,sha256=y,4\r\n", {"a.py": "a.py"})
    b'a.py,sha256=x,3\n'
    """
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, lineterminator="\n")
    for row in csv.reader(io.StringIO(record.decode("utf-8", "surrogateescape"), newline="")):
        if row and row[0] in kept:
            writer.writerow([kept[row[0]], *row[1:]])
    return lines.getvalue().encode("utf-8", "surrogateescape")
