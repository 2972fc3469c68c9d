"""Why a module was imported, on records whose answer is known by construction."""

from __future__ import annotations

from importal.observe.record import Record
from importal.observe.why import why
from records import again, load, record


def tree(made: Record, name: str) -> list[str]:
    """Return the importers as indented places, with a mark on those that loaded the module."""
    marks = {True: "*", False: ""}
    return [
        f"{'  ' * depth}{one.by}{marks[one.loaded]}{' again' if one.repeated else ''}"
        for depth, one in why(made, name).walk()
    ]


def first(made: Record, name: str) -> list[str]:
    return [f"{step.by} {step.module}{' (package)' if step.package else ''}" for step in why(made, name).first]


MADE = record(
    load("a", load("b", load("x", line=7), line=3)),
    load("c", again("x", 5, count=3), again("b", 6)),
    again("x", 9),
)


def test_the_first_chain() -> None:
    assert first(MADE, "x") == ["program.py:1 a", "a.py:3 b", "b.py:7 x"]
    assert why(MADE, "x").outcome == "loaded"


def test_every_chain_by_way_of_each_module_once() -> None:
    assert tree(MADE, "x") == [
        "b.py:7*",
        "  a.py:3*",
        "    program.py:1*",
        "  c.py:6 again",
        "c.py:5",
        "  program.py:2*",
        "program.py:9",
    ]
    assert [one.count for one in why(MADE, "x").importers] == [1, 3, 1]


def test_a_package_that_no_statement_asks_for() -> None:
    made = record(load("p.x", load("p", line=1, by="__main__"), line=1))
    assert first(made, "p") == ["program.py:1 p.x", "program.py:1 p (package)"]
    (importer,) = why(made, "p").importers
    assert importer.package == "p.x"


def test_the_package_itself_asks_for_its_submodule() -> None:
    """Both are imported by one line, and p's own statement loads p.x while that line's import of it waits."""
    made = record(load("p.x", load("p", load("p.x", line=4), line=1, by="__main__"), line=1, outcome="found"))
    assert first(made, "p.x") == ["program.py:1 p.x", "program.py:1 p (package)", "p.py:4 p.x"]


def test_a_cycle_ends() -> None:
    made = record(load("a", load("b", again("a", 2), load("a", line=2, outcome="circular", ms=0))))
    assert tree(made, "a") == ["program.py:1*", "b.py:2", "  a.py:1* again"]
    assert [one.count for one in why(made, "a").importers] == [1, 1]
    assert first(made, "a") == ["program.py:1 a"]


def test_what_failed_was_there_before_or_was_never_asked_for() -> None:
    made = record(load("m", load("speedups", outcome="failed")), again("os", 8))
    assert why(made, "speedups").outcome == "failed"
    assert first(made, "speedups") == ["program.py:1 m", "m.py:1 speedups"]
    assert (why(made, "os").outcome, tree(made, "os")) == ("there before", ["program.py:8"])
    assert (why(made, "none").outcome, tree(made, "none")) == ("not imported", [])


def test_the_first_is_the_first_in_time() -> None:
    """Of two threads the other one was first, although it is told later."""
    made = record(load("a", load("x", line=2), ms=50), threads=[(load("x", line=30, ms=0),)])
    assert first(made, "x") == ["program.py:30 x"]


def test_as_a_document() -> None:
    document = why(MADE, "x").to_json()
    assert document["first"][0] == {
        "module": "a", "by": {"module": "__main__", "file": "program.py", "line": 1}, "package": False,
    }  # fmt: skip
    assert [one["by"]["line"] for one in document["importers"]] == [7, 5, 9]
    assert document["importers"][0]["importers"][1]["repeated"] is True


def test_a_chain_longer_than_the_stack() -> None:
    deep = record(load("m0"), *(load(f"m{n + 1}", line=1, by=f"m{n}") for n in range(3000)))
    assert max(depth for depth, _ in why(deep, "m3000").walk()) == 3000
    assert why(deep, "m3000").to_json()["outcome"] == "loaded"
