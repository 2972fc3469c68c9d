"""What a pack is to hold of whole distributions."""

from __future__ import annotations

from importlib.machinery import EXTENSION_SUFFIXES
from pathlib import Path

import pytest

import trees
from importal.pack.collect import collect
from importal.pack.reader import EXTENSION, SOURCE


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path / "site"))
    return tmp_path / "site"


def install(site: Path, name: str, files: dict[str, str]) -> None:
    """Write *files* and record them as those of a distribution."""
    for file, text in files.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text)
    information = {
        "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        "RECORD": "".join(f"{file},,\n" for file in files),
    }
    trees.write({f"{name}-1.0.dist-info": information}, site)


def test_a_shared_library_goes_before_its_source(site: Path) -> None:
    suffix = EXTENSION_SUFFIXES[0]
    install(site, "twins", {
        "twins/__init__.py": "", f"twins/both{suffix}": "", "twins/both.py": "", f"twins/alone{suffix}": "",
        "twins/plain.py": "", "single.py": "", "twins/data.txt": "", "../bin/tool.py": "", "twins/not-one.py": "",
        "twins/__pycache__/plain.cpython-311.pyc": "",
    })  # fmt: skip
    modules = collect([], ["twins"]).contents.modules
    assert {name: module.kind for name, module in modules.items()} == {
        "twins": SOURCE, "twins.both": EXTENSION, "twins.alone": EXTENSION, "twins.plain": SOURCE, "single": SOURCE,
    }  # fmt: skip
    assert modules["twins.both"].file == str(site / "twins" / f"both{suffix}")


def test_a_package_goes_before_a_module(site: Path) -> None:
    install(site, "twice", {"twice/__init__.py": "", "twice.py": ""})
    modules = collect([], ["twice"]).contents.modules
    assert [module.file for module in modules.values()] == [str(site / "twice" / "__init__.py")]
