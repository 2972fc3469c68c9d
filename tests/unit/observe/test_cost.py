"""What statements would save, on records whose answer is known by construction."""

from __future__ import annotations

import random
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from importal.observe.cost import savings
from importal.observe.record import Record
from records import MS, Again, Load, again, load, record


def found(made: Record) -> dict[str, tuple[float, tuple[str, ...]]]:
    """Return for each statement the milliseconds and the modules it would save."""
    return {str(one.by): (one.time / MS, one.modules) for one in savings(made, None)}


def test_what_nobody_else_asks_for() -> None:
    made = record(load("a", load("b", load("c", ms=4), ms=2), ms=1), load("d", ms=8))
    assert found(made) == {
        "program.py:1": (7, ("a", "b", "c")),
        "a.py:1": (6, ("b", "c")),
        "b.py:1": (4, ("c",)),
        "program.py:2": (8, ("d",)),
    }


def test_what_another_statement_asks_for_is_loaded_all_the_same() -> None:
    made = record(load("a", load("shared", ms=5), ms=1), load("b", again("shared"), ms=2))
    assert found(made) == {
        "program.py:1": (1, ("a",)), "a.py:1": (0, ()), "program.py:2": (2, ("b",)), "b.py:1": (0, ()),
    }  # fmt: skip


def test_a_module_within_what_is_saved_does_not_keep_it() -> None:
    made = record(load("a", load("b", load("c", ms=4), ms=2), again("c"), ms=1))
    assert found(made)["program.py:1"] == (7, ("a", "b", "c"))
    assert found(made)["a.py:1"] == (2, ("b",))


def test_a_cycle_keeps_nothing() -> None:
    made = record(load("a", load("b", again("a"), load("a", ms=0, outcome="circular"), ms=2), ms=1))
    assert found(made)["program.py:1"] == (3, ("a", "b"))


def test_the_package_of_a_submodule_is_loaded_too() -> None:
    """`import p.x` asks for p by itself; p stays while another statement asks for p.y."""
    made = record(
        load("p.x", load("p", ms=3, line=1, by="__main__"), ms=1, line=1),
        load("p.y", ms=2, line=2),
        load("q.z", load("q", ms=5, line=3, by="__main__"), ms=7, line=3),
    )
    assert found(made) == {
        "program.py:1": (1, ("p.x",)), "program.py:2": (2, ("p.y",)), "program.py:3": (12, ("q.z", "q")),
    }  # fmt: skip


def test_several_modules_of_one_statement() -> None:
    """`from p import x, y`, both of which import z."""
    made = record(load("p", ms=1, line=1), load("p.x", load("z", ms=4), line=1), load("p.y", again("z"), line=1))
    assert found(made)["program.py:1"] == (7, ("p", "p.x", "z", "p.y"))
    assert [one.asks for one in savings(made, 1)] == [("p", "p.x", "p.y")]


def test_a_failed_attempt_is_time_and_no_module() -> None:
    made = record(load("accelerator", load("helper", ms=2), ms=3, outcome="failed"), load("m"))
    assert found(made)["program.py:1"] == (5, ("helper",))


def test_a_statement_inside_a_function_counts_once_however_often_it_runs() -> None:
    """A helper that is given names: what it brings in belongs to who called it, and all of it to its line."""
    made = record(
        load("helper"),
        load("a", load("x", load("y", ms=4, line=9, by="helper"), ms=2, line=9, by="helper"), ms=1),
        load("b", load("w", ms=8, line=9, by="helper"), ms=1),
    )
    assert found(made)["program.py:2"] == (7, ("a", "x", "y"))
    assert found(made)["helper.py:9"] == (14, ("x", "y", "w"))


def test_a_function_called_again_later() -> None:
    made = record(load("m"), load("a", load("x", ms=4, line=5, by="m"), ms=1), again("x", 5, by="m"))
    assert found(made)["program.py:2"] == (1, ("a",))
    assert found(made)["m.py:5"] == (4, ("x",))


def test_threads_ask_for_the_program() -> None:
    made = record(load("a", ms=3), threads=[(load("b", again("a"), ms=2, line=40),)])
    assert found(made)["program.py:1"] == (0, ())
    assert found(made)["program.py:40"] == (2, ("b",))


def test_no_statement_asks_for_what_the_interpreter_imports() -> None:
    made = record(load("a", load("codec", ms=4), ms=1), load("b", load("other_codec", ms=2), ms=1))
    without = replace(
        made, imports=tuple(replace(one, by=None) if "codec" in one.module else one for one in made.imports)
    )
    assert found(without) == {"program.py:1": (5, ("a", "codec")), "program.py:2": (3, ("b", "other_codec"))}


def test_code_that_belongs_to_no_module_belongs_to_what_executed_it() -> None:
    """`exec` with a namespace of its own: without a there would be none of it."""
    made = record(load("a", load("b", ms=2), again("b", by="made up"), ms=1))
    (statement,) = made.cached
    inside = replace(made, cached=(replace(statement, parent=made.imports[0].id),))
    assert found(inside)["program.py:1"] == (3, ("a", "b"))
    assert found(made)["program.py:1"] == (1, ("a",))  # where nobody knows


def test_the_best_first_and_ten() -> None:
    made = record(*(load(f"m{number}", ms=number + 1) for number in range(30)))
    assert [one.time / MS for one in savings(made)] == list(range(30, 20, -1))
    assert savings(record()) == []


# ---------------------------------------------------------------- against removing the statement


@st.composite
def programs(draw: st.DrawFn) -> dict[str, list[str]]:
    """Return a program: for each module what its statements ask for."""
    names = [f"m{number}" for number in range(draw(st.integers(1, 7)))]
    return {name: draw(st.lists(st.sampled_from(names), max_size=4)) for name in ["__main__", *names]}


def run(program: dict[str, list[str]], without: tuple[str, int] | None = None) -> tuple[list[Load | Again], set[str]]:
    """Carry the program out, but for one statement; return the literal of its record, and what was loaded."""
    loaded: set[str] = set()

    def body(name: str) -> tuple[Load | Again, ...]:
        done: list[Load | Again] = []
        for line, asked in enumerate(program[name], 1):
            if (name, line) == without:
                continue
            if asked in loaded:
                done.append(again(asked, line))
            else:
                loaded.add(asked)
                done.append(load(asked, *body(asked), ms=int(asked[1:]) + 1, line=line))
        return tuple(done)

    return list(body("__main__")), loaded


@given(programs())
def test_the_forecast_is_the_experiment(program: dict[str, list[str]]) -> None:
    literal, everything = run(program)
    for saving in savings(record(*literal), None):
        _, left = run(program, (saving.by.module, saving.by.line))
        assert set(saving.modules) == everything - left
        assert saving.time == sum(int(name[1:]) + 1 for name in everything - left) * MS


def test_five_thousand_modules() -> None:
    """Quick, also where everything is asked for from everywhere."""
    chain: tuple[Load, ...] = ()
    for number in range(300, 0, -1):
        chain = (load(f"m{number}", *chain),)
    made = record(*chain)
    assert savings(made)[0].time == 300 * MS
    numbers = random.Random(0)
    web = [
        load(f"w{one}", *(again(f"w{numbers.randrange(5000)}", line + 1) for line in range(3))) for one in range(5000)
    ]
    assert len(savings(record(*web), None)) == 20_000
