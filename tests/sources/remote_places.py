"""What the tests of remote places share: a small package, laying and publishing it, and opening it as a process would."""

from __future__ import annotations

import hashlib
import io
import os
import subprocess
import sys
import textwrap
import zipfile
from pathlib import Path
from typing import Any

from importal.sources import manifest as manifests
from importal.sources import opening
from importal.sources.places import parse
from importal.sources.remote.kinds import writer
from importal.sources.tree import File
from sources import servers

PACKAGE = {
    "shop/__init__.py": b"name = 'corner shop'\n",
    "shop/till.py": b"total = 8\n",
    "shop/data/prices.txt": b"tea 3\n",
}


def again(entry: str) -> Any:
    """Open as a new process would."""
    opening.close_all()
    return opening.opened(entry)


def read(entry: str, path: str) -> bytes:
    source = again(entry)
    return source.read(f"{source.root}/{path}")


def archive(files: dict[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", packing) as target:
        for name, data in files.items():
            target.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data, packing)
    return stream.getvalue()


def lay(folder: Path, files: dict[str, bytes]) -> None:
    for name, data in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


def publish(url: str, name: str, files: dict[str, bytes]) -> str:
    """Publish as `importal publish` does and return the digest of the manifest."""
    contents = {hashlib.sha256(data).hexdigest(): data for data in files.values()}
    listed = {path: File(hashlib.sha256(data).hexdigest(), len(data)) for path, data in files.items()}
    manifest = manifests.write(listed)
    target = writer(parse(url))
    lacking = target.lacking(list(contents))
    target.publish(
        name, manifests.digest_of(manifest), manifest, [(one, contents[one]) for one in lacking], "2026-01-01T00:00:00Z"
    )
    return manifests.digest_of(manifest)


def methods(server: servers.HTTP) -> list[tuple[str, str]]:
    return [(one["method"], one["path"]) for one in server.requests()]


def program(text: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a process of its own, importal installed in it."""
    paths = os.pathsep.join([str(Path(opening.__file__).parents[2]), str(servers.HERE.parent)])
    return subprocess.run(
        [sys.executable, "-W", "ignore::ResourceWarning", "-c", textwrap.dedent(text)],
        capture_output=True, text=True, check=False, timeout=60, env=os.environ | {"PYTHONPATH": paths} | environment,
    )  # fmt: skip


def hindered(kind: str, cache: Path, reading: str) -> subprocess.CompletedProcess[str]:
    """Run a program that ends with *reading*, which uses `opening`, with a cache that is "read-only" or "full"."""
    if kind == "read-only":
        cache.write_text("a file, and so no folder, whoever asks: root may write to what is read-only")
    limit = "resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))" if kind == "full" else ""
    lines = ["import resource, signal", "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)"]
    lines += ["from importal.sources import opening", limit, textwrap.dedent(reading)]
    return program("\n".join(lines), IMPORTAL_CACHE=str(cache))


INSTALLED = """
    import sys
    from importal import ImportSystem
    ImportSystem.host().install()
    sys.path.insert(0, {url!r})
"""
