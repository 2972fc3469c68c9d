"""importal publish, releases, diff, rollback, prune: what they print, and their exit statuses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import trees

URL = "sqlite:///m.db"


@pytest.fixture
def store(command: Callable[..., object], tmp_path: Path) -> Callable[..., tuple[int, str, str]]:
    """Return a function that runs a command in a folder with the versions `v1` and `v2` of a module."""
    for number in (1, 2):
        trees.write({f"v{number}": {"a.py": f"x = {number}\n", "same.py": ""}}, tmp_path)

    def run(*arguments: str) -> tuple[int, str, str]:
        result = command(*arguments)
        return result.status, result.out, result.err  # type: ignore[attr-defined]

    return run


def test_json(store: Callable[..., tuple[int, str, str]]) -> None:
    for number in (1, 2):
        assert store("publish", f"v{number}", "--to", URL)[0] == 0
    status, out, err = store("releases", URL, "--json")
    assert (status, err) == (0, "")
    listed = json.loads(out)
    assert [(one["name"], one["current"]) for one in listed["releases"]] == [("r1", False), ("r2", True)]
    assert {len(one["manifest"]) for one in listed["releases"]} == {64}
    status, out, err = store("diff", URL, "r1", "r2", "--json")
    assert (status, err) == (0, "")
    changes = [{"path": "a.py", "kind": "changed", "before": 6, "after": 6}]
    assert json.loads(out) == {"store": URL, "before": "r1", "after": "r2", "changes": changes}


def test_what_cannot_be_done(store: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    assert store("publish", "v1", "--to", URL, "--release", "v1")[0] == 0
    for arguments, said in [
        (("publish", "v2", "--to", URL, "--release", "v1"), f"{URL}: there is a release 'v1' with other files"),
        (("publish", "v1", "v2", "--to", URL), "v2: it has another a.py than v1; publish only one"),
        (("publish", "nowhere/", "--to", URL), "nowhere/: there is no such file or folder"),
        (("publish", "v1", "--to", "memory://x"), "memory://x: what is in memory is no store"),
        (("diff", URL, "v1", "v9"), f"{URL}: there is no release 'v9'; there are: v1"),
        (("rollback", URL, "v9"), f"{URL}: there is no release 'v9'; importal releases {URL} lists"),
        (("releases", "sqlite:///other.db"), "sqlite:///other.db: nothing has been published there"),
    ]:
        status, out, err = store(*arguments)
        assert (status, out) == (1, ""), arguments
        assert err.startswith(f"importal {arguments[0]}: {said}"), err
        assert err.count("\n") == 1
    assert not (tmp_path / "other.db").exists()


def test_a_wrong_command_line(store: Callable[..., tuple[int, str, str]], tmp_path: Path) -> None:
    for arguments in [
        ("publish", "v1"),
        ("publish", "--to", URL),
        ("publish", "v1", "--to", "m.db"),
        ("publish", "v1", "--to", f"{URL}#r1"),
        ("publish", "v1", "--to", URL, "--release", "a/b"),
        ("prune", URL, "--keep", "0"),
        ("diff", URL, "r1"),
    ]:
        status, out, err = store(*arguments)
        assert (status, out) == (2, ""), arguments
        assert err.startswith(f"usage: importal {arguments[0]} ")
    assert not (tmp_path / "m.db").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("explain", "--path", URL, "a"), "source     release r1 of sqlite:///m.db"),
        (("inspect", "--path", URL, "a"), "origin = 'sqlite:///m.db/a.py'"),
        (("steps", "--path", URL, "a"), "x = 1"),
        (("trace", "--tree", "--path", URL, "-c", "import a"), "a  <string>:1"),
        (("why", "--path", URL, "a", "-c", "import a"), "a was imported"),
        (("modules", "--path", URL, "-c", "import a"), " a"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_a_place_that_a_command_is_told_of(
    store: Callable[..., tuple[int, str, str]], arguments: tuple[str, ...], said: str
) -> None:
    assert store("publish", "v1", "--to", URL)[0] == 0
    status, out, err = store(*arguments)
    assert status == 0, err
    assert said in out + err
    without = [one for one in arguments if one not in {"--path", URL}]
    assert store(*without)[0] == 1
