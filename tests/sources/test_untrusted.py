"""What comes from elsewhere may be hostile: names that lead out of a place, names that are SQL, passwords in URLs."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import stores
from importal import ImportState, ImportSystem
from importal.errors import SourceError
from importal.finders.archive import zipimporter
from importal.loaders.kept import KeptBytecode
from importal.sources import File, Memory, Tree, manifest
from importal.sources.archive import read_directory

from . import laying

LEADING_OUT = [
    "../out.py",
    "/out.py",
    "a/../../out.py",
    "a//b.py",
    "./a.py",
    "C:/a.py",
    "a\\b.py",
    "a\0.py",
    "x" * 5000,
]


@pytest.mark.parametrize("path", LEADING_OUT, ids=range(len(LEADING_OUT)))
def test_paths_that_lead_out_of_a_place(path: str) -> None:
    with pytest.raises(SourceError, match=r"^bad://place: "):
        Tree("bad://place", {path: File("0" * 64, 1)})
    memory = Memory("hostile", {"good.py": ""})
    with pytest.raises(SourceError, match=r"^memory://hostile: "):
        memory[path] = b""
    assert list(memory) == ["good.py"]


@pytest.mark.parametrize("files", [["a", "a/b.py"], ["a/b.py", "a"], ["a/b", "a/b/c/d.py"]])
def test_a_file_that_is_a_folder_as_well(files: list[str]) -> None:
    with pytest.raises(SourceError, match="both a file and a folder"):
        Tree("bad://place", {path: File("0" * 64, 1) for path in files})


def test_a_manifest_that_is_none() -> None:
    for text in (
        b"",
        b"importal manifest 1\nshort 1 1 a.py\n",
        b"importal manifest 1\n" + b"0" * 64 + b" x 1 a.py\n",
        b"importal manifest 1\n" + b"0" * 65 + b" 1 1 a.py\n",
        b"importal manifest 1\n" + b"G" * 64 + b" 1 1 a.py\n",
        b"importal manifest 1\n" + 2 * (b"0" * 64 + b" 1 1 a.py\n"),
        b"\xff",
    ):
        with pytest.raises(SourceError, match="manifest"):
            manifest.read(text, "bad://place", manifest.digest_of(text))
    with pytest.raises(SourceError, match="its manifest has the sha256"):
        manifest.read(b"importal manifest 1\n", "bad://place", "0" * 64)


def test_members_that_lead_out_of_an_archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing of them is written anywhere but below the cache."""
    monkeypatch.setenv("IMPORTAL_CACHE", str(tmp_path / "cache" / "inner"))
    path = str(tmp_path / "hostile.zip")
    with zipfile.ZipFile(path, "w") as archive:
        for name in ("../../out.py", "/out.py", "a/../../../out.py", "good.py"):
            archive.writestr(name, "x = 1")
    members = read_directory(path)
    kept = KeptBytecode(path)
    assert {name for name, member in members.items() if member and kept.location(member)} == {"good.py"}
    zipimporter(f"{path}/../..").get_code("out")
    ImportSystem(ImportState(path=[path])).import_module("good")
    written = list(tmp_path.rglob("*.pyc"))
    assert [file.name for file in written] == ["good.pyc"]


@pytest.mark.parametrize("name", ["x'; DROP TABLE importal_content; --", 'x" OR 1=1', "x%s", ":name", "x" * 10_000])
def test_module_names_that_are_sql(name: str, tmp_path: Path) -> None:
    entry = laying.sqlite({"good.py": b"value = 1"}, tmp_path)
    system = ImportSystem(ImportState(path=[entry]))
    with pytest.raises(ModuleNotFoundError):
        system.import_module(name)
    assert system.import_module("good").value == 1


def run(cwd: Path, *arguments: str) -> str:
    """Run importal with a place on the path whose URL has a password, and return all that it printed."""
    entry = "postgresql://me:s3cret@127.0.0.1:1/db?sslkey=s3cret"
    done = subprocess.run(
        [sys.executable, "-m", "importal", *arguments],
        cwd=cwd,
        env=stores.environment(IMPORTAL_PATH=f"{cwd};{entry}", IMPORTAL_CACHE=str(cwd / "cache")),
        capture_output=True,
        text=True,
        timeout=stores.PATIENCE,
        check=False,
    )
    return done.stdout + done.stderr


def test_passwords_are_not_shown(tmp_path: Path) -> None:
    (tmp_path / "here.py").write_text("value = 1")
    for arguments in (
        ["explain", "here"],
        ["explain", "--json", "here"],
        ["explain", "gone"],
        ["run", "-c", "import gone"],
        ["trace", "-o", "record.json", "-c", "import here\ntry: import gone\nexcept OSError: pass"],
        ["inspect", "gone"],
        ["modules", "-c", "import here"],
    ):
        printed = run(tmp_path, *arguments)
        assert "s3cret" not in printed, arguments
    assert "s3cret" not in (tmp_path / "record.json").read_text()
    searched = [one["searched"] for one in json.loads((tmp_path / "record.json").read_text())["imports"]]
    assert any("postgresql://me@127.0.0.1:1/db" in entries for entries in searched)
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file() and b"s3cret" in file.read_bytes()]
