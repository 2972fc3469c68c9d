"""observe.distributions: what the records of installed distributions say."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import trees
from importal.observe.distributions import Installed, installed
from importal.observe.loaded import Owners


def record(name: str, version: str, *files: str, **more: str) -> trees.Tree:
    lines = "".join(f"{file},,\n" for file in files)
    facts = {"METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n", "RECORD": lines}
    return {f"{name}-{version}.dist-info": facts | more}


def test_installed_distributions(tmp_path: Path) -> None:
    trees.write({**record("One.x", "1", "one.py", "sub/two.py"), "one.py": "", "sub": {"two.py": ""}}, tmp_path)
    trees.write(
        {"broken.dist-info": {}, "old.egg-info": {"PKG-INFO": "Name: old\nVersion: 3\n", "SOURCES.txt": "one.py\n"}},
        tmp_path,
    )
    found = {str(one): one for one in installed([str(tmp_path), str(tmp_path)])}
    assert set(found) == {"One.x 1", "old 3"}
    one = found["One.x 1"]
    assert (one.normalised, one.files, one.project) == ("one-x", ("one.py", str(Path("sub/two.py").as_posix())), None)
    key = os.path.normcase(os.path.realpath(tmp_path / "sub" / "two.py"))
    assert one.places[key] == "sub/two.py"
    assert found["old 3"].files == ()  # without a record nothing is known


@pytest.mark.parametrize(
    ("text", "project"),
    [
        ('{"url": "file:///some/where%20else", "dir_info": {"editable": true}}', "/some/where else"),
        ('{"url": "file:///some/where", "dir_info": {}}', None),
        ('{"url": "https://host/x", "dir_info": {"editable": true}}', None),
        ('{"url": "file:///some/where"', None),
        ("[]", None),
    ],
)
def test_projects_of_editable_installations(tmp_path: Path, text: str, project: str | None) -> None:
    trees.write(record("one", "1", **{"direct_url.json": text}), tmp_path)
    (one,) = installed([str(tmp_path)])
    assert one.project == (project and str(Path(project)))


def test_a_record_leads_through_links(tmp_path: Path) -> None:
    trees.write({"real": {"m.py": ""}}, tmp_path)
    try:
        (tmp_path / "link").symlink_to("real", target_is_directory=True)
    except OSError:
        pytest.skip("this account may not make links; on Windows, allow it by the developer mode")
    one = Installed("one", "1", str(tmp_path / "link"), ("m.py",))
    assert os.path.normcase(os.path.realpath(tmp_path / "real" / "m.py")) in one.places


def test_a_folder_of_packages_in_another(tmp_path: Path) -> None:
    """A virtual environment in a project's folder, whose own metadata lies there: files are looked for in both."""
    trees.write({
        **record("app", "1", "app.py"), "app.py": "",
        "venv": {**record("pip", "2", "pip.py"), "pip.py": "", "mine.py": ""},
    }, tmp_path)  # fmt: skip
    for path in ([str(tmp_path), str(tmp_path / "venv")], [str(tmp_path / "venv"), str(tmp_path)]):
        owners = Owners(path)
        files = [str(tmp_path / file) for file in ("app.py", "venv/pip.py", "venv/mine.py")]
        assert list(map(owners.of, files)) == ["app 1", "pip 2", None]


def test_owners_of_files(tmp_path: Path) -> None:
    """Files below the folder of the metadata, others, and those of an editable project; links are followed."""
    url = (tmp_path / "project").as_uri()
    editable = f'{{"url": "{url}", "dir_info": {{"editable": true}}}}'
    trees.write({
        "site": {
            **record("one", "1", "one.py", "sub/two.py", "../bin/tool.py", "sub/../spelled.py"),
            **record("two", "2", **{"direct_url.json": editable}),
            "one.py": "", "sub": {"two.py": ""}, "spelled.py": "", "other.py": "",
        },
        "bin": {"tool.py": ""},
        "project": {"src": {"mine.py": ""}},
    }, tmp_path)  # fmt: skip
    owners = Owners([str(tmp_path / "site"), str(tmp_path / "missing")])
    files = ["site/one.py", "site/sub/two.py", "site/spelled.py", "site/other.py", "bin/tool.py", "project/src/mine.py"]
    assert [owners.of(str(tmp_path / file)) for file in files] == ["one 1", "one 1", "one 1", None, "one 1", "two 2"]
