"""Realm: making one, sharing, crossings, unloading, threads; and what is refused."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

import importal
import trees
from importal.realm import known

SOURCES = Path(importal.__file__).parents[1]
Run = Callable[[str], str]

TREE = {
    "v1": {
        "lib": {
            "__init__.py": "version = 1\nfrom . import core\n",
            "core.py": "class Thing:\n    x = 1\n",
            "late.py": "",
        },
        "user.py": "import lib\ndef version():\n    import lib.core\n    return lib.version, lib.core.Thing.x\n",
    },
    "v2": {
        "lib": {"__init__.py": "version = 2\nfrom . import core\n", "core.py": "class Thing:\n    x = 2\n"},
        "user.py": "import lib\ndef version():\n    import lib.core\n    return lib.version, lib.core.Thing.x\n",
    },
    "host": {"common.py": "class Shared:\n    pass\n", "lib.py": "version = 'host'\n"},
}


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a program beside `TREE`, in a process of its own, and returns what it printed."""
    trees.write(TREE, tmp_path)

    def run(program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", "import importal, sys\nfrom importal import Realm\n" + textwrap.dedent(program)],
            cwd=tmp_path,
            env={"PYTHONPATH": str(SOURCES), "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
        return done.stdout

    return run


def test_two_versions_and_the_hosts(run: Run) -> None:
    out = run("""
        sys.path.insert(0, "host")
        import lib
        one, two = Realm("one", ["v1"]), Realm("two", ["v2"])
        print(lib.version, one.import_module("user").version(), two.import_module("user").version(), lib.version)
        print(sys.modules["one.lib"].version, one.modules["lib"].version, "lib" in one.modules, one.find_spec("lib").name)
        print(one, sorted(name for name in one.modules if name.startswith(("lib", "user"))))
    """)
    assert out.splitlines() == [
        "host (1, 1) (2, 2) host",
        "1 1 True one.lib",
        "<Realm 'one'> ['lib', 'lib.core', 'user']",
    ]


def test_sharing(run: Run) -> None:
    out = run("""
        sys.path.insert(0, "host")
        import common
        one = Realm("one", ["v1"], share=["comm*"])
        two = Realm("two", ["v2"], share_from={"lib": one})
        print(one.import_module("common") is common, two.import_module("user").version())
        print(two.modules["lib"] is one.modules["lib"])
    """)
    assert out == "True (1, 1)\nTrue\n"


def test_crossings(run: Run) -> None:
    out = run("""
        one, two = Realm("one", ["v1"]), Realm("two", ["v2"])
        one.import_module("lib"), two.import_module("lib")
        ((name, mine, theirs),) = one.crossings(two)
        print(name, isinstance(mine(), theirs), one.crossings())
    """)
    assert out == "lib.core.Thing False []\n"


def test_an_error_that_comes_of_a_crossing_says_so(run: Run) -> None:
    """In code of a realm, and in the host's; nothing is said of other objects and other errors."""
    out = run("""
        import traceback
        one, two = Realm("one", ["v1"]), Realm("two", ["v2"])
        thing = one.import_module("lib.core").Thing()
        core = two.import_module("lib.core")
        exec("def use(thing):\\n    if not isinstance(thing, Thing): raise TypeError('no Thing')", vars(core))
        for argument in (thing, 7):
            try:
                core.use(argument)
            except TypeError as error:
                print(Realm.explain(error), Realm.explain(error), getattr(error, "__notes__", []))
        def shown(*error): print(error[1].__notes__)
        hook, sys.excepthook = sys.excepthook, shown
        from importal.realm import crossings
        print(hook is crossings._show)
        try:
            core.use(thing)
        except TypeError as error:
            crossings._before = shown
            hook(type(error), error, error.__traceback__)
    """)
    note = (
        "[\"an object here is of the class lib.core.Thing of the realm 'one', and the realm 'two' has a class of that name "
        "of its own; share 'lib' to have one for both\"]"
    )
    assert out == f"True True {note}\nFalse False []\nTrue\n{note}\n"


def test_a_hook_that_calls_the_one_before_it(run: Run) -> None:
    """Set between two realms, it is called once."""
    out = run("""
        Realm("one", ["v1"])
        before = sys.excepthook
        def hook(cls, error, traceback):
            print("shown")
            before(cls, error, traceback)
        sys.excepthook = hook
        Realm("two", ["v2"])
        sys.stderr = sys.stdout
        sys.excepthook(TypeError, TypeError("no"), None)
    """)
    assert out == "shown\nTypeError: no\n"


@pytest.mark.parametrize(
    ("program", "words"),
    [
        ("Realm('no name', [])", "realm 'no name': a realm's name is an identifier, because modules are found below it"),
        ("Realm('json', [])", "realm 'json': the name is taken by a module; choose another one"),
        ("Realm('one', []); Realm('one', [])", "realm 'one': the name is taken by a module; choose another one"),
        ("Realm('one', ['v9'])", "there is no v9; a realm's path entries are directories, archives or URLs"),
        ("Realm('one', ['v1'], share=['a.b'])", "'a.b' cannot be shared without the package 'a': share that"),
        ("Realm('one', [], share=['sys'])", "'sys' is always the realm's own: it stands for what belongs to the realm"),
        ("o = Realm('o', ['v1']); Realm('one', [], share=['lib'], share_from={'lib': o})", "'lib' cannot come from the host and from 'o'"),
        ("r = Realm('one', ['v1']); r.unload(); r.import_module('lib')", "it was unloaded; make another realm to import from its path again"),
        ("r = Realm('one', ['v1']); r.unload(); r.unload()", "it was unloaded"),
    ],
)  # fmt: skip
def test_what_is_refused(run: Run, program: str, words: str) -> None:
    out = run(f"""
        try:
            {program}
        except importal.RealmError as error:
            print(error)
    """)
    assert words in out


def test_unloading_lets_modules_die(run: Run) -> None:
    out = run("""
        import weakref
        path, finders = list(sys.path), list(sys.meta_path)
        realm = Realm("one", ["v1"])
        watched = [weakref.ref(realm.import_module(name)) for name in ("lib", "lib.core", "user", "pkgutil", "importlib.metadata")]
        stays = realm.unload()
        print([one() for one in watched[:3]], [name for name in sys.modules if name.startswith("one")])
        print(bool([name for name, _ in stays if name.startswith(("one.lib", "one.user"))]))
        again = Realm("one", ["v2"])
        print(again.import_module("lib").version)
    """)
    assert out == "[None, None, None] []\nFalse\n2\n"


def test_what_holds_on_is_named(run: Run) -> None:
    out = run("""
        realm = Realm("one", ["v1"])
        kept = [realm.import_module("lib")]
        print(realm.unload())
    """)
    # The module that the list holds has the other as an attribute.
    assert out == "(('one.lib', 'something refers to it (list)'), ('one.lib.core', 'something refers to it (dict)'))\n"


def test_not_while_it_runs(run: Run, tmp_path: Path) -> None:
    (tmp_path / "v1" / "busy.py").write_text("def wait(begun, end):\n    begun.set()\n    end.wait()\n")
    out = run("""
        import threading
        realm = Realm("one", ["v1"])
        busy = realm.import_module("busy")
        begun, end = threading.Event(), threading.Event()
        thread = threading.Thread(target=busy.wait, args=(begun, end), name="worker")
        thread.start(); begun.wait()
        try:
            realm.unload()
        except importal.RealmError as error:
            print(error)
        end.set(); thread.join()
        print(realm.import_module("lib").version)
        del busy
        realm.unload()
    """)
    first, second = out.splitlines()
    assert first.startswith("realm 'one': the thread 'worker' executes code of it (")
    assert second == "1"


def test_as_a_context(run: Run) -> None:
    out = run("""
        with Realm("one", ["v1"]) as realm:
            print(realm.import_module("lib").version)
        print(realm, "one" in sys.modules)
    """)
    assert out == "1\n<Realm 'one', unloaded> False\n"


def test_run_module(run: Run, tmp_path: Path) -> None:
    (tmp_path / "v1" / "program.py").write_text("import lib\nresult = (__name__, lib.version)\n")
    assert run("print(Realm('one', ['v1']).run_module('program')['result'])") == "('__main__', 1)\n"


def test_an_archive_as_its_path(run: Run, tmp_path: Path) -> None:
    trees.zip(TREE["v1"], tmp_path / "v1.zip")
    assert run("print(Realm('one', ['v1.zip']).import_module('user').version())") == "(1, 1)\n"


def test_memory_stays_flat(run: Run, tmp_path: Path) -> None:
    """A hundred times: made, a package of 50 modules imported and used, unloaded."""
    package = {f"m{number}.py": "import sys\nclass C:\n    data = list(range(2000))\n" for number in range(50)}
    trees.write({"many": {"p": {"__init__.py": "", **package}}}, tmp_path)
    out = run("""
        import resource
        def cycle():
            with Realm("one", ["many"]) as realm:
                for number in range(50):
                    realm.import_module(f"p.m{number}").C()
        for _ in range(20):
            cycle()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for _ in range(80):
            cycle()
        print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / before < 0.1)
    """)
    assert out == "True\n"


def test_threads_in_realms(run: Run, tmp_path: Path) -> None:
    """Sixteen threads import in four realms at once, and each gets what its realm has."""
    for number in range(4):
        package = {f"m{index}.py": f"from p import base\nvalue = base.realm * 100 + {index}\n" for index in range(12)}
        trees.write({f"t{number}": {"p": {"__init__.py": "", "base.py": f"realm = {number}\n", **package}}}, tmp_path)
    out = run("""
        import random, threading
        wrong = []
        for attempt in range(100):
            realms = [Realm(f"t{number}x{attempt}", [f"t{number}"]) for number in range(4)]
            def work(number, seed):
                order = list(range(12))
                random.Random(seed).shuffle(order)
                for index in order:
                    value = realms[number].import_module(f"p.m{index}").value
                    if value != number * 100 + index:
                        wrong.append((number, index, value))
            threads = [threading.Thread(target=work, args=(one % 4, one)) for one in range(16)]
            for thread in threads: thread.start()
            for thread in threads: thread.join(30)
            if any(thread.is_alive() for thread in threads):
                wrong.append("deadlock")
            for realm in realms: realm.unload()
        print(wrong)
    """)
    assert out == "[]\n"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_a_forked_child(run: Run) -> None:
    out = run("""
        import os
        realm = Realm("one", ["v1"])
        child = os.fork()
        if not child:
            os._exit(7 if realm.import_module("user").version() == (1, 1) else 8)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
    """)
    assert out == "7\n"


def test_a_host_that_has_no_realms_pays_nothing() -> None:
    program = "import importal, sys; s = importal.ImportSystem.host(); s.install(); print(s.realms, 'importal.realm' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", program], env={"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, check=True
    )
    assert done.stdout == "{} False\n"


def test_on_the_command_line(run: Run, tmp_path: Path) -> None:
    def importal_(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "importal", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env={"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, check=False
        )

    both = ["--realm", "one=v1", "--realm=two=v2"]
    ran = importal_("run", *both, "-c", "import one.user, two.user; print(one.user.version(), two.user.version())")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "(1, 1) (2, 2)\n", "")
    refused = importal_("run", "--realm", "json=v1", "-c", "pass")
    assert (refused.returncode, "the name is taken by a module" in refused.stderr) == (2, True)
    assert importal_("run", "--realm", "one", "-c", "pass").returncode == 2
    explained = importal_("explain", "--realm", "one=v1", "lib")
    assert (explained.returncode, "one.lib" in explained.stdout) == (0, True)
    assert str(Path("v1", "lib", "__init__.py")) in explained.stdout
    assert "shadowed" not in explained.stdout  # by itself


@pytest.mark.parametrize("command", [("-m", "importal", "run"), ()])
@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_children_have_the_realms(run: Run, tmp_path: Path, method: str, command: tuple[str, ...]) -> None:
    """Whether importal runs the program, or is installed by the realms that it makes."""
    if method not in multiprocessing.get_all_start_methods():
        pytest.skip("this platform has no fork")
    (tmp_path / "main.py").write_text(
        textwrap.dedent("""
            import multiprocessing
            from importal import Realm
            def work(thing):
                return type(thing).__module__, thing.x
            if __name__ == "__main__":
                one = Realm("one", ["v1"])
                two = Realm("two", ["v2"], share_from={"lib": one})
                thing = two.import_module("lib.core").Thing()
                with multiprocessing.get_context(METHOD).Pool(1) as pool:
                    print(pool.apply(work, (thing,)))
        """).replace("METHOD", repr(method))
    )
    done = subprocess.run(
        [sys.executable, *command, "main.py"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(SOURCES)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "('one.lib.core', 1)\n", "")


def test_doctor_foretells(run: Run, tmp_path: Path) -> None:
    suffix = importal.machinery.EXTENSION_SUFFIXES[0]
    for name, files in {
        "plain": ["plain.py"],
        "compiled": [f"compiled{suffix}", "compiled.py"],
        "native": [f"native{suffix}"],
        "cythons": [f"cythons{suffix}"],
        "lxml": ["lxml/__init__.py", f"lxml/etree{suffix}"],
    }.items():
        for file in files:
            (tmp_path / "site" / file).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "site" / file).touch()
        information = {
            "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
            "RECORD": "".join(f"{file},,\n" for file in files),
        }
        trees.write({"site": {f"{name}-1.0.dist-info": information}}, tmp_path)
    (tmp_path / "site" / f"cythons{suffix}").write_bytes(b"ELF PyImport_ImportModuleLevelObject")
    command = [sys.executable, "-m", "importal", "doctor", "--realm", "site"]
    done = subprocess.run(
        command, cwd=tmp_path, env={"PYTHONPATH": str(SOURCES)}, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (1, "")
    assert done.stdout.splitlines() == [
        "yes  compiled 1.0: its 1 compiled modules are executed from their source",
        (
            "yes  cythons 1.0: it has 1 extension modules: a copy of the realm's own, which is never unloaded; 1 import by "
            "plain names whenever they like, and get the host's where the host has one"
        ),
        f"no   lxml 1.0: lxml can be in a process only once: {known.ALONE['lxml']}",
        "yes  native 1.0: it has 1 extension modules: a copy of the realm's own, which is never unloaded",
        "yes  plain 1.0: it is Python code",
    ]
    absent = subprocess.run(
        [*command[:-1], "none"], cwd=tmp_path, env={"PYTHONPATH": str(SOURCES)}, capture_output=True, check=False
    )
    assert absent.returncode == 2


def test_while_an_extension_module_is_initialised(run: Run) -> None:
    """The host's modules of the realm's names are set aside: whoever imports them gets them, other threads as well."""
    out = run("""
        sys.path.insert(0, "v1")
        import lib as hosts
        one, two = Realm("one", ["v1"]), Realm("two", ["v2"])
        one.import_module("lib"), two.import_module("lib")
        import threading
        def imports():
            import lib
            import lib.late as late
            from lib import late as again
            seen.append((lib is hosts, late is again, late.__name__, "lib.late" in sys.modules, "one.lib.late" in sys.modules))
        seen = []
        with one.initialising:
            print("lib" in sys.modules, "one.lib" in sys.modules, "two.lib" in sys.modules, "two" in sys.modules)
            thread = threading.Thread(target=imports)
            thread.start()
            thread.join()
            imports()
            def asks():
                return __import__("lib")
            asks = type(asks)(asks.__code__, {"__builtins__": vars(one.builtins)})
            print(asks() is sys.modules["one.lib"])
            # As C code does that makes a module by itself.
            sys.modules["lib.made"] = type(sys)("lib.made")
        print(seen[0], seen[1], sys.modules["lib"] is hosts, "one.lib.made" in sys.modules, "lib.made" in sys.modules)
    """)
    plain = (True, True, "lib.late", True, False)
    assert out == f"False True True True\nTrue\n{plain} {plain} True True False\n"


def test_an_interrupt_leaves_nothing_set_aside(run: Run) -> None:
    out = run("""
        sys.path.insert(0, "v1")
        import lib as hosts
        one = Realm("one", ["v1"])
        asked = []
        plain = one.names.is_own
        def interrupted(name):
            asked.append(name)
            if name == "lib.core" or len(asked) > 10_000:
                raise KeyboardInterrupt
            return plain(name)
        one.names.is_own = interrupted
        try:
            one.initialising.__enter__()
        except KeyboardInterrupt:
            print(sys.modules.get("lib") is hosts, "lib.core" in sys.modules)
        one.names.is_own = plain
        import threading
        def enters():
            with one.initialising:
                print("lib" in sys.modules)
        thread = threading.Thread(target=enters, daemon=True)
        thread.start()
        thread.join(10)
        print(thread.is_alive(), sys.modules.get("lib") is hosts)
    """)
    assert out == "True True\nFalse\nFalse True\n"
