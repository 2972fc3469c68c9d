"""`importal why`, `cost`, `cycles` and `check`: programs are run, and their imports questioned."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import trees

from .conftest import SOURCES, Result, environment
from .environments import COMMAND

Command = Callable[..., Result]

TREE = {
    "app.py": "import shop\nimport chicken\nprint('ran')",
    "shop.py": "import prices\n\ndef load():\n    import late\n\nload()",
    "prices.py": "from kit import tool",
    "kit": {"__init__.py": "", "tool.py": "", "spare.py": ""},
    "late.py": "import kit.spare",
    "chicken.py": "import egg\nfeathers = True",
    "egg.py": "import chicken\nfrom kit import tool",
}


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A program whose imports are known."""
    return trees.write(TREE, tmp_path)


def asked(command: Command, here: Path, *arguments: str) -> dict[str, Any]:
    result = command(arguments[0], "--json", "-o", "answer.json", *arguments[1:])
    assert result == Result(0, "ran\n", "")
    return json.loads((here / "answer.json").read_text())


def test_why(command: Command, shop: Path) -> None:
    document = asked(command, shop, "why", "kit.tool", "app.py")
    chain = [(step["by"]["module"], step["by"]["line"], step["module"]) for step in document["first"]]
    assert chain == [("__main__", 1, "shop"), ("shop", 1, "prices"), ("prices", 1, "kit.tool")]
    assert {(one["by"]["module"], one["by"]["line"]) for one in document["importers"]} == {("prices", 1), ("egg", 2)}


def test_why_not(command: Command, shop: Path) -> None:
    result = command("why", "tool", "app.py")
    assert result == Result(1, "ran\n", "tool was not imported\n  imported were kit.tool\n")


def test_cost_is_what_the_experiment_says(command: Command, shop: Path) -> None:
    """Each statement is taken out, one after the other; what is then not loaded is what was forecast."""
    document = asked(command, shop, "cost", "--most", "0", "app.py")
    everything = loaded(shop)
    forecasts = 0
    for one in document["statements"]:
        file, line = Path(one["by"]["file"]), one["by"]["line"]
        if file.parent != shop:
            continue
        text = file.read_text()
        lines = text.split("\n")
        lines[line - 1] = lines[line - 1][: -len(lines[line - 1].lstrip())] + "pass"
        file.write_text("\n".join(lines))
        assert set(one["modules"]) == everything - loaded(shop), one
        file.write_text(text)
        forecasts += 1
    assert forecasts == 9


def loaded(here: Path) -> set[str]:
    """Return the program's modules that plain python loads."""
    tell = "import sys, runpy; sys.path.insert(0, ''); runpy.run_path('app.py'); print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-B", "-c", tell], cwd=here, capture_output=True, text=True, check=True, timeout=60
    )
    return {name for name in done.stdout.split() if name.partition(".")[0] + ".py" in TREE or name.startswith("kit")}


def test_cycles(command: Command, shop: Path) -> None:
    document = asked(command, shop, "cycles", "app.py")
    (cycle,) = [one for one in document["cycles"] if "egg" in one["modules"]]
    assert cycle["modules"] == ["chicken", "egg", "chicken"]
    assert [(Path(one["by"]["file"]).name, one["by"]["line"]) for one in cycle["links"]] == [
        ("chicken.py", 1), ("egg.py", 1),
    ]  # fmt: skip


def test_a_cycle_that_breaks_the_program(command: Command, shop: Path) -> None:
    (shop / "egg.py").write_text("from chicken import feathers")
    result = command("cycles", "app.py")
    assert (result.status, result.out) == (1, "")
    # Showing the traceback imports modules, and goes through cycles, on some versions: the harmful one comes first.
    assert "; 1 made an import fail:\nchicken -> egg -> chicken\n" in result.err
    assert "egg needed 'feathers', which chicken did not have yet; it failed\n" in result.err


def test_a_record_is_asked_without_running_anything(command: Command, shop: Path) -> None:
    from importal.observe.record import Record
    from records import load, record

    made: Record = record(load("a", load("b")))
    made.dump(shop / "record.json")
    result = command("why", "--record", "record.json", "b")
    assert (result.status, result.err) == (0, "")
    assert "  a.py:1 a imports b\n" in result.out
    assert command("cost", "--record", "record.json").out.startswith("2 modules in 2.0 ms")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["why"], "the following arguments are required: NAME"),
        (["why", "x"], "name a program, or a record"),
        (["cost"], "name a program, or a record"),
        (["cost", "--most", "-1", "app.py"], "'-1' is no count"),
        (["cost", "--colour", "app.py"], "unrecognized arguments: --colour"),
        (["cycles", "-m"], "-m: needs an argument"),
        (["cycles", "-o", "no/such/file", "app.py"], "importal cycles: no/such/file: "),
        (["cycles", "--record", "none.json"], "importal cycles: none.json: "),
        (["cycles", "--record", "app.py"], "not a whole JSON document"),
        (["check"], "name the program"),
        (["check", "-"], "save it"),
        (["check", "--update", "app.py"], "--update needs --baseline"),
        (["check", "--max-modules", "many", "app.py"], "invalid int value: 'many'"),
        (["check", "--baseline", "none.json", "app.py"], "write one with --update"),
        (["check", "--baseline", "app.py", "app.py"], "not a whole JSON document"),
    ],
)
def test_mistakes(command: Command, shop: Path, arguments: list[str], said: str) -> None:
    """Nothing is run."""
    result = command(*arguments)
    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert "Traceback" not in result.err


ENDS = [
    ("raise SystemExit(3)", 3),
    ("1 / 0", 1),
    pytest.param("import os; os.kill(os.getpid(), 9)", 137, marks=pytest.mark.skipif(os.name == "nt", reason="POSIX")),
    ("import os; os._exit(4)", 4),
]


@pytest.mark.parametrize(("text", "status"), ENDS)
@pytest.mark.parametrize("asking", [["why", "colorsys"], ["cost"], ["cycles"], ["check"]], ids=lambda words: words[0])
def test_the_programs_own_exit_status(command: Command, asking: list[str], text: str, status: int) -> None:
    result = command(*asking, "-c", f"import colorsys\n{text}")
    assert result.status == status
    assert "recording.py" not in result.err


@pytest.mark.parametrize("asking", [["why", "colorsys"], ["cost"], ["cycles"], ["check"]], ids=lambda words: words[0])
def test_nobody_reads_the_answer(tmp_path: Path, asking: list[str]) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(
        [*COMMAND, *asking, "-c", "import colorsys"], cwd=tmp_path, stderr=write, timeout=60, check=False
    )
    os.close(write)
    assert done.returncode == 0


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
@pytest.mark.parametrize("columns", [20, 100])
def test_a_terminal(tmp_path: Path, columns: int) -> None:
    from .test_doctor import on_a_terminal

    status, out = on_a_terminal(tmp_path, "why", "colorsys", "-c", "import colorsys; print('ran')", columns=columns)
    assert status == 0
    assert out.startswith("ran\r\n")
    assert "\x1b[" in out, "no colours: is rich installed?"
    plain = [line for line in out.replace("\x1b[0m", "").split("\r\n") if "\x1b" not in line]
    assert max(map(len, plain)) <= columns


# ---------------------------------------------------------------- check


def test_counts_repeat_from_the_first_run_on(command: Command, shop: Path) -> None:
    """The first run finds no bytecode, and writes it."""
    documents = [asked(command, shop, "check", "app.py") for _ in range(3)]
    for document in documents:
        document["time"] = 0
    assert documents[0] == documents[1] == documents[2]
    assert documents[0]["modules"] >= 8
    again = asked(command, shop, "check", "--max-time", "1000000", "app.py")
    assert (again["runs"], again["varied"], again["bytes"]) == (5, {}, documents[0]["bytes"])


def test_exceeded(command: Command, shop: Path) -> None:
    result = command("check", "--max-modules", "3", "--forbid", "kit", "app.py")
    assert (result.status, result.out) == (1, "ran\n")
    assert " modules, and 3 are allowed\n" in result.err
    assert f"kit is forbidden: {shop / 'app.py'}:1 -> {shop / 'shop.py'}:1 -> {shop / 'prices.py'}:1\n" in result.err


def test_a_baseline_and_what_has_changed(command: Command, shop: Path) -> None:
    assert command("check", "--baseline", "base.json", "--update", "app.py").status == 0
    result = command("check", "--baseline", "base.json", "app.py")
    assert (result.status, result.err.splitlines()[-1]) == (0, "within the budget")
    # Of another length than before: within one second the size alone tells that a source has changed.
    (shop / "late.py").write_text("import kit.fresh  # and no spare")
    (shop / "kit" / "fresh.py").write_text("")
    result = command("check", "--baseline", "base.json", "app.py")
    assert result.status == 1
    assert f"over budget: kit.fresh is new: {shop / 'late.py'}:1\n" in result.err
    assert "  new: kit.fresh, by late, line 1\n" in result.err
    assert "  gone: kit.spare, which was brought in by late, line 1\n" in result.err
    assert command("check", "--baseline", "base.json", "--update", "app.py").status == 0
    assert command("check", "--baseline", "base.json", "app.py").status == 0


# ---------------------------------------------------------------- the pytest plugin

SUITE = {
    "app.py": "import colorsys",
    "tests": {
        "test_it.py": """
            def test_light(import_budget):
                assert import_budget("app.py", max_modules=1, forbid=["decimal"])["modules"] == 1

            def test_heavy(import_budget):
                import_budget("app.py", forbid=["colorsys"])

            def test_failing(import_budget):
                import_budget("-c", "raise SystemExit(3)")
        """,
    },
    "pytest.ini": """
        [pytest]
        testpaths = tests
        import_budget =
            --max-modules 1 app.py
            --max-modules 0 app.py
    """,
}  # fmt: skip


def suite(here: Path, *arguments: str) -> str:
    trees.write(SUITE, here)
    # By its name, whatever is installed beside this checkout.
    command = [sys.executable, "-m", "pytest", "-rA", "-p", "importal.pytest_plugin", *arguments]
    path = os.pathsep.join([str(SOURCES), str(here)])
    done = subprocess.run(
        command, cwd=here, env=environment(PYTHONPATH=path, PYTEST_DISABLE_PLUGIN_AUTOLOAD="1"), timeout=100,
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("workers", [[], ["-p", "xdist.plugin", "-n", "1"]], ids=["one process", "xdist"])
def test_fixture_and_ini_option(tmp_path: Path, workers: list[str]) -> None:
    out = suite(tmp_path, *workers)
    assert "3 failed, 2 passed" in out
    assert f"over budget: colorsys is forbidden: {tmp_path / 'app.py'}:1" in out
    assert "over budget: 1 module, and 0 are allowed" in out
    assert "not judged: the program ended with status 3" in out


def test_the_ini_option_is_for_whole_suites(tmp_path: Path) -> None:
    assert "2 failed, 1 passed" in suite(tmp_path, "tests/test_it.py")
