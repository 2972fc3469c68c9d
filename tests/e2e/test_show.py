"""`importal show`: records of real programs and made ones, on pipes and terminals, and what cannot be shown."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

import timed_records as records
import trees
from importal.export import FORMATS
from importal.observe.record import Record

from .conftest import Result, without_roots_rights
from .environments import COMMAND, run_plainly
from .test_doctor import on_a_terminal


def show(here: Path, *arguments: str, **how: Any) -> Result:
    return run_plainly([*COMMAND, "show", *arguments], here, **how)


@pytest.fixture
def here(tmp_path: Path) -> Path:
    """A folder with a record."""
    records.everything().dump(tmp_path / "r.json")
    return tmp_path


def test_text_and_tree(here: Path) -> None:
    summary = show(here, "r.json")
    assert (summary.status, summary.err) == (0, "")
    assert summary.out.startswith("app.py one\n")
    assert "\n  self ms  total ms  slowest without the imports inside\n" in summary.out
    tree = show(here, "r.json", "--tree")
    assert "\n     10.00     2.00    shop  app.py:1\n" in tree.out
    assert show(here, "r.json", "--format", "tree") == tree
    assert show(here, "r.json", "--sort", "time") == tree, "an option of the tree asks for the tree"


def test_options_of_the_tree(here: Path) -> None:
    out = show(here, "r.json", "--match", "shop.*", "--depth", "2", "--hide-under", "0.6", "--sort", "order").out
    lines = out.splitlines()[6:]
    assert [line[21:].split("  app.py")[0].strip() for line in lines] == [
        "MainThread  a thread; its own code",
        "shop",
        "shop.goods",
        "worker  a thread; its own code",
        "thread 2  a thread; its own code",
    ]


@pytest.mark.parametrize("form", FORMATS)
def test_a_file_by_its_ending(here: Path, form: str) -> None:
    """What the ending chooses is what --format chooses, in the file as on standard output."""
    printed = show(here, "r.json", "--format", form)
    assert (printed.status, printed.err) == (0, "")
    for ending in FORMATS[form]:
        written = show(here, "r.json", "-o", f"out{ending}")
        assert written == Result(0, "", "")
        assert (here / f"out{ending}").read_bytes().decode() == printed.out
    assert show(here, "r.json", "-o", "out.strange", "--format", form).status == 0
    assert (here / "out.strange").read_bytes().decode() == printed.out


def test_a_page(here: Path) -> None:
    assert show(here, "r.json", "-o", "out.html") == Result(0, "", "")
    assert "shop.goods" in (here / "out.html").read_text(encoding="utf-8")


def test_json_is_the_record(here: Path) -> None:
    assert json.loads(show(here, "r.json", "--json").out) == json.loads((here / "r.json").read_text())
    assert show(here, "r.json", "-o", "r.json").status == 0, "onto itself"
    assert Record.load(here / "r.json") == records.everything()


def test_the_tree_in_a_text_file(here: Path) -> None:
    assert show(here, "r.json", "--depth", "1", "-o", "tree.txt").status == 0
    assert "(2 imports)" in (here / "tree.txt").read_text(encoding="utf-8")


def test_a_record_of_another_machine(tmp_path: Path) -> None:
    """None of its files is here, and its paths are those of another system."""
    document = records.everything().to_json()
    text = json.dumps(document).replace("app.py", r"C:\\Users\\me\\app.py").replace("shop.py", r"Z:\\shop.py")
    (tmp_path / "r.json").write_text(text.replace('"linux"', '"win32"'))
    for form in FORMATS:
        result = show(tmp_path, "r.json", "--format", form)
        assert (result.status, result.err) == (0, ""), form
    assert "  shop  C:\\Users\\me\\app.py:1\n" in show(tmp_path, "r.json", "--tree").out
    assert "CPython 3.14.0 win32" in show(tmp_path, "r.json").out


@pytest.mark.skipif(os.name == "nt", reason="file names are text on Windows")
def test_names_that_are_no_text(tmp_path: Path) -> None:
    """File names that are not UTF-8 come as surrogates, which no file can be written with."""
    record = records.record(records.I("a", 1, (), {"by": records.By("m", "\udcff.py", 1), "origin": "\udcff"}))
    record.dump(tmp_path / "r.json")
    for form in FORMATS:
        assert show(tmp_path, "r.json", "--format", form).status == 0
        assert show(tmp_path, "r.json", "--format", form, "-o", "out").status == 0
    assert "  a  \\udcff.py:1\n" in show(tmp_path, "r.json", "--tree").out


def test_the_record_of_a_real_program(tmp_path: Path) -> None:
    """Recorded here, and with all its imports in every rendering."""
    from importal.cli.trace import record_of

    program = "import threading, json.tool\nthread = threading.Thread(target=__import__, args=('xml.dom.minidom',))\n"
    trees.write({"program.py": f"{program}thread.start(); thread.join()\nimport none\n"}, tmp_path)
    before = Path.cwd()
    os.chdir(tmp_path)
    try:
        status, record = record_of(["program.py"])
    finally:
        os.chdir(before)
    assert status == 1
    record.dump(tmp_path / "r.json")
    tree = show(tmp_path, "r.json", "--tree").out
    loaded = [one.module for one in record.imports if one.outcome == "loaded"]
    assert {"threading", "json.tool", "xml.dom.minidom"} <= set(loaded)
    # What the interpreter itself asks for has no statement behind it.
    assert [name for name in loaded if f"  {name}  " not in tree and f"  {name}\n" not in tree] == []
    events = json.loads(show(tmp_path, "r.json", "--format", "perfetto").out)["traceEvents"]
    assert [event["name"] for event in events if event["ph"] == "X"] == [one.module for one in record.imports]
    assert "ModuleNotFoundError: No module named 'none'  " in show(tmp_path, "r.json").out


def test_the_schema_holds_for_a_real_record(tmp_path: Path) -> None:
    import jsonschema

    import importal.observe
    from importal.cli.trace import record_of

    schema = json.loads((Path(importal.observe.__file__).parent / "record.schema.json").read_text(encoding="utf-8"))
    _, record = record_of(
        ["-c", "import json.tool, email.mime.text, xml.dom.minidom\ntry: import none\nexcept ImportError: 0"]
    )
    assert len(record.imports) > 20
    jsonschema.Draft202012Validator(schema).validate(json.loads(json.dumps(record.to_json())))


# ---------------------------------------------------------------- terminals


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
@pytest.mark.parametrize("columns", [20, 60, 100])
@pytest.mark.parametrize("options", [(), ("--tree",)], ids=["summary", "tree"])
def test_a_terminal(here: Path, columns: int, options: tuple[str, ...]) -> None:
    """No line is wider, and every module is there whole, if over several lines."""
    status, out = on_a_terminal(here, "show", "r.json", *options, columns=columns)
    assert status == 0
    assert "\x1b[1;31m" in out, "no colours: is rich installed?"
    lines = without_colours(out)
    assert max(map(width, lines)) <= columns
    if columns == 20:
        assert "goods" in "".join(lines)
    else:
        assert any("shop.goods  " in line for line in lines)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such terminals")
def test_no_colour(here: Path) -> None:
    _, out = on_a_terminal(here, "show", "r.json", columns=100, NO_COLOR="1")
    assert "\x1b[3" not in out
    assert "\x1b[1;3" not in out
    assert "shop.goods" in out


def without_colours(out: str) -> list[str]:
    import re

    return re.sub("\x1b\\[[0-9;]*m", "", out).split("\r\n")


def width(line: str) -> int:
    from rich.cells import cell_len

    return cell_len(line)


# ---------------------------------------------------------------- mistakes


def newer(here: Path) -> None:
    text = (here / "r.json").read_text()
    (here / "r.json").write_text(text.replace('"version":1', '"version":2'))


def truncated(here: Path) -> None:
    (here / "r.json").write_bytes((here / "r.json").read_bytes()[:1000])


def other_kind(here: Path) -> None:
    (here / "r.json").write_text('{"target": [], "status": 0}')


def wrong_types(here: Path) -> None:
    text = (here / "r.json").read_text()
    (here / "r.json").write_text(text.replace('"total":10000000', '"total":"long"'))


def missing(here: Path) -> None:
    (here / "r.json").unlink()


def folder(here: Path) -> None:
    (here / "r.json").unlink()
    (here / "r.json").mkdir()


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (newer, "its version is 2, and this importal reads 1; read it with a newer importal\n"),
        (truncated, "it is not a whole JSON document ("),
        (other_kind, "it is a JSON document, but not one with the format 'importal record'; make one with"),
        (wrong_types, "something is missing in it, or not as it should be (Import.total cannot be 'long')"),
        (missing, "No such file or directory; name a record's file\n"),
        (folder, ""),
    ],
)
def test_what_is_no_record(here: Path, spoil: Any, said: str) -> None:
    spoil(here)
    for options in ((), ("--tree",), ("-o", "out.txt")):
        result = show(here, "r.json", *options)
        assert (result.status, result.out) == (2, "")
        assert result.err.startswith("importal show: r.json: ")
        assert said in result.err
        assert result.err.count("\n") == 1
    assert not (here / "out.txt").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ["-o", "out.pdf"],
            "importal show: no format goes with the name out.pdf; choose --format, or an ending of .txt,",
        ),
        (
            ["-o", "no/such/out.txt"],
            "importal show: no/such/out.txt: cannot be written: No such file or directory; choose",
        ),
        (["-o", "."], "importal show: .: cannot be written: "),
        (["--format", "pdf"], "invalid choice: 'pdf'"),
        (["--json", "--tree"], "not allowed with argument"),
        (["--json", "--depth", "1"], "importal show: --depth is for trees, not for the format json; leave it out, or"),
        (["-o", "out.folded", "--match", "a"], "importal show: --match is for trees, not for the format folded"),
        (["--format", "text", "--sort", "self"], "importal show: --sort is for trees, not for the format text"),
        (["--depth", "0"], "argument --depth: invalid count (1, 2, ...) value: '0'"),
        (["--hide-under", "-1"], "argument --hide-under: "),
        (["--hide-under", "nan"], "argument --hide-under: invalid time value: 'nan'"),
        (["more.json"], "unrecognized arguments: more.json"),
    ],
)
def test_mistakes(here: Path, arguments: list[str], said: str) -> None:
    result = show(here, "r.json", *arguments)
    assert (result.status, result.out) == (2, "")
    assert said in result.err
    assert "Traceback" not in result.err
    assert {file.name for file in here.iterdir()} == {"r.json"}


@pytest.mark.skipif(os.name == "nt", reason="permissions are another thing on Windows")
def test_a_file_that_may_not_be_written(here: Path) -> None:
    (here / "out.txt").write_text("mine")
    (here / "out.txt").chmod(0o444)
    result = show(here, "r.json", "-o", "out.txt", preexec_fn=without_roots_rights)
    assert result == Result(
        2, "", "importal show: out.txt: cannot be written: Permission denied; choose another file\n"
    )
    assert (here / "out.txt").read_text() == "mine"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no full disk to write to")
def test_a_full_disk(here: Path) -> None:
    result = show(here, "r.json", "-o", "/dev/full", "--format", "json")
    assert result.status == 2
    assert result.err == "importal show: /dev/full: cannot be written: No space left on device; choose another file\n"
    with open("/dev/full", "w") as full:
        done = subprocess.run([*COMMAND, "show", "r.json"], cwd=here, stdout=full, stderr=subprocess.PIPE, timeout=60)
    assert done.returncode == 2
    assert done.stderr.decode() == (
        "importal show: standard output: cannot be written: No space left on device; choose another file\n"
    )


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such devices")
def test_a_device_needs_no_ending(here: Path) -> None:
    assert show(here, "r.json", "-o", os.devnull) == Result(0, "", "")


def test_a_closed_pipe(here: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run([*COMMAND, "show", "r.json"], cwd=here, stdout=write, stderr=subprocess.PIPE, timeout=60)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")


def test_an_encoding_that_lacks_letters(here: Path) -> None:
    result = show(here, "r.json", PYTHONIOENCODING="ascii")
    assert (result.status, result.err) == (0, "")
    assert "\\xfcn\\xef \\u540d" in result.out


def test_without_the_extra(here: Path) -> None:
    """On a terminal without rich it is plain text."""
    if os.name == "nt":
        pytest.skip("Windows has no such terminals")
    trees.write({"hidden": {"rich": {"__init__.py": "raise ModuleNotFoundError(name='rich')"}}}, here)
    _, out = on_a_terminal(here, "show", "r.json", columns=100, PYTHONPATH=str(here / "hidden"))
    assert "\x1b[" not in out
    assert "slowest without the imports inside" in out


def test_5000_modules(tmp_path: Path) -> None:
    """Every rendering, in a time that nobody notices (each takes a fraction of a second)."""
    records.big().dump(tmp_path / "r.json")
    for form in FORMATS:
        result = show(tmp_path, "r.json", "--format", form)
        assert result.status == 0
        assert "package499.m8" in result.out or form == "text"
