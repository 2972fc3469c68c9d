"""`importal pack`, `importal index` and what uses them: programs behave as without, and faster is not all they get."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import trees
from importal.observe.record import Record

from .conftest import SOURCES, Result, environment, run
from .environments import COMMAND
from .test_enable import Environment

PROGRAM = """
import json, sys
import p.a, xml.dom.minidom
import importlib.resources, inspect, pickle, traceback
from p import data

def facts():
    for name, module in sorted(sys.modules.items()):
        if name.partition(".")[0] not in {"importal", "__main__"}:
            spec = getattr(module, "__spec__", None)
            yield name, getattr(module, "__file__", None), type(getattr(module, "__loader__", None)).__name__, getattr(spec, "origin", None), getattr(spec, "cached", None), sorted(vars(module))
try:
    p.a.fails()
except ValueError:
    print(traceback.format_exc())
print(inspect.getsource(p.a.fails), importlib.resources.files("p").joinpath("data.txt").read_text(), data)
print(pickle.loads(pickle.dumps(p.a.C())).x)
try:
    import p._speedups
except ImportError as error:
    print(error)
print(*facts(), sep="\\n")
"""
TREE = {
    "main.py": PROGRAM,
    "p": {
        "__init__.py": "data = 1",
        "a.py": "class C:\n    x = 1\n\ndef fails():\n    raise ValueError('here')\n",
        "data.txt": "some text",
    },
}


def importal(folder: Path, *arguments: str, **changes: str) -> Result:
    return run([*COMMAND, *arguments], folder, **changes)


@pytest.mark.parametrize("options", [(), ("--sealed",)])
def test_a_program_sees_no_difference(tmp_path: Path, options: tuple[str, ...]) -> None:
    """Modules, their attributes, tracebacks, sources, resources and pickles are as without."""
    trees.write(TREE, tmp_path)
    made = importal(tmp_path, "pack", *options, "-o", "app.pack", "main.py")
    assert made.status == 0
    assert f"wrote {tmp_path / 'app.pack'}: " in made.err
    without = importal(tmp_path, "run", "main.py")
    assert without.status == 0
    assert importal(tmp_path, "run", "--pack", "app.pack", "main.py") == without
    assert importal(tmp_path, "run", "--freeze", "--pack=app.pack", "main.py") == without


def test_files_that_are_carried_along(tmp_path: Path) -> None:
    """Of a package that is not there: source lines, its data, and what an update takes over."""
    program = """
        import importlib.resources, inspect, pkgutil, traceback
        import p.a
        print(inspect.getsource(p.a.C))
        print(importlib.resources.files(p).joinpath("data.txt").read_text(), pkgutil.get_data("p", "more/deep.txt"))
        print(sorted(one.name for one in importlib.resources.files(p).iterdir() if one.is_file()))
        try:
            p.a.fails()
        except ValueError:
            traceback.print_exc()
        p.a.fails()
    """
    tree = {**TREE, "main.py": trees.text(program)}
    tree["p"] = {**TREE["p"], "more": {"deep.txt": "deeper"}}  # type: ignore[dict-item]
    trees.write(tree, tmp_path)
    made = importal(tmp_path, "pack", "--sealed", "--sources", "--resources", "-o", "app.pack", "main.py")
    assert f"wrote {tmp_path / 'app.pack'}: " in made.err
    without = importal(tmp_path, "run", "main.py")
    assert "raise ValueError('here')" in without.err
    assert f"file      {tmp_path / 'p' / 'more' / 'deep.txt'}" in importal(tmp_path, "pack", "--show", "app.pack").out
    before = (tmp_path / "app.pack").read_bytes()
    assert importal(tmp_path, "pack", "--update", "app.pack").status == 0
    assert len((tmp_path / "app.pack").read_bytes()) == len(before)
    shutil.rmtree(tmp_path / "p")
    alone = importal(tmp_path, "run", "--pack", "app.pack", "main.py")
    assert (alone.status, alone.err, alone.out) == (without.status, without.err, without.out)


def test_the_resources_of_namespace_packages_are_carried_along(tmp_path: Path) -> None:
    """Of one at the top with portions in two places, and of a folder for data in a regular package."""
    program = """
        import importlib.resources, importlib, pathlib, sys
        sys.path.append(str(pathlib.Path(__file__).parent / "more"))
        import ns.one, ns.two, p.data
        for package in "ns", "p.data":
            files = importlib.resources.files(package)
            print(sorted(one.name for one in files.iterdir() if one.is_file() and not one.name.endswith(".py")))
            print((files / "a.txt").read_text(), (files / "in" / "b.txt").read_text())
        with importlib.resources.as_file(importlib.resources.files("ns") / "c.txt") as file:
            print(file.read_text())
    """
    tree = {
        "main.py": trees.text(program),
        "ns": {"one.py": "", "a.txt": "first", "in": {"b.txt": "inside"}},
        "more": {"ns": {"two.py": "", "a.txt": "second", "c.txt": "of the second"}},
        "p": {"__init__.py": "", "data": {"a.txt": "data", "in": {"b.txt": "deep"}}},
    }
    trees.write(tree, tmp_path)
    assert importal(tmp_path, "pack", "--sealed", "--resources", "-o", "app.pack", "main.py").status == 0
    shown = importal(tmp_path, "pack", "--show", "app.pack").out
    assert f"namespace ns  {tmp_path / 'ns'}, {tmp_path / 'more' / 'ns'}\n  source    ns.one" in shown
    without = importal(tmp_path, "run", "main.py")
    assert (without.status, without.out.splitlines()[0]) == (0, "['a.txt', 'c.txt']")
    assert importal(tmp_path, "run", "--pack", "app.pack", "main.py") == without
    for folder in "ns", "more", "p":
        shutil.rmtree(tmp_path / folder)
    assert importal(tmp_path, "run", "--pack", "app.pack", "main.py") == without


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    trees.write(TREE, tmp_path / "app")
    for seed in ("1", "2"):
        made = importal(tmp_path, "pack", "-o", f"{seed}.pack", "app/main.py", PYTHONHASHSEED=seed)
        assert made.status == 0, made.err
    # The folder the packs lie in is no root of theirs.
    assert (tmp_path / "1.pack").read_bytes() == (tmp_path / "2.pack").read_bytes()


def test_child_processes_use_it(tmp_path: Path) -> None:
    program = """
        import multiprocessing
        def used():
            import q
            from importal.finders.path import PathFinder
            return q.value, [known.used > 0 for known in PathFinder.search.known]
        if __name__ == "__main__":
            import q
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                print(pool.apply(used))
    """
    trees.write({"main.py": trees.text(program), "q.py": "value = 7"}, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "main.py").status == 0
    assert importal(tmp_path, "run", "--pack", "app.pack", "main.py") == Result(0, "(7, [True])\n", "")


def test_show_check_and_update(tmp_path: Path) -> None:
    trees.write(TREE, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "main.py").status == 0
    shown = importal(tmp_path, "pack", "--show", "app.pack").out
    assert f"source    p.a  {tmp_path / 'p' / 'a.py'}\n" in shown
    assert importal(tmp_path, "pack", "--check", "app.pack") == Result(0, "app.pack: in order\n", "")
    (tmp_path / "p" / "a.py").write_text("class C:\n    x = 2\n\ndef fails():\n    raise ValueError('there')\n")
    checked = importal(tmp_path, "pack", "--check", "app.pack")
    assert (checked.status, checked.out.splitlines()[0]) == (1, f"p.a: {tmp_path / 'p' / 'a.py'} has changed")
    assert "there" in importal(tmp_path, "run", "--pack", "app.pack", "main.py").out
    updated = importal(tmp_path, "pack", "--update", "app.pack")
    assert (updated.status, updated.err.splitlines()[-1]) == (0, "1 module read anew")
    assert importal(tmp_path, "pack", "--check", "app.pack").status == 0
    assert "there" in importal(tmp_path, "run", "--pack", "app.pack", "main.py").out


def test_what_it_says_of_wrong_input(tmp_path: Path) -> None:
    trees.write({"main.py": "import sys\nprint('ran')\nsys.exit(3)", "no.pack": "what?"}, tmp_path)
    ended = importal(tmp_path, "pack", "-o", "app.pack", "main.py")
    assert (ended.status, ended.out) == (3, "ran\n")
    assert "the program ended with status 3; the pack has what it imported until then" in ended.err
    for arguments, status, words in [
        (("--check", "no.pack"), 1, "it is no pack, or was damaged by a transfer as text"),
        (("--show", "none.pack"), 1, "none.pack: No such file or directory"),
        (("main.py",), 2, "name the file to write with -o"),
        (("-o", "x.pack"), 2, "name a program, a record with --from, or a distribution with --closure"),
        (("-o", "x.pack", "--from", "none.json"), 2, "none.json"),
        (("-o", "x.pack", "--closure", "no-such-distribution"), 2, "no-such-distribution: no such distribution"),
        (("-o", "none/x.pack", "main.py"), 1, "nothing was written"),
    ]:
        said = importal(tmp_path, "pack", *arguments)
        assert (said.status, words in said.err) == (status, True), said
    assert importal(tmp_path, "run", "--pack").status == 2


@pytest.mark.parametrize("command", ["pack", "trace", "modules", "cost"])
def test_no_program_is_written_over(tmp_path: Path, command: str) -> None:
    """Whoever takes the option for that of a compiler keeps what he has."""
    trees.write({"main.py": "print('ran')"}, tmp_path)
    said = importal(tmp_path, command, "-o", "./main.py", "main.py")
    assert (said.status, said.out, "-o ./main.py: that is the program itself" in said.err) == (2, "", True), said
    assert (tmp_path / "main.py").read_text() == "print('ran')"


@pytest.mark.parametrize("arguments", [("pack", "-o", "kept", "main.py"), ("index", "-o", "kept", ".")])
def test_nothing_but_a_pack_is_written_over(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    trees.write({"main.py": "", "kept": "modules of a store"}, tmp_path)
    said = importal(tmp_path, *arguments)
    assert (said.status, "there is a file that is no pack; remove it, or choose another name" in said.err) == (1, True)
    assert (tmp_path / "kept").read_text() == "modules of a store"
    (tmp_path / "kept").write_bytes(b"")
    assert [importal(tmp_path, *arguments).status for _ in range(2)] == [0, 0]


def test_a_pack_that_does_not_fit_is_passed_over(tmp_path: Path) -> None:
    trees.write({"main.py": "import q\nprint(q.value, __debug__)", "q.py": "value = 7"}, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "main.py").status == 0
    optimised = importal(tmp_path, "run", "-O", "--pack", "app.pack", "main.py")
    assert (optimised.status, optimised.out) == (0, "7 False\n")
    assert "its code is of optimisation level 0, and this Python's is 1" in optimised.err
    assert importal(tmp_path, "pack", "-O", "-o", "o.pack", "main.py").status == 0
    assert importal(tmp_path, "run", "-O", "--pack", "o.pack", "main.py") == Result(0, "7 False\n", "")
    (tmp_path / "cut.pack").write_bytes((tmp_path / "app.pack").read_bytes()[:200])
    cut = importal(tmp_path, "run", "--pack", "cut.pack", "main.py")
    assert (cut.status, cut.out) == (0, "7 True\n")
    assert "it is cut short; make it anew with importal pack" in cut.err


def test_a_whole_distribution(tmp_path: Path) -> None:
    made = importal(tmp_path, "pack", "--closure", "pytest", "-o", "app.pack")
    assert made.status == 0, made.err
    assert "source    _pytest.pytester  " in importal(tmp_path, "pack", "--show", "app.pack").out


def test_a_pack_of_another_optimisation_level_can_be_looked_at(tmp_path: Path) -> None:
    trees.write({"main.py": "import m", "m.py": ""}, tmp_path)
    assert importal(tmp_path, "pack", "-O", "-o", "app.pack", "main.py").status == 0
    assert "source    m " in importal(tmp_path, "pack", "--show", "app.pack").out
    assert importal(tmp_path, "pack", "--check", "app.pack").out == "app.pack: in order\n"
    (tmp_path / "m.py").write_text("x = 1")
    assert importal(tmp_path, "pack", "--update", "app.pack").status == 0
    assert importal(tmp_path, "pack", "--check", "app.pack").status == 0


def test_an_index_that_is_updated_is_one_still(tmp_path: Path) -> None:
    trees.write({"one": {"m.py": ""}}, tmp_path)
    assert importal(tmp_path, "index", "-o", "path.pack", "one").status == 0
    before = (tmp_path / "path.pack").read_bytes()
    assert importal(tmp_path, "pack", "--update", "path.pack").status == 0
    assert (tmp_path / "path.pack").read_bytes() == before


def test_packing_what_a_pack_answers(tmp_path: Path) -> None:
    trees.write({"bin": {"main.py": "import m, sys; print(m.x)", "m.py": "x = 1"}}, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "bin/main.py").status == 0
    again = importal(tmp_path, "pack", "-o", "again.pack", "bin/main.py", IMPORTAL_PACK=str(tmp_path / "app.pack"))
    assert (again.status, again.out) == (0, "1\n")
    assert f"source    m  {tmp_path / 'bin' / 'm.py'}\n" in importal(tmp_path, "pack", "--show", "again.pack").out


def test_a_damaged_file_that_is_carried_along_is_found_by_check(tmp_path: Path) -> None:
    trees.write({"main.py": "import p", "p": {"__init__.py": "", "data.txt": "to be damaged"}}, tmp_path)
    assert importal(tmp_path, "pack", "--resources", "-o", "app.pack", "main.py").status == 0
    data = (tmp_path / "app.pack").read_bytes()
    (tmp_path / "app.pack").write_bytes(data.replace(b"to be damaged", b"was damaged!!"))
    checked = importal(tmp_path, "pack", "--check", "app.pack")
    assert (checked.status, "a block of it is damaged" in checked.err) == (1, True)


def test_a_record_from_before(tmp_path: Path) -> None:
    trees.write(TREE, tmp_path)
    assert importal(tmp_path, "trace", "-o", "record.json", "main.py").status == 0
    made = importal(tmp_path, "pack", "--from", "record.json", "--from", "record.json", "-o", "app.pack")
    assert (made.status, made.out) == (0, "")
    assert importal(tmp_path, "run", "--pack", "app.pack", "main.py") == importal(tmp_path, "run", "main.py")


@pytest.mark.skipif(os.name != "posix", reason="POSIX signals")
def test_killed_while_it_writes(tmp_path: Path) -> None:
    """There is the pack of before or the new one, at any moment."""
    trees.write(TREE, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "main.py").status == 0
    command = [*COMMAND, "pack", "--update", "app.pack"]
    for seed in range(12):
        process = subprocess.Popen(command, cwd=tmp_path, env=environment(), stderr=subprocess.DEVNULL)
        time.sleep(random.Random(seed).random() * 0.4)
        process.send_signal(signal.SIGKILL)
        process.wait(60)
        assert importal(tmp_path, "pack", "--check", "app.pack").status == 0


def test_rewritten_while_programs_start_from_it(tmp_path: Path) -> None:
    trees.write(TREE, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "main.py").status == 0
    whole = importal(tmp_path, "run", "main.py")
    first, other = (tmp_path / "app.pack").read_bytes(), tmp_path / "other.pack"
    assert importal(tmp_path, "pack", "--sealed", "-o", "other.pack", "main.py").status == 0
    second = other.read_bytes()
    command = [*COMMAND, "run", "--pack", "app.pack", "main.py"]
    started = [
        subprocess.Popen(command, cwd=tmp_path, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(20)
    ]
    number = 0
    while any(process.poll() is None for process in started[:-1]) and number < 2000:
        number += 1
        (tmp_path / "new.pack").write_bytes(second if number % 2 else first)
        os.replace(tmp_path / "new.pack", tmp_path / "app.pack")
        time.sleep(0.001)
    for process in started:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out.decode(), err.decode()) == (0, whole.out, "")


@pytest.mark.skipif(sys.platform == "win32", reason="the folders of an environment are named otherwise there")
def test_enabled_for_an_environment(tmp_path: Path) -> None:
    env = Environment(tmp_path / "env")
    trees.write({"main.py": "import q, colorsys\nprint(q.value)", "q.py": "value = 7"}, tmp_path)
    (tmp_path / "bad.pack").write_bytes(b"what?")
    refused = env.importal("enable", "--pack", str(tmp_path / "bad.pack"))
    assert (refused.status, refused.out) == (1, "")
    assert "nothing was changed" in refused.err
    assert env.importal("pack", "-o", str(tmp_path / "app.pack"), str(tmp_path / "main.py")).status == 0
    assert env.importal("enable", "--freeze", "--pack", str(tmp_path / "app.pack")).status == 0
    look = "import sys; sys.path.insert(0, '..'); import q; from importal.finders.path import PathFinder; print(q.value, [known.used for known in PathFinder.search.known])"  # fmt: skip
    assert env.run("-c", look.replace("'..'", repr(str(tmp_path)))) == Result(0, "7 [1]\n", "")
    assert env.run(str(tmp_path / "main.py")) == Result(0, "7\n", "")
    assert env.importal("disable").status == 0
    assert not list(env.site_packages.glob("importal*.modules"))


def test_explain_and_trace_name_it(tmp_path: Path) -> None:
    trees.write(TREE, tmp_path)
    assert importal(tmp_path, "pack", "-o", "app.pack", "main.py").status == 0
    use = {"IMPORTAL_PACK": str(tmp_path / "app.pack")}
    said = importal(tmp_path, "explain", "p.a", PYTHONPATH=f"{SOURCES}{os.pathsep}{tmp_path}", **use).out
    assert f"<Pack '{tmp_path / 'app.pack'}'>: has it, and its source is what it was" in said
    assert importal(tmp_path, "trace", "-o", "record.json", "main.py", **use).status == 0
    record = Record.load(tmp_path / "record.json")
    (module,) = [one for one in record.imports if one.module == "p.a"]
    assert (module.bytecode, module.reason) == ("fresh", "it is in the pack")
    assert module.searched == (f"<Pack '{tmp_path / 'app.pack'}'>",)


def test_an_index(tmp_path: Path) -> None:
    trees.write({"a": {"x.py": "print('x of a')"}, "b": {"y.py": "print('y of b')"}}, tmp_path)
    made = importal(tmp_path, "index", "-o", "path.pack", "a", "b")
    assert made == Result(0, "", f"wrote {tmp_path / 'path.pack'}: 2 names in 2 directories\n")
    program = f"import sys; sys.path += [{str(tmp_path / 'a')!r}, {str(tmp_path / 'b')!r}]; import y, x"
    assert importal(tmp_path, "run", "--pack", "path.pack", "-c", program) == Result(0, "y of b\nx of a\n", "")
    assert importal(tmp_path, "index", "-o", "none/path.pack").status == 1


def test_a_sealed_index(tmp_path: Path) -> None:
    """No directory is asked: what was put into one since is not there, and what is in the index is where it was."""
    trees.write({"a": {"x.py": "print('x of a')"}, "b": {"y.py": "print('y of b')"}}, tmp_path)
    program = f"import sys; sys.path += [{str(tmp_path / 'a')!r}, {str(tmp_path / 'b')!r}]; import y, x, z"
    said = []
    for options in [], ["--sealed"]:
        assert importal(tmp_path, "index", "-o", "path.pack", *options, "a", "b").status == 0
        trees.write({"a": {"z.py": "print('z of a')"}}, tmp_path)
        said.append(importal(tmp_path, "run", "--pack", "path.pack", "-c", program))
        (tmp_path / "a" / "z.py").unlink()
    assert said[0] == Result(0, "y of b\nx of a\nz of a\n", "")
    assert (said[1].status, said[1].out) == (1, "y of b\nx of a\n")
    assert said[1].err.endswith("ModuleNotFoundError: No module named 'z'\n")
