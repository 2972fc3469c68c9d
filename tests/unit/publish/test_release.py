"""Names and choices of releases, what is compared, and how a writer's refusal is met."""

from __future__ import annotations

from pathlib import Path

import pytest

from importal.errors import SourceError
from importal.publish.collected import Collected
from importal.publish.compare import by_module, changes
from importal.publish.release import add_release, check_name, next_name, superfluous
from importal.sources.places import parse
from importal.sources.sql_writing import SqlWriter
from importal.sources.store import Published
from importal.sources.tree import File
from importal.sources.writing import writer


def listed(*names: str) -> list[Published]:
    return [Published(name.rstrip("*"), f"digest of {name}", "", name.endswith("*")) for name in names]


@pytest.mark.parametrize(
    ("names", "following"),
    [
        ([], "r1"),
        (["r1*"], "r2"),
        (["r9", "r10", "r2*"], "r11"),
        (["v1", "r01", "rx", "r3x"], "r1"),
        (["v7", "r4"], "r5"),
    ],
)
def test_the_next_name(names: list[str], following: str) -> None:
    assert next_name(listed(*names)) == following


@pytest.mark.parametrize("name", ["", "a/b", "a#b", "a b", "..", ".a", "-a", "ü", "a?b", "sha256:00", "a\n", "a" * 101])
def test_names_that_are_refused(name: str) -> None:
    with pytest.raises(SourceError, match="cannot name a release"):
        check_name(name, "root")


@pytest.mark.parametrize("name", ["r1", "2026-11-21", "v1.0.0+build_7", "a@b=c", "a" * 100])
def test_names_that_can_be_used(name: str) -> None:
    check_name(name, "root")
    assert parse(f"sqlite:////m.db#{name}").release == name


@pytest.mark.parametrize(
    ("names", "keep", "removed"),
    [
        ("a b c d* e", 3, "a b"),
        ("a* b c d e", 3, "b"),
        ("a b c*", 3, ""),
        ("a b c*", 1, "a b"),
        ("a* b c", 1, "b"),
    ],
)
def test_what_is_superfluous(names: str, keep: int, removed: str) -> None:
    assert superfluous(listed(*names.split()), keep) == removed.split()


def test_changes() -> None:
    before = {"p/a.py": File("1", 1), "p/b.py": File("2", 2), "m.py": File("3", 3)}
    after = {"p/a.py": File("1", 1), "p/b.py": File("9", 4), "p/c.py": File("5", 5)}
    found = changes(before.items(), after.items())
    assert [(one.kind, one.path, one.before, one.after) for one in found] == [
        ("removed", "m.py", 3, None),
        ("changed", "p/b.py", 2, 4),
        ("added", "p/c.py", None, 5),
    ]
    assert {module: len(its) for module, its in by_module(found).items()} == {"m": 1, "p": 2}


# ------------------------------------------------------------ against a real store


@pytest.fixture
def store(tmp_path: Path) -> SqlWriter:
    return SqlWriter(parse(f"sqlite:///{tmp_path / 'm.db'}"))


def holding(**files: bytes) -> Collected:
    collected = Collected()
    for name, data in files.items():
        collected.add("here", f"{name}.py", data)
    return collected


def add(store: SqlWriter, name: str | None = None, **files: bytes) -> tuple[str, bool, int]:
    outcome = add_release(store, "root", holding(**files), name, lambda _: None)
    return outcome.release, outcome.new, outcome.contents


def names(store: SqlWriter) -> list[str]:
    return [release.name + "*" * release.current for release in store.releases()]


def test_looking_makes_nothing(store: SqlWriter, tmp_path: Path) -> None:
    assert store.releases() == []
    assert store.lacking(["a", "b", "a"]) == ["a", "b"]
    with pytest.raises(SourceError, match="there is no release 'r1'"):
        store.make_current("r1")
    with pytest.raises(SourceError, match="there is no release 'r1'"):
        store.remove(["r1"])
    assert store.remove([]) == (0, 0)
    assert list(tmp_path.iterdir()) == []


def test_only_what_is_new_is_brought(store: SqlWriter) -> None:
    assert add(store, a=b"1", b=b"1") == ("r1", True, 1)
    assert add(store, a=b"1", b=b"1") == ("r1", False, 0)
    assert add(store, a=b"1", b=b"2") == ("r2", True, 1)
    assert add(store, "first-again", a=b"1", b=b"1") == ("first-again", True, 0)
    assert names(store) == ["r1", "r2", "first-again*"]
    assert add(store, "first-again", a=b"1", b=b"1") == ("first-again", False, 0)


def test_a_name_that_is_taken(store: SqlWriter) -> None:
    add(store, "v1", a=b"1")
    add(store, "v2", a=b"2")
    with pytest.raises(SourceError, match="there is a release 'v1' with other files"):
        add(store, "v1", a=b"3")
    with pytest.raises(
        SourceError, match=r"'v1' has these files already, and is not current; .*importal rollback root v1"
    ):
        add(store, "v1", a=b"1")
    assert names(store) == ["v1", "v2*"]


def test_another_publisher_takes_the_name(store: SqlWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between looking which names there are and publishing, others come: the next free one is taken."""
    others = iter([b"1", b"2"])
    ask = store.lacking

    def lacking(digests: list[str]) -> list[str]:
        other = next(others, None)
        if other is not None:
            monkeypatch.setattr(store, "lacking", ask)
            add(store, a=other)
            monkeypatch.setattr(store, "lacking", lacking)
        return ask(digests)

    monkeypatch.setattr(store, "lacking", lacking)
    assert add(store, a=b"9") == ("r3", True, 1)
    assert names(store) == ["r1", "r2", "r3*"]


def test_another_removes_what_is_needed_meanwhile(store: SqlWriter, monkeypatch: pytest.MonkeyPatch) -> None:
    add(store, a=b"1")
    add(store, a=b"2")
    ask = store.lacking

    def lacking(digests: list[str]) -> list[str]:
        answer = ask(digests)
        store.remove(["r1"])
        return answer

    monkeypatch.setattr(store, "lacking", lacking)
    with pytest.raises(SourceError, match=r"another process has removed contents .*; publish it again"):
        add(store, "v3", a=b"1", b=b"3")
    monkeypatch.undo()
    assert names(store) == ["r2*"]
    assert add(store, "v3", a=b"1", b=b"3") == ("v3", True, 2)


def test_remove_takes_what_only_they_had(store: SqlWriter) -> None:
    add(store, a=b"1", b=b"22")
    add(store, a=b"1", b=b"333")
    add(store, a=b"1", b=b"4444")
    assert store.remove(["r1", "r2"]) == (2, 5)
    assert names(store) == ["r3*"]
    with pytest.raises(SourceError, match="'r3' is the current release"):
        store.remove(["r3"])
    add(store, "same", a=b"1", b=b"4444")
    assert store.remove(["r3"]) == (0, 0)
    with pytest.raises(SourceError, match="there is no release 'r1'"):
        store.remove(["r1"])
    assert names(store) == ["same*"]


def test_what_fails_half_way_changes_nothing(store: SqlWriter) -> None:
    add(store, a=b"1")
    collected = holding(a=b"1", b=b"2", c=b"3")
    manifest = collected.manifest()

    def contents():  # type: ignore[no-untyped-def]
        yield from list(collected.contents().items())[:2]
        raise KeyboardInterrupt

    from importal.sources.manifest import digest_of

    with pytest.raises(KeyboardInterrupt):
        store.publish("v2", digest_of(manifest), manifest, contents(), "")
    assert names(store) == ["r1*"]
    assert set(store.lacking(list(collected.contents()))) == set(collected.contents()) - set(holding(a=b"1").contents())
    assert add(store, "v2", a=b"1", b=b"2", c=b"3") == ("v2", True, 2)


def test_what_is_no_store() -> None:
    with pytest.raises(SourceError, match="what is in memory is no store"):
        writer(parse("memory://x"))
