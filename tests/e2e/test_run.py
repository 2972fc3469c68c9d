"""`importal run` against `python`: the same output, errors and exit status, byte for byte."""

from __future__ import annotations

import marshal
import os
import py_compile
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import MAGIC_NUMBER
from pathlib import Path

import pytest

import trees

from .conftest import SOURCES, Pair, Result, environment, run

#: A program that tells what it finds itself to be.
TELL = trees.text('''
    """The docstring."""
    import sys
    main = sys.modules["__main__"]
    print("argv", sys.argv)
    print("path", sys.path)
    print("same", vars(main) is globals(), type(main).__name__)
    for name in ("__name__", "__file__", "__package__", "__doc__", "__cached__", "__annotations__", "__path__"):
        print(name, repr(globals().get(name, "missing")))
    print("names", sorted(name for name in globals() if name.startswith("__")))
    loader = __loader__
    print("loader", getattr(loader, "__name__", type(loader).__name__))
    print("its", getattr(loader, "name", None), getattr(loader, "path", None))
    spec = __spec__
    print("spec", spec and [spec.name, spec.origin, spec.cached, spec.parent, spec.has_location])
    print("locations", spec and spec.submodule_search_locations)
    print("flags", sys.flags.optimize, __debug__)
    print("builtins", type(__builtins__).__name__)
    print("modules", [name for name in ("__main__", "pkg", "pkg.__main__", "m") if name in sys.modules])
''')

PROGRAMS = {
    "script": ("tell.py", "one", "-x", "--", "two words", ""),
    "script in a folder": ("folder/tell.py", "a"),
    "script by a link": ("link.py",),
    "script by an absolute path": ("{here}/tell.py",),
    "script with a dot": ("./tell.py",),
    "script without suffix": ("tell", "a"),
    "bytecode file": ("tell.pyc", "a"),
    "directory": ("app", "a"),
    "directory with a slash": ("app/", "a"),
    "the directory here": (".", "a"),
    "archive": ("app.zip", "a"),
    "archive without suffix": ("packed", "a"),
    "archive with bytecode": ("compiled.zip", "a"),
    "module": ("-m", "m", "a", "-m", "b"),
    "module at once": ("-mm", "a"),
    "module in a package": ("-m", "pkg.m", "a"),
    "package": ("-m", "pkg", "a"),
    "module of a namespace package": ("-m", "ns.m", "a"),
    "package of an archive": ("-m", "zipped", "a"),
    "command": ("-c", TELL, "a", "-c"),
    "command at once": ("-c" + TELL, "a"),
    "standard input": ("-", "a", "b"),
}


@pytest.fixture
def place(pair: Pair) -> Path:
    """A folder with the same program in every form."""
    tree: trees.Tree = {
        "tell.py": TELL,
        "tell": TELL,
        "__main__.py": TELL,
        "folder": {"tell.py": TELL},
        "app": {"__main__.py": TELL, "other.py": ""},
        "app.zip": trees.Archive({"__main__.py": TELL}),
        "packed": trees.Archive({"__main__.py": TELL}, deflated=True, prefix=b"#!/usr/bin/env python3\n"),
        "library.zip": trees.Archive({"zipped": {"__init__.py": "", "__main__.py": TELL}}),
        "m.py": TELL,
        "pkg": {"__init__.py": "", "__main__.py": TELL, "m.py": TELL},
        "ns": {"m.py": TELL},
    }
    trees.write(tree, pair.cwd)
    py_compile.compile(str(pair.cwd / "tell.py"), cfile=str(pair.cwd / "tell.pyc"), dfile="tell.py")
    trees.zip({"__main__.pyc": (pair.cwd / "tell.pyc").read_bytes()}, pair.cwd / "compiled.zip")
    (pair.cwd / "link.py").symlink_to(Path("folder") / "tell.py")
    return pair.cwd


@pytest.mark.parametrize("name", PROGRAMS)
def test_what_a_program_finds_itself_to_be(pair: Pair, place: Path, name: str) -> None:
    arguments = [argument.replace("{here}", str(place)) for argument in PROGRAMS[name]]
    paths = os.pathsep.join([str(place / "library.zip"), str(SOURCES)])
    result = pair.same(*arguments, stdin=TELL if name == "standard input" else "", PYTHONPATH=paths)
    assert result.status == 0
    assert "argv" in result.out


def test_the_module_of_the_program_is_the_one_that_others_have_taken(pair: Pair) -> None:
    """By a start-up file, or by a package on the way to the program: multiprocessing keeps it under a second name."""
    program = trees.text("""
        import sitecustomize, sys
        main = sys.modules["__main__"]
        print(main is sitecustomize.main, vars(main) is globals(), list(vars(main)))
        if "pkg" in sys.modules:
            print(main is sys.modules["pkg"].main, sys.modules["pkg"].before)
    """)
    taking = "import __main__ as main\n"
    tree: trees.Tree = {
        "sitecustomize.py": taking + "main.from_the_start = 1",
        "pkg": {"__init__.py": taking + "before = list(vars(main))", "prog.py": program},
        "app": {"__main__.py": program},
        "prog.py": program,
    }
    trees.write(tree, pair.cwd)
    paths = os.pathsep.join([str(pair.cwd), str(SOURCES)])
    for arguments in (["prog.py"], ["app"], ["-m", "prog"], ["-m", "pkg.prog"], ["-c", program]):
        assert pair.same(*arguments, PYTHONPATH=paths).out.startswith("True True")


def test_processes_of_a_module_whose_package_has_imported_multiprocessing(pair: Pair) -> None:
    program = trees.text("""
        import concurrent.futures, multiprocessing
        class K:
            pass
        def work(k):
            return type(k)()
        if __name__ == "__main__":
            context = multiprocessing.get_context("spawn")
            with concurrent.futures.ProcessPoolExecutor(1, mp_context=context) as pool:
                print(type(pool.submit(work, K()).result()) is K)
    """)
    trees.write(
        {"pkg": {"__init__.py": "import multiprocessing.process, multiprocessing", "prog.py": program}}, pair.cwd
    )
    assert pair.same("-m", "pkg.prog").out == "True\n"


def test_what_is_left_in_the_module_of_an_interactive_program(pair: Pair) -> None:
    out = pair.same("-c", "x = 1", stdin="print(sorted(globals()))\n", flags=("-i",)).out
    assert "'x'" in out


@pytest.mark.parametrize("option", ["-O", "-OO"])
@pytest.mark.parametrize("name", ["script", "directory", "archive", "module", "command", "standard input"])
def test_optimised(pair: Pair, place: Path, name: str, option: str) -> None:
    """`importal run -O ...` is `python -O ...`: docstrings, assertions and the names of bytecode files included."""
    arguments = PROGRAMS[name]
    stdin = TELL if name == "standard input" else ""
    theirs, _ = pair.run(*arguments, stdin=stdin, flags=(option,))
    _, ours = pair.run(option, *arguments, stdin=stdin)
    assert ours == theirs
    assert f"flags {option.count('O')} False" in ours.out
    assert pair.same(*arguments, stdin=stdin, flags=(option,)) == theirs


@pytest.mark.parametrize("flags", [("-P",), ("-s",), ("-B",), ("-u",), ("-X", "utf8"), ("-W", "error"), ("-b",)])
def test_pythons_own_options(pair: Pair, place: Path, flags: tuple[str, ...]) -> None:
    pair.same("tell.py", "a", flags=flags)
    pair.same("-c", "import sys; print(sys.flags, sys.warnoptions, sys._xoptions, sys.path[0])", flags=flags)


def test_bytecode_is_kept_as_by_python(pair: Pair) -> None:
    trees.write({"main.py": "import m, p.n", "m.py": "", "p": {"__init__.py": "", "n.py": ""}}, pair.cwd)
    kept = []
    for number in range(2):
        result = pair.run("main.py")[number]
        assert result.status == 0, result.err
        files = {str(file.relative_to(pair.cwd)): file.read_bytes() for file in pair.cwd.rglob("*.pyc")}
        kept.append(files)
    assert kept[0] == kept[1]
    assert len(kept[0]) == 3


# ---------------------------------------------------------------- how it ends


def test_a_path_entry_that_cannot_be_opened_leaves_the_traceback_whole(
    command: Callable[..., Result], tmp_path: Path
) -> None:
    """Also where the interpreter imports what shows it, and fails in the same way."""
    trees.write({"main.py": "def f():\n    import colorsys\nf()\n"}, tmp_path)
    said = command("run", "main.py", IMPORTAL_PATH="sqlite:///gone.db")
    assert said.status == 1
    assert said.err.startswith("Traceback (most recent call last):\n")
    assert 'main.py", line 2, in f\n    import colorsys\n' in said.err
    assert said.err.splitlines()[-1].startswith("importal.errors.SourceError: sqlite:///gone.db: there is no such file")


@pytest.mark.parametrize("ending", ["", "1 / 0"])
def test_finalisers_of_the_programs_objects_find_its_names(pair: Pair, ending: str) -> None:
    program = """
        import functools
        class Last:
            def __del__(self):
                print("last", told())
        def told():
            return "told"
        def fail():
            local = Last()
            {ending}
        one = Last()
        two = Last()
        two.me = two
        fail()
    """
    trees.write({"m.py": trees.text(program).replace("{ending}", ending)}, pair.cwd)
    assert pair.same("m.py").out == "last told\n" * 3


@pytest.mark.parametrize(
    ("ending", "status"),
    [
        ("pass", 0),
        ("sys.exit()", 0),
        ("sys.exit(0)", 0),
        ("sys.exit(3)", 3),
        ("sys.exit(True)", 1),
        ("sys.exit(256 + 7)", 7),
        ("sys.exit(-1)", 255),
        ("sys.exit('words')", 1),
        ("sys.exit((1, 2))", 1),
        ("raise SystemExit", 0),
        ("raise SystemExit(4)", 4),
        ("exit(5)", 5),
        ("raise ValueError('broken')", 1),
        ("1 / 0", 1),
        ("import no_such_module_here", 1),
        ("from os import no_such_name", 1),
        ("raise KeyboardInterrupt", -2),
        ("raise GeneratorExit", 1),
        ("raise ExceptionGroup('several', [ValueError(1), TypeError(2)])", 1),
        ("os._exit(6)", 6),
        ("os.kill(os.getpid(), signal.SIGTERM)", -15),
        ("os.kill(os.getpid(), signal.SIGINT)", -2),
        ("os.kill(os.getpid(), signal.SIGKILL)", -9),
        ("os.abort()", -6),
        ("atexit.register(print, 'at exit'); sys.exit(2)", 2),
        ("threading.Thread(target=lambda: print('thread')).start()", 0),
        ("sys.excepthook = lambda *error: print('hooked', error[0].__name__); 1 / 0", 1),
        ("sys.stdout.write('no line end'); sys.exit('words')", 1),
    ],
)
@pytest.mark.parametrize("form", ["script", "module", "command"])
def test_exit_status(pair: Pair, ending: str, status: int, form: str) -> None:
    program = f"import atexit, os, signal, sys, threading\nprint('begun', flush=True)\n{ending}\n"
    trees.write({"m.py": program}, pair.cwd)
    arguments = {"script": ["m.py"], "module": ["-m", "m"], "command": ["-c", program]}[form]
    same = pair.same_but_for_frames if form == "module" else pair.same
    assert same(*arguments).status == status


RAISES = "raise ValueError(1)\n"
TRACEBACKS: dict[str, trees.Tree] = {
    "in the program": {"main.py": "def f():\n    1 / 0\nf()\n"},
    "in a module's module": {"main.py": "import m\n", "m.py": "import n\n", "n.py": "1 / 0\n"},
    "syntax": {"main.py": "import m\n", "m.py": "not python at all\n"},
    "syntax of the program": {"main.py": "not python at all\n"},
    "encoding of a module": {"main.py": "import m", "m.py": b"# coding: nonsense\n"},
    "null byte in a module": {"main.py": "import m", "m.py": b"x = 1\0\n"},
    "missing name": {"main.py": "from p import missing", "p": {"__init__.py": ""}},
    "missing submodule": {"main.py": "import p.missing", "p": {"__init__.py": ""}},
    "relative import in the program": {"main.py": "from . import x"},
    "beyond the top": {"main.py": "import p", "p": {"__init__.py": "from .. import x"}},
    "import_module": {"main.py": "import importlib\nimportlib.import_module('m')", "m.py": "import n", "n.py": "1 / 0"},
    "cause": {
        "main.py": "try:\n    import m\nexcept ValueError as e:\n    raise TypeError('again') from e",
        "m.py": RAISES,
    },
    "context": {"main.py": "try:\n    import m\nfinally:\n    1 / 0", "m.py": RAISES},
    "__import__": {"main.py": "__import__('m')", "m.py": "raise ImportError('own', name='x', path='y')"},
    "forbids itself": {"main.py": "import m", "m.py": "import sys\nsys.modules['m'] = None\n1 / 0"},
    "exec": {"main.py": "exec('import m')", "m.py": "def f(): raise RecursionError('deep')\nf()"},
    "reload": {"main.py": "import importlib, m\nopen('m.py', 'w').write('1 / 0 #')\nimportlib.reload(m)", "m.py": ""},
}


@pytest.mark.parametrize("tree", TRACEBACKS.values(), ids=TRACEBACKS)
def test_tracebacks(pair: Pair, tree: trees.Tree) -> None:
    """What stands on stderr is byte for byte what python writes."""
    assert pair.same_but_for_frames("main.py", tree=tree).status == 1


@pytest.mark.parametrize("program", [b"x = '\xff'\n", b"x = 1\0\n"], ids=["encoding", "null byte"])
def test_a_program_that_cannot_be_decoded(pair: Pair, program: bytes) -> None:
    """Intended: what is wrong with the bytes is said as of a module's; python reads its program line by line."""
    theirs, ours = pair.run("main.py", tree={"main.py": program})
    assert theirs.status == ours.status == 1
    assert "SyntaxError: " in theirs.err
    assert ours.err.splitlines()[-1].startswith("SyntaxError: ")


def test_a_circular_import_shows_the_circle_besides(pair: Pair) -> None:
    """An intended difference: the interpreter's words, and a note that says which modules import each other."""
    trees.write({"main.py": "import a", "a.py": "from b import x\n", "b.py": "from a import y\n"}, pair.cwd)
    theirs, ours = pair.run("main.py")
    places = (f'  File "{pair.cwd / file}.py", line 1, {file} imports {module}\n' for file, module in ("ab", "ba"))
    assert ours.err == f"{theirs.err}import cycle: a -> b -> a\n{''.join(places)}"


@pytest.mark.parametrize(
    "form",
    [["-m", "p"], ["-m", "p.broken"], ["-c", "1 / 0"], ["-c", "def f(): g()\nf()"], ["-"], ["app"], ["app.zip"]],
    ids=" ".join,
)
def test_tracebacks_of_other_forms(pair: Pair, form: list[str]) -> None:
    broken = "def f():\n    1 / 0\nf()\n"
    trees.write(
        {
            "p": {"__init__.py": "", "__main__.py": broken, "broken.py": broken},
            "app": {"__main__.py": broken},
            "app.zip": trees.Archive({"__main__.py": broken}),
        },
        pair.cwd,
    )
    # python runs modules, directories and archives by runpy, whose frames it shows.
    same = pair.same_but_for_frames if form[0] in {"-m", "app", "app.zip"} else pair.same
    assert same(*form, stdin=broken).status == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ["gone.py"],
        ["gone/gone.py"],
        ["empty"],
        ["empty.zip"],
        ["-m", "no_such_module_here"],
        ["-m", "no_such.module"],
        ["-m", "p"],
        ["-m", "p.gone"],
        ["-m", "m.py"],
        ["-m", "sys"],
        ["-m", "ns"],
        ["-m", "fails.below"],
        ["foreign.pyc"],
        ["short.pyc"],
        ["cut.pyc"],
        ["number.pyc"],
        ["cut code.pyc"],
    ],
)
def test_a_program_that_is_not_there(pair: Pair, arguments: list[str]) -> None:
    trees.write(
        {
            "empty": {},
            "empty.zip": trees.Archive({"other.py": ""}),
            "p": {"__init__.py": ""},
            "ns": {"x.py": ""},
            "m.py": "",
            "fails": {"__init__.py": "1 / 0", "below.py": ""},
            "foreign.pyc": b"\0\0\r\n" + bytes(12),
            "short.pyc": b"\xa7",
            "cut.pyc": MAGIC_NUMBER + bytes(8),
            "number.pyc": MAGIC_NUMBER + bytes(12) + marshal.dumps(5),
            "cut code.pyc": MAGIC_NUMBER + bytes(12) + marshal.dumps(compile("a = 1", "", "exec"))[:20],
        },
        pair.cwd,
    )
    result = pair.same_but_for_frames(*arguments)
    assert result.status != 0
    assert result.out == ""


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX permission bits")
def test_a_script_that_cannot_be_read(pair: Pair) -> None:
    (pair.cwd / "m.py").mkdir()  # a folder, for root can read any file
    pair.same("m.py")


# ---------------------------------------------------------------- what it is connected to


@pytest.mark.parametrize("form", [["m.py"], ["-m", "m"], ["-c", "import sys; print([sys.stdin.read(), input])"]])
def test_standard_input_is_the_programs(pair: Pair, form: list[str]) -> None:
    trees.write({"m.py": "import sys\nfirst = input('? ')\nprint([first, sys.stdin.read()])"}, pair.cwd)
    pair.same(*form, stdin="one\ntwo\nthree")


def test_a_pipe_that_is_closed(pair: Pair) -> None:
    """`program | head -1`: the same words on stderr, the same status."""
    trees.write({"m.py": "for number in range(100000): print(number)"}, pair.cwd)

    ends = []
    for command in pair.commands(("m.py",)):
        with subprocess.Popen(
            command, cwd=pair.cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == b"0\n"
            process.stdout.close()
            ends.append((process.stderr.read(), process.wait(60)))
    assert ends[0] == ends[1]
    assert b"BrokenPipeError" in ends[0][0]


@pytest.mark.skipif(os.name != "posix", reason="needs POSIX signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
@pytest.mark.parametrize("handled", [False, True])
def test_signals_from_outside(pair: Pair, name: str, handled: bool) -> None:

    number = getattr(signal, name)
    handler = f"signal.signal({int(number)}, lambda *_: (print('handled'), sys.exit(9)))" if handled else ""
    # A shell that starts commands in the background has them ignore SIGINT, and that is inherited.
    reset = "signal.signal(signal.SIGINT, signal.default_int_handler)"
    body = f"import signal, sys, time\n{reset}\n{handler}\nprint('ready', flush=True)\ntime.sleep(60)\n"
    trees.write({"m.py": body}, pair.cwd)
    ends = []
    for command in pair.commands(("m.py",)):
        with subprocess.Popen(
            command, cwd=pair.cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE
        ) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(0.1)  # until it sleeps: the line that is interrupted is shown
            process.send_signal(number)
            ends.append((process.stdout.read(), process.stderr.read(), process.wait(60)))
    assert ends[0] == ends[1]
    assert ends[0][2] == (9 if handled else -number)


# ---------------------------------------------------------------- who imports


def test_the_programs_modules_are_loaded_by_importal(pair: Pair) -> None:
    body = "import json, m, sys\nprint([type(one.__spec__).__module__ for one in (json, m)], 'importal' in sys.modules)"
    trees.write({"main.py": body, "m.py": ""}, pair.cwd)
    theirs, ours = pair.run("main.py")
    assert theirs.out == "['_frozen_importlib', '_frozen_importlib'] False\n"
    assert ours.out.endswith("] True\n")
    # They say the name that is known to pickle; what they are is another matter.
    program = "import json, importal\nprint(type(json.__spec__) is importal.ModuleSpec)"
    assert pair.run("-c", program)[1].out == "True\n"


CHILDREN = trees.text("""
    import multiprocessing, sys

    def answer(queue):
        import json, sys
        system = sys.modules.get("importal.install")
        active = system is not None and system.Installation.current is not None
        queue.put((active, __name__, json.__spec__.name))

    if __name__ == "__main__":
        context = multiprocessing.get_context(sys.argv[1])
        queue = context.Queue()
        process = context.Process(target=answer, args=(queue,))
        process.start()
        print(*queue.get(timeout=50))
        process.join()
        print(process.exitcode)
""")


@pytest.mark.skipif(os.name != "posix", reason="only spawn is there on Windows")
@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
@pytest.mark.parametrize("form", ["script", "module"])
def test_children_of_multiprocessing_use_importal(pair: Pair, method: str, form: str) -> None:
    trees.write({"work.py": CHILDREN}, pair.cwd)
    arguments = ("work.py", method) if form == "script" else ("-m", "work", method)
    theirs, ours = pair.run(*arguments)
    main = "__main__" if method == "fork" else "__mp_main__"
    assert theirs.out == f"False {main} json\n0\n", theirs.err
    assert ours.out == f"True {main} json\n0\n", ours.err
    assert ours.err == theirs.err


def test_other_children_are_plain_python(pair: Pair) -> None:
    """A program that starts python by itself gets what it asks for."""
    child = "import sys; print('importal' in sys.modules)"
    body = f"import subprocess, sys\nsubprocess.run([sys.executable, '-c', {child!r}], check=True)"
    trees.write({"m.py": body}, pair.cwd)
    assert pair.same("m.py").out == "False\n"


def test_a_program_may_run_programs(pair: Pair) -> None:
    body = "import runpy, sys\nsys.argv[1:] = ['a']\nrunpy.run_path('n.py', run_name='__main__')\nrunpy.run_module('n')"
    trees.write({"m.py": body, "n.py": TELL}, pair.cwd)
    pair.same("m.py")


def test_pickled_by_the_program_read_by_python(pair: Pair) -> None:
    body = "import pickle, sys\nclass C: pass\nprint(pickle.dumps([C, sys.__spec__.__class__], 0).decode())"
    trees.write({"m.py": body}, pair.cwd)
    pair.same("m.py")


@pytest.mark.parametrize("module", ["json.tool", "timeit", "this", "zipfile", "compileall", "inspect"])
def test_modules_of_the_standard_library(pair: Pair, module: str) -> None:
    arguments = {
        "json.tool": ["--compact"],
        "timeit": ["-n1", "-r1", "--help"],
        "this": [],
        "zipfile": ["--help"],
        "compileall": ["-q", "nothing_here"],
        "inspect": ["json:dumps", "--details"],
    }[module]
    theirs, ours = pair.run("-m", module, *arguments, stdin='{"a": 1}')
    assert (ours.status, ours.err) == (theirs.status, theirs.err)
    if module != "inspect":  # shows a loader's representation
        assert ours.out == theirs.out


def test_doctest_and_unittest_find_their_modules(pair: Pair) -> None:
    trees.write(
        {
            "test_m.py": "import unittest\nclass T(unittest.TestCase):\n    def test(self): self.assertTrue(__spec__)\n",
            "d.py": '"""\n>>> 1 + 1\n2\n"""\n',
        },
        pair.cwd,
    )
    assert "OK" in pair.run("-m", "unittest", "-q", "test_m")[1].err
    pair.same("-m", "doctest", "-v", "d.py")


def test_pdb_runs_a_program(pair: Pair) -> None:
    trees.write({"m.py": "x = 1\nprint(x)\n"}, pair.cwd)
    pair.same("-m", "pdb", "m.py", stdin="n\np __file__, __name__\nc\nq\n")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_with_optimisation_the_process_is_replaced(pair: Pair) -> None:
    """`importal run -O` leaves no process in between: signals and the parent's wait reach the program itself."""
    trees.write({"m.py": "import os\nprint(open(f'/proc/{os.getppid()}/comm').read().strip())"}, pair.cwd)
    theirs, _ = pair.run("m.py", flags=("-O",))
    _, ours = pair.run("-O", "m.py")
    assert ours == theirs


# ---------------------------------------------------------------- what start-up files have made of importing


def with_start_file(pair: Pair, start: str, tree: trees.Tree) -> Result:
    """Return what a program that imports `m` does when `start` is its sitecustomize."""
    main = "import sys, m\nprint(m.value, type(m.__loader__).__name__, [type(one) is type for one in sys.meta_path])"
    tree = {"sitecustomize.py": trees.text(start), "main.py": main, **tree}
    return pair.same("main.py", tree=tree, PYTHONPATH=os.pathsep.join([str(pair.cwd), str(SOURCES)]))


def test_a_hook_with_other_loaders(pair: Pair) -> None:
    start = """
        import importlib.machinery, sys
        class Loader(importlib.machinery.SourceFileLoader):
            def get_data(self, path):
                data = super().get_data(path)
                return data.replace(b"1", b"2") if path.endswith(".txt") else data
        hook = importlib.machinery.FileFinder.path_hook((Loader, [".txt"]), (importlib.machinery.SourceFileLoader, [".py"]))
        sys.path_hooks.insert(1, hook)
        sys.path_importer_cache.clear()
    """
    assert with_start_file(pair, start, {"m.txt": "value = 1"}).out.startswith("2 Loader")


def test_a_hook_for_a_finder_of_the_programs(pair: Pair) -> None:
    start = """
        import importlib.machinery, sys
        class Finder(importlib.machinery.FileFinder):
            def find_spec(self, name, target=None):
                return super().find_spec("other" if name == "m" else name, target)
        sys.path_hooks.insert(0, Finder.path_hook((importlib.machinery.SourceFileLoader, [".py"])))
        sys.path_importer_cache.clear()
    """
    tree = {"m.py": "value = 1", "other.py": "value = 2"}
    assert with_start_file(pair, start, tree).out.startswith("2 SourceFileLoader")


def test_a_finder_put_into_the_cache(pair: Pair) -> None:
    start = """
        import importlib.machinery, os, sys
        folder = os.path.dirname(__file__)
        details = importlib.machinery.SourceFileLoader, [".txt", ".py"]
        sys.path_importer_cache[folder] = importlib.machinery.FileFinder(folder, details)
    """
    assert with_start_file(pair, start, {"m.txt": "value = 1"}).out.startswith("1 SourceFileLoader")


#: The beginning of a start-up file; its finder uses a function of importlib.
FINDS_M = """
        import importlib.machinery, importlib.util, sys
        before = importlib.util.spec_from_file_location
        class Finder:
            def find_spec(self, name, path, target=None):
                if name == "m":
                    import importlib.util, os
                    return importlib.util.spec_from_file_location("m", os.path.join(os.path.dirname(__file__), "m.py"))
        sys.meta_path.insert(0, Finder())
"""


@pytest.mark.parametrize(
    "start",
    [
        """
        from importlib.machinery import SourceFileLoader
        before = SourceFileLoader.source_to_code
        def source_to_code(self, data, *path, **options):
            return before(self, data.replace(b"1", b"2"), *path, **options)
        SourceFileLoader.source_to_code = source_to_code
        """,
        """
        from importlib.machinery import SourceFileLoader
        before = SourceFileLoader.get_data
        def get_data(self, path):
            return before(self, path).replace(b"1", b"2") if path.endswith("m.py") else before(self, path)
        SourceFileLoader.get_data = get_data
        """,
        """
        from importlib.machinery import PathFinder
        before = PathFinder.find_spec
        PathFinder.find_spec = lambda name, path=None, target=None: before("n" if name == "m" else name, path, target)
        """,
        FINDS_M
        + """
        def spec_from_file_location(name, location=None, **rest):
            return before(name, location.replace("m.py", "n.py"), **rest)
        importlib.util.spec_from_file_location = spec_from_file_location
        """,
        FINDS_M
        + """
        import functools
        def spec_from_file_location(before, name, location=None, **rest):
            return before(name, location.replace("m.py", "n.py"), **rest)
        importlib.util.spec_from_file_location = functools.partial(spec_from_file_location, before)
        """,
    ],
    ids=[
        "SourceFileLoader.source_to_code",
        "SourceFileLoader.get_data",
        "PathFinder.find_spec",
        "spec_from_file_location",
        "spec_from_file_location, no function",
    ],
)
def test_what_is_changed_in_importlib(pair: Pair, start: str) -> None:
    assert with_start_file(pair, start, {"m.py": "value = 1", "n.py": "value = 2"}).out.startswith("2 SourceFileLoader")


#: Of these, the function that was there before is called with an object or a class of importlib's own making.
WRAPPED = {
    "FileFinder.find_spec": "importlib.machinery.FileFinder, 'find_spec'",
    "FileFinder.__init__": "importlib.machinery.FileFinder, '__init__'",
    "PathFinder.find_spec": "importlib.machinery.PathFinder, 'find_spec'",
    "FrozenImporter.find_spec": "importlib.machinery.FrozenImporter, 'find_spec'",
    "zipimporter.get_source": "zipimport.zipimporter, 'get_source'",
    "SourceLoader.get_code": "importlib._bootstrap_external.SourceLoader, 'get_code'",
    "ModuleSpec.__init__": "importlib.machinery.ModuleSpec, '__init__'",
}


@pytest.mark.parametrize("method", WRAPPED)
def test_a_method_that_is_wrapped(pair: Pair, method: str) -> None:
    start = """
        import importlib.machinery, zipimport
        called = []
        def wrap(cls, name):
            before = vars(cls)[name]
            function = getattr(before, "__func__", before)
            def wrapper(*arguments, **named):
                called.append(1)
                return function(*arguments, **named)
            setattr(cls, name, wrapper if before is function else type(before)(wrapper))
        wrap(WHAT)
    """
    tree: trees.Tree = {
        "sitecustomize.py": trees.text(start).replace("WHAT", WRAPPED[method]),
        "main.py": """
            import sys
            sys.path.append("z.zip")
            import colorsys, __hello__, importlib.util, inspect, n.m, p, sitecustomize, zipped
            importlib.invalidate_caches()
            print(zipped.__loader__.get_source("zipped"), p.__path__, list(n.__path__))
            print(importlib.util.find_spec("colorsys").name, bool(sitecustomize.called))
        """,
        "z.zip": trees.Archive({"zipped.py": "value = 1"}),
        "p": {"__init__.py": ""},
        "n": {"m.py": ""},
    }
    out = pair.same("main.py", tree=tree, PYTHONPATH=os.pathsep.join([str(pair.cwd), str(SOURCES)])).out
    assert out.endswith("colorsys True\n")


@pytest.mark.parametrize(
    "start",
    [
        """
        import functools, sys
        def wrapped(hook):
            @functools.wraps(hook)
            def call(path):
                return hook(path)
            return call
        sys.path_hooks[:] = [one if isinstance(one, type) else wrapped(one) for one in sys.path_hooks]
        sys.path_importer_cache.clear()
        """,
        """
        import importlib.machinery, sys
        class Finder(importlib.machinery.FileFinder):
            pass
        hook = Finder.path_hook(*importlib._bootstrap_external._get_supported_file_loaders())
        sys.path_hooks[1:] = [hook]
        sys.path_importer_cache.clear()
        """,
    ],
    ids=["wrapped", "of a subclass"],
)
def test_what_the_finders_of_a_kept_hook_are_known_by(pair: Pair, start: str) -> None:
    main = """
        import pkgutil, sys
        import importlib.machinery, json
        print([one.name for one in pkgutil.iter_modules(json.__path__)])
        print(isinstance(json.__loader__, importlib.machinery.SourceFileLoader))
        print(isinstance(sys.path_importer_cache[json.__path__[0]], importlib.machinery.FileFinder))
    """
    tree = {"sitecustomize.py": trees.text(start), "main.py": trees.text(main)}
    theirs, ours = pair.run("main.py", tree=tree, PYTHONPATH=os.pathsep.join([str(pair.cwd), str(SOURCES)]))
    assert ours.err == theirs.err == ""
    # The class itself is importal's then, and not that of the program's finders.
    assert ours.out.splitlines()[:2] == theirs.out.splitlines()[:2]
    assert "True" in ours.out


def test_what_a_start_file_has_taken_of_importlib(pair: Pair) -> None:
    """Classes that are CPython's own go on working; a module that waits is not executed."""
    start = """
        import sys
        from importlib.machinery import PathFinder
        from importlib.util import LazyLoader, find_spec, module_from_spec
        def lazily(name):
            spec = find_spec(name)
            loader = spec.loader = LazyLoader(spec.loader)
            module = sys.modules[name] = module_from_spec(spec)
            loader.exec_module(module)
            return module
        waiting = lazily("colorsys")
    """
    main = """
        import n.m, sitecustomize
        print(type(sitecustomize.waiting).__name__, sitecustomize.waiting.ONE_THIRD, type(sitecustomize.waiting).__name__)
        late = sitecustomize.lazily("sched")
        print(type(late).__name__, late.scheduler, type(late).__name__)
        print(sitecustomize.PathFinder.find_spec("calendar").name, sitecustomize.PathFinder.invalidate_caches())
        print(list(n.__path__))
    """
    tree: trees.Tree = {"sitecustomize.py": trees.text(start), "main.py": trees.text(main), "n": {"m.py": ""}}
    out = pair.same("main.py", tree=tree, PYTHONPATH=os.pathsep.join([str(pair.cwd), str(SOURCES)])).out
    assert out.startswith("_LazyModule 0.3")


def test_what_is_left_of_an_error(pair: Pair) -> None:
    program = """
        import atexit, sys, traceback
        def look():
            print([frame.name for frame in traceback.extract_tb(sys.last_traceback)])
        atexit.register(look)
        def fail():
            1 / 0
        fail()
    """
    trees.write({"main.py": trees.text(program)}, pair.cwd)
    assert pair.same("main.py").out == "['<module>', 'fail']\n"


def test_a_script_may_call_the_command_line(pair: Pair) -> None:
    """Its module stays as it is; the program has one of its own."""
    caller = """
        from importal.cli import main
        def helper():
            return "helped"
        status = main(["run", "program.py"])
        print(helper(), status)
    """
    trees.write({"caller.py": trees.text(caller), "program.py": "print(sorted(vars()))"}, pair.cwd)
    done = run([sys.executable, "caller.py"], pair.cwd)
    assert done.out.splitlines()[1:] == ["helped 0"], done.err
    assert "helper" not in done.out.splitlines()[0]
