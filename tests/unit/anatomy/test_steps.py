"""anatomy: recording an execution in a process of its own, and putting it together again."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import trees
from importal import ImportSystem
from importal.anatomy.recorder import LAZY, describe
from importal.anatomy.recording import Body, Import, Recording, Step
from importal.anatomy.source import Source
from importal.anatomy.steps import run
from importal.anatomy.steps_html import page
from importal.anatomy.steps_text import rows_of

GOODS = trees.text('''
    """Goods."""
    import sys, colours
    from pk import sub as under
    total = [
        1,
        2,
    ]
    class Tea:
        price = 3
        class Leaf:
            green = True
        @staticmethod
        def drink(): pass
    def pour(cup): return cup
    total = 4
    squares = [n * n for n in range(3)]
    del total
    exec("hidden = 1")
''')
TREE = {
    "goods.py": GOODS,
    "colours.py": "red = 1\n",
    "pk": {"__init__.py": "from . import sub\nfrom .sub import *\n", "sub.py": "v = 1\n"},
    "fails.py": "import breaks\n",
    "breaks.py": "x = 1\n1 / 0\n",
    "caught.py": "try:\n    import nothing_here\nexcept ImportError:\n    pass\ntry:\n    1 / 0\nexcept ZeroDivisionError:\n    pass\n",
    "exits.py": "import sys\nsys.exit(3)\n",
    "dies.py": "import os\nx = 1\nos._exit(4)\n",
    "endless.py": "i = 0\nwhile True:\n    i += 1\n",
    "untraced.py": "import sys\nsys.settrace(None)\nx = 1\n",
    "bad_class.py": "class Bad:\n    x = 1\n    y = undefined\n",
    "shy.py": "class Shy:\n    def __repr__(self): raise SystemExit\nshy = Shy()\n"
    "class Space(dict):\n    def items(self): raise SystemExit\n"
    "class Meta(type):\n    def __prepare__(*_): return Space()\nclass Odd(metaclass=Meta):\n    x = 1\n",
    "lines.py": "import sys\nif not sys.path: import colours\nx = 1\n",
    "threads.py": "import threading\nthread = threading.Thread(target=lambda: __import__('colours'))\n"
    "thread.start()\nthread.join()\n",
    "talks.py": "print('said')\n",
}


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Recording]:
    trees.write(TREE, tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", ["", *sys.path])
    return lambda name, **how: run(ImportSystem.host(), name, **how)


def walk(item: Recording | Import | Body | Step) -> Iterator[Import | Body]:
    """Yield every import and body, in the order in which they began."""
    inside: list[Import | Body] = []
    if isinstance(item, Recording):
        inside = list(item.imports)
    elif isinstance(item, Body):
        inside = [one for step in item.steps for one in step.inside]
    else:
        inside = item.inside
    for one in inside:
        yield one
        yield from walk(one)


def body(recording: Recording, name: str, kind: str = "module") -> Body:
    (found,) = [one for one in walk(recording) if isinstance(one, Body) and (one.name, one.kind) == (name, kind)]
    return found


def bound(one: Body) -> dict[int | None, list[tuple[str, str]]]:
    """Return (change, name) by line."""
    result: dict[int | None, list[tuple[str, str]]] = {}
    for step in one.steps:
        result.setdefault(step.line, []).extend((binding.change, binding.name) for binding in step.bindings)
    return result


def test_each_line_and_the_names_it_binds(recorded: Callable[..., Recording]) -> None:
    recording = recorded("goods")
    assert (recording.stopped, recording.error) == (None, None)
    goods = body(recording, "goods")
    assert goods.complete
    assert goods.error is None
    lines = bound(goods)
    assert lines[1] == [("rebound", "__doc__")]
    assert lines[2] == [("bound", "sys"), ("bound", "colours")]
    assert lines[3] == [("bound", "under")]
    assert ("bound", "Tea") in [one for line in (8, 9) for one in lines.get(line, [])]
    assert lines[14] == [("bound", "pour")]
    assert lines[15] == [("rebound", "total")]
    assert lines[16] == [("bound", "squares")]
    assert lines[17] == [("deleted", "total")]
    assert lines[18] == [("bound", "hidden")]
    assert goods.names() == {"__doc__", "sys", "colours", "under", "Tea", "pour", "squares", "hidden"} | (
        goods.names() & {"__annotate__", "__conditional_annotations__"}
    )
    assert [step.source for step in goods.steps][:3] == [
        '"""Goods."""', "import sys, colours", "from pk import sub as under",
    ]  # fmt: skip


def test_a_statement_of_several_lines_is_one_step(recorded: Callable[..., Recording]) -> None:
    goods = body(recorded("goods"), "goods")
    of_list = [step for step in goods.steps if step.line in {4, 5, 6, 7}]
    assert len(of_list) == 1
    assert [(one.name, one.value) for one in of_list[0].bindings] == [("total", "list of 2")]


def test_classes_come_into_being(recorded: Callable[..., Recording]) -> None:
    recording = recorded("goods")
    tea = body(recording, "Tea", "class")
    assert {"price", "Leaf", "drink", "__module__"} <= tea.names()
    leaf = body(recording, "Tea.Leaf", "class")
    assert leaf in list(walk(tea))
    assert "green" in leaf.names()


def test_imports_stand_under_the_line_that_asked(recorded: Callable[..., Recording]) -> None:
    recording = recorded("goods")
    goods = body(recording, "goods")
    steps = {step.line: step for step in goods.steps}
    (colours,) = steps[2].inside
    assert isinstance(colours, Import)
    assert (colours.name, colours.complete, colours.created, colours.has_body) == ("colours", True, True, True)
    assert colours.loader == "SourceFileLoader"
    assert str(colours.origin).endswith("colours.py")
    assert "compiled from" in str(colours.code_from)
    assert steps[2].cached == ["sys"]
    (package,) = steps[3].inside
    assert isinstance(package, Import)
    inner = body(recording, "pk")
    (sub,) = [one for one in walk(package) if isinstance(one, Import)]
    assert (sub.name, sub.bound) == ("pk.sub", "sub on pk")
    assert {step.line: step.cached for step in inner.steps}[2] == ["pk.sub"]


def test_a_second_run_reads_the_bytecode(recorded: Callable[..., Recording]) -> None:
    recorded("colours")
    (colours,) = recorded("colours").imports
    assert str(colours.code_from).startswith("read from ")
    assert str(colours.code_from).endswith(".pyc")


def test_a_submodule_brings_its_package(recorded: Callable[..., Recording]) -> None:
    (sub,) = recorded("pk.sub").imports
    assert sub.name == "pk.sub"
    (package,) = [one for one in sub.inside if isinstance(one, Import)]
    assert package.name == "pk"


def test_instructions(recorded: Callable[..., Recording]) -> None:
    recording = recorded("colours", opcodes=True)
    steps = body(recording, "colours").steps
    instructions = [step.instruction for step in steps]
    assert all(instructions)
    offsets = [one[0] for one in instructions if one is not None]
    assert offsets == sorted(offsets)
    store = [step for step in steps if step.instruction is not None and step.instruction[1] == "STORE_NAME red"]
    assert [(one.name, one.value) for one in store[0].bindings] == [("red", "1")]
    assert steps[0].source == "red = 1"
    asked = body(recorded("fails", opcodes=True), "fails").steps
    assert [step.inside[0].name for step in asked if step.inside] == ["breaks"]


def test_a_module_that_fails(recorded: Callable[..., Recording]) -> None:
    recording = recorded("fails")
    assert recording.error == "ZeroDivisionError: division by zero"
    breaks = body(recording, "breaks")
    assert (breaks.error, breaks.complete) == ("ZeroDivisionError: division by zero", False)
    assert body(recording, "fails").error == "ZeroDivisionError: division by zero"
    assert [(one.name, one.complete) for one in walk(recording) if isinstance(one, Import)] == [
        ("fails", False), ("breaks", False),
    ]  # fmt: skip


def test_what_is_caught_is_no_failure(recorded: Callable[..., Recording]) -> None:
    recording = recorded("caught")
    caught = body(recording, "caught")
    assert (caught.error, caught.complete, recording.error) == (None, True, None)
    (missing,) = [one for one in walk(caught) if isinstance(one, Import)]
    assert (missing.name, missing.created) == ("nothing_here", False)
    assert str(missing.error).startswith("ModuleNotFoundError")


def test_a_class_that_fails(recorded: Callable[..., Recording]) -> None:
    recording = recorded("bad_class")
    assert str(body(recording, "Bad", "class").error).startswith("NameError")


def test_a_module_that_ends(recorded: Callable[..., Recording]) -> None:
    recording = recorded("exits")
    assert (recording.error, recording.stopped) == ("SystemExit: 3", None)
    recording = recorded("dies")
    assert recording.stopped == "the module ended the process, exit status 4"
    assert "x" in body(recording, "dies").names()


def test_a_loop_without_end_is_cut(recorded: Callable[..., Recording]) -> None:
    recording = recorded("endless")
    assert recording.stopped == "more than 200000 steps"


def test_a_module_with_a_trace_function(recorded: Callable[..., Recording]) -> None:
    assert recorded("untraced").stopped == "the module has set a trace function of its own"


def test_no_code_of_the_program_is_run_to_describe_it(recorded: Callable[..., Recording]) -> None:
    recording = recorded("shy")
    assert recording.error is None
    values = {binding.name: binding.value for step in body(recording, "shy").steps for binding in step.bindings}
    assert values["shy"] == "Shy object"
    assert "x" in body(recording, "Odd", "class").names()


def test_an_import_that_was_not_executed_is_not_told(recorded: Callable[..., Recording]) -> None:
    steps = {step.line: step for step in body(recorded("lines"), "lines").steps}
    assert steps[1].cached == ["sys"]
    assert steps[2].cached == []


def test_other_threads_are_not_recorded(recorded: Callable[..., Recording]) -> None:
    recording = recorded("threads")
    assert (recording.error, recording.stopped) == (None, None)
    assert body(recording, "threads").complete
    assert "colours" not in [one.name for one in walk(recording)]


def test_what_the_module_prints_goes_to_standard_error(
    recorded: Callable[..., Recording], capfd: pytest.CaptureFixture[str]
) -> None:
    recorded("talks")
    assert capfd.readouterr() == ("", "said\n")


def test_the_program_sees_itself_as_python_c_does(recorded: Callable[..., Recording], tmp_path: Path) -> None:
    """Neither importal's folder on the path, nor its arguments."""
    (tmp_path / "looks.py").write_text(
        "import sys\nfirst = sys.path[0]\nargs = len(sys.argv)\nlight = 'json' in sys.modules\n"
    )
    values = {
        binding.name: binding.value for step in body(recorded("looks"), "looks").steps for binding in step.bindings
    }
    assert (values["first"], values["args"], values["light"]) == ("''", "1", "False")


def test_depth(recorded: Callable[..., Recording]) -> None:
    recording = recorded("goods")
    recording.limit(0)
    assert [one.name for one in walk(recording) if isinstance(one, Import)] == ["goods", "colours", "pk"]
    assert body(recording, "goods").steps
    assert "its steps are further down than --depth" in [text.strip() for _, text in rows_of(recording)]
    recording = recorded("goods")
    recording.limit(1)
    assert body(recording, "pk").steps


def test_in_words(recorded: Callable[..., Recording]) -> None:
    rows = [(title, text) for title, text in rows_of(recorded("goods"))]
    texts = [text.strip() for _, text in rows]
    assert ("2", "    import sys, colours") in rows
    assert "colours = module colours" in texts
    assert "total = 4 (again)" in texts
    assert "total deleted" in texts
    assert "pour = function, line 14" in texts
    assert "import pk.sub: in the module table already" in texts
    assert [title for title, _ in rows][-1] == "imported"
    # What an import caused is indented further than the line that asked for it.
    inner = next(text for title, text in rows if text.strip() == "red = 1")
    assert len(inner) - len(inner.lstrip()) > 4


def test_a_page(recorded: Callable[..., Recording], tmp_path: Path) -> None:
    (tmp_path / "angle.py").write_text("text = '<script>&'\n1 < 2\n")
    text = page(recorded("angle"))
    assert text.startswith("<!doctype html>")
    assert text.endswith("</html>\n")
    assert "<script" not in text
    assert "&lt;script&gt;&amp;" in text
    assert "prefers-color-scheme: dark" in text
    assert "http" not in text
    assert "src=" not in text
    from html.parser import HTMLParser

    open_tags: list[str] = []

    class Check(HTMLParser):
        def handle_starttag(self, tag: str, attrs: object) -> None:
            if tag != "meta":
                open_tags.append(tag)

        def handle_endtag(self, tag: str) -> None:
            assert open_tags.pop() == tag

    Check().feed(page(recorded("fails")))
    assert open_tags == []
    assert "ZeroDivisionError" in page(recorded("fails"))


def test_plain_values(recorded: Callable[..., Recording]) -> None:
    document = json.loads(json.dumps(recorded("goods").to_json()))
    assert list(document) == ["name", "imports", "stopped", "error"]
    assert document["imports"][0]["inside"][0]["steps"][1]["line"] == 2


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"), ("a" * 100, "'" + "a" * 79 + "..."), ([1, 2], "list of 2"), (int, "class"), (len, "C function"),
        (sys, "module sys"), (None, "None"), (object(), "object object"), (describe, "function, line"), (True, "True"),
    ],
)  # fmt: skip
def test_descriptions(value: object, text: str) -> None:
    assert describe(value).startswith(text)


@pytest.mark.skipif(sys.version_info < (3, 15), reason="lazy imports are new in 3.15 (PEP 810)")
def test_a_lazy_import_is_not_done_yet(recorded: Callable[..., Recording], tmp_path: Path) -> None:
    (tmp_path / "later.py").write_text("lazy import colours\n")
    (step, *_) = body(recorded("later"), "later").steps
    assert [(one.name, one.value) for one in step.bindings] == [("colours", LAZY)]
    assert (step.cached, step.inside) == ([], [])


def test_statements() -> None:
    source = Source(
        [line + "\n" for line in ("@a", "@b", "def f(", "    x):", "    return (", "        1)", "if 1:", "    y")]
    )
    assert source.same_statement(1, 4)
    assert not source.same_statement(4, 5)
    assert source.same_statement(5, 6)
    assert not source.same_statement(7, 8)
    assert (source.line(1), source.line(8), source.line(9), source.line(0)) == ("@a", "y", "", "")
    assert not Source(["def\n", "x\n"]).same_statement(1, 2)
