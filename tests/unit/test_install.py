"""install: a system in the interpreter's place, and everything put back. Each test is a process of its own."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from importal import ImportState, ImportSystem, InstallError

Child = Callable[..., str]

#: `picture()` shows all that an installation could touch: every attribute of every module, by identity.
PICTURE = textwrap.dedent("""
    import builtins, importlib.abc, importlib.machinery, importlib.resources, importlib.util, inspect, pkgutil, runpy
    import zipimport, json, xml, collections.abc, warnings
    import importal
    import importal.abc, importal.install, importal.machinery, importal.util
    host = importal.ImportSystem.host()

    def picture():
        seen = {}
        for name, module in list(sys.modules.items()):
            if module is sys.modules["__main__"]:
                continue
            for attribute, value in list(vars(module).items()):
                seen[name, attribute] = value
                if isinstance(value, type) and (value.__module__ or "").startswith(("importal", "_frozen", "zipimp")):
                    seen[name, attribute, "class"] = value.__module__
        for attribute in ("meta_path", "path_hooks", "path"):
            seen["sys", attribute, "items"] = list(getattr(sys, attribute))
        return seen

    def differences(before, after):
        ignored = {("sys", "path_importer_cache")}
        return sorted(
            map(str, (key for key in before.keys() | after.keys() if before.get(key) is not after.get(key)
                      and not (isinstance(before.get(key), (list, str)) and before.get(key) == after.get(key))
                      and key not in ignored))
        )
    """)


def test_undo_puts_everything_back(child: Child) -> None:
    """Attribute by attribute, in every module that is loaded, after the system has worked."""
    out = child(PICTURE + textwrap.dedent("""
        before = picture()
        installation = host.install()
        during = differences(before, picture())
        trees.write({"m.py": "", "p": {"__init__.py": "", "n.py": ""}, "ns": {"x.py": ""}}, tmp / "lib")
        sys.path.insert(0, str(tmp / "lib"))
        import m, p.n, ns.x
        for name in ("m", "p.n", "p", "ns.x", "ns"):
            del sys.modules[name]
        del sys.path[0]
        installation()
        print(len(during) > 100, differences(before, picture()))
        print(host.wait_elsewhere, host._when_loaded, installation.active)
        cached = sys.path_importer_cache.items()
        print([key for key, finder in cached if type(finder).__module__.startswith("importal")])
    """))  # fmt: skip
    assert out == "True []\nNone {} False\n[]\n"


def test_imports_work_by_each_in_turn(child: Child) -> None:
    out = child("""
        import importal
        host = importal.ImportSystem.host()
        trees.write({f"m{number}.py": "" for number in range(4)}, tmp)
        sys.path.insert(0, str(tmp))
        def loader(name):
            return type(__import__(name).__spec__).__mro__[0] is importal.ModuleSpec
        answers = [loader("m0")]
        with host.install():
            answers += [loader("m1"), loader("json")]
        answers.append(loader("m2"))
        with host.install():
            answers.append(loader("m3"))
        print(answers)
    """)
    assert out == "[False, True, True, False, True]\n"


def test_everything_answers_from_importal(child: Child) -> None:
    """importlib, zipimport, pkgutil, the finders, the hooks, specs and loaders of what was loaded before."""
    out = child("""
        import importlib, importlib.util, importlib.machinery, importlib.abc, json, pkgutil, zipimport
        import importal
        from importal import machinery
        from importal.finders.archive import zipimporter
        trees.write({"lib": {"m.py": "", "n.py": ""}}, tmp)
        trees.zip({"z.py": ""}, tmp / "app.zip")
        sys.path[:0] = [str(tmp / "lib"), str(tmp / "app.zip")]
        class Foreign:
            def find_spec(self, *arguments):
                pass
        foreign = Foreign()
        def hook(entry):
            raise ImportError
        sys.meta_path[:] = [finder for finder in sys.meta_path if isinstance(finder, type)]  # without setuptools' own
        sys.meta_path.insert(1, foreign)
        sys.path_hooks.insert(1, hook)
        with importal.ImportSystem.host().install() as installation:
            first, second, *_, last = sys.meta_path
            print(installation.active, first is machinery.BuiltinImporter, second is foreign)
            print(last is machinery.PathFinder)
            first, second, last = sys.path_hooks
            print(first is zipimporter, second is hook, type(last(str(tmp))) is machinery.FileFinder)
            print(importlib.machinery.FileFinder is machinery.FileFinder, zipimport.zipimporter is zipimporter)
            print(importlib.util.spec_from_file_location is importal.spec_from_file_location)
            print(type(json.__spec__) is importal.ModuleSpec, type(json.__loader__) is machinery.SourceFileLoader)
            print(json.__spec__.loader is json.__loader__, isinstance(json.__loader__, importlib.abc.SourceLoader))
            print(type(importlib.import_module("m").__spec__) is importal.ModuleSpec)
            print(type(importlib.util.find_spec("n")) is importal.ModuleSpec)
            print(type(importlib.import_module("z").__loader__) is zipimporter)
            import m
            print(importlib.reload(m) is m, repr(m) == f"<module 'm' from {str(tmp / 'lib' / 'm.py')!r}>")
            print(sorted(one.name for one in pkgutil.iter_modules([str(tmp / "lib")])))
            sys.path_importer_cache.clear()
            print({type(pkgutil.get_importer(entry)) for entry in sys.path[:2]} == {zipimporter, machinery.FileFinder})
    """)
    lines = out.splitlines()
    assert lines[11] == "['m', 'n']"
    assert set(" ".join(lines[:11] + lines[12:]).split()) == {"True"}


@pytest.mark.parametrize("loaded", ["before", "while"])
def test_pkgutil_lists_the_modules_of_archives(child: Child, loaded: str) -> None:
    out = child(
        """
        import importal
        if sys.argv[1] == "before":
            import pkgutil
        else:
            sys.modules.pop("pkgutil", None)
        trees.zip({"z.py": "", "p": {"__init__.py": ""}}, tmp / "app.zip")
        with importal.ImportSystem.host().install():
            import pkgutil
            print(sorted((one.name, one.ispkg) for one in pkgutil.iter_modules([str(tmp / "app.zip")])))
        """,
        loaded,
    )
    assert out == "[('p', True), ('z', False)]\n"


LATER = """
    for name in ("importlib.util", "importlib.machinery", "importlib.abc", "zipimport", "importlib._abc"):
        sys.modules.pop(name, None)
    import importal
    def ours():
        import importlib.util, importlib.machinery
        print(importlib.util.LazyLoader is importal.LazyLoader, importlib.machinery.ModuleSpec is importal.ModuleSpec)
    with importal.ImportSystem.host().install():
        ours()
    """


def test_modules_loaded_later_get_their_names_too(child: Child) -> None:
    """importlib.util and importlib.machinery need not have been imported when the system is installed."""
    assert child(LATER) == "True True\n"


def test_modules_loaded_while_it_was_installed_get_back_what_is_theirs(child: Child) -> None:
    assert child(LATER + "\n    ours()") == "True True\nFalse False\n"


def test_installing_twice_is_one_installation(child: Child) -> None:
    out = child("""
        import importal
        host = importal.ImportSystem.host()
        before = sys.meta_path[:]
        first = host.install()
        second = host.install()
        print(first is second)
        first()
        print(first.active, sys.meta_path == before)
        second()
        print(sys.meta_path == before)
        third = host.install()
        print(third is first, third.active)
        third()
        print(sys.meta_path == before)
    """)
    assert out == "True\nFalse True\nTrue\nFalse True\nTrue\n"


def test_nested_with_blocks_are_one_installation_too(child: Child) -> None:
    """As documented: undoing either undoes both."""
    out = child("""
        import importal
        host = importal.ImportSystem.host()
        with host.install() as outer:
            with host.install() as inner:
                print(outer is inner)
            print(outer.active)
        print(outer.active)
    """)
    assert out == "True\nFalse\nFalse\n"


def test_a_private_system_is_refused() -> None:
    with pytest.raises(
        InstallError, match=r"only a system over sys can be the interpreter's import; use ImportSystem.host"
    ):
        ImportSystem(ImportState([])).install()


def test_what_others_change_meanwhile_stays_changed(child: Child) -> None:
    out = child("""
        import importlib.util, importal
        from importal import machinery
        class Foreign:
            def find_spec(self, *arguments):
                pass
        first, last = Foreign(), Foreign()
        stock = sys.meta_path[:]
        replaced = importlib.util.find_spec
        installation = importal.ImportSystem.host().install()
        sys.meta_path.insert(0, first)
        sys.meta_path.append(last)
        sys.meta_path.remove(machinery.FrozenImporter)
        importlib.util.find_spec = own = lambda name: None
        installation()
        kept = [finder for finder in stock if getattr(finder, "__name__", "") != "FrozenImporter"]
        print(sys.meta_path == [first, *kept, last])
        print(importlib.util.find_spec is own)
    """)
    assert out == "True\nTrue\n"


def test_a_list_that_was_exchanged_for_another(child: Child) -> None:
    """pytest and others bind sys.meta_path to a new list; what is put back is in the list that counts."""
    out = child("""
        import importal
        from importal import machinery
        stock = sys.meta_path[:]
        installation = importal.ImportSystem.host().install()
        sys.meta_path = sys.meta_path[:]
        sys.path_hooks = sys.path_hooks[:]
        installation()
        import json.tool
        print(sys.meta_path == stock, any(hook.__module__.startswith("importal") for hook in sys.path_hooks))
    """)
    assert out == "True False\n"


def test_modules_that_are_being_executed_keep_their_specs(child: Child) -> None:
    out = child("""
        import importal
        body = "import importal\\nbefore = __spec__\\nimportal.ImportSystem.host().install()\\nafter = __spec__"
        trees.write({"installs.py": body}, tmp)
        sys.path.insert(0, str(tmp))
        import installs
        print(installs.before is installs.after, installs.__spec__._initializing)
    """)
    assert out == "True False\n"


def test_hits_stay_in_c(child: Child) -> None:
    """A module in the table is returned without a line of Python being executed."""
    out = child("""
        import importal, json
        with importal.ImportSystem.host().install():
            calls = []
            sys.setprofile(lambda frame, event, argument: calls.append((event, frame.f_code.co_name)))
            import json
            import json.decoder
            from json.decoder import JSONDecoder
            calls.append("from a package")
            from json import dumps
            sys.setprofile(None)
        print(*(call for call in calls if call[0] != "c_call" and call[0] != "c_return"), sep="\\n")
    """)
    before, _, after = out.partition("from a package\n")
    # Only taking names from a package asks Python, as it does with the interpreter's own import.
    assert before == ""
    assert after.splitlines()[0] == "('call', 'handle_fromlist')"
    assert [line for line in after.splitlines() if "'call'" in line] == ["('call', 'handle_fromlist')"]


def test_what_is_pickled_can_be_read_without_importal(child: Child) -> None:
    out = child("""
        import pickle, importal, importlib.machinery
        with importal.ImportSystem.host().install():
            print(pickle.dumps(importlib.machinery.ModuleSpec, 0))
            print(importlib.machinery.FileFinder.__module__, importlib.machinery.ModuleSpec.__module__)
        print(importal.ModuleSpec.__module__)
    """)
    assert "importal" not in out.splitlines()[0]
    assert out.splitlines()[1:] == ["_frozen_importlib_external _frozen_importlib", "importal.spec"]


def test_a_failing_installation_leaves_nothing(child: Child) -> None:
    out = child(PICTURE + textwrap.dedent("""
        class Hostile(type(sys)):
            @property
            def __dict__(self):
                raise RuntimeError("hostile module")
        hostile = Hostile("hostile")
        before = picture()
        sys.modules["hostile"] = hostile
        try:
            host.install()
        except RuntimeError as error:
            print(error)
        del sys.modules["hostile"]
        print(differences(before, picture()))
    """))  # fmt: skip
    assert out == "hostile module\n[]\n"


def test_a_module_that_takes_nothing_back(child: Child) -> None:
    """It keeps nobody else's specs, nor its own, from being put back."""
    out = child(PICTURE + textwrap.dedent("""
        class Closed(type(sys)):
            def __setattr__(self, name, value):
                raise RuntimeError("closed")
        import json
        closed = Closed("closed")
        vars(closed).update(__spec__=json.__spec__, __loader__=json.__loader__)
        sys.modules["closed"] = closed
        spec, before = closed.__spec__, picture()
        undo = host.install()
        print(closed.__spec__ is spec)
        undo()
        print(closed.__spec__ is spec, differences(before, picture()))
    """))  # fmt: skip
    assert out == "False\nTrue []\n"


def test_classes_and_functions_have_the_names_of_those_in_whose_places_they_stand(child: Child) -> None:
    out = child("""
        import importal, importlib.abc, importlib.machinery, importlib.util, zipimport
        modules = ["_frozen_importlib", "_frozen_importlib_external", "importlib.machinery", "importlib.util", "zipimport"]
        def called():
            return {
                (module, name): (value.__module__, value.__qualname__, value.__name__)
                for module in modules for name, value in vars(sys.modules[module]).items()
                if isinstance(value, (type, type(called)))
            }
        before = called()
        importal.ImportSystem.host().install()
        after = called()
        print({key: after[key] for key in after if after[key] != before[key]}, len(after) > 100)
        print(importlib.util.LazyLoader is importal.util.LazyLoader, issubclass(importal.util.LazyLoader, importlib.abc.Loader))
    """)
    assert out.splitlines() == ["{} True", "True True"]


def test_what_a_program_has_made_of_importlib_is_its_own_again(child: Child) -> None:
    """A changed method, a hook and a finder with other loaders: taken over, and put back."""
    out = child("""
        from importlib.machinery import FileFinder, SourceFileLoader
        details = SourceFileLoader, [".txt", ".py"]
        hook = FileFinder.path_hook(details)
        finder = FileFinder(str(tmp), details)
        sys.path_hooks.insert(1, hook)
        sys.path_importer_cache[str(tmp)] = finder
        def get_source(self, name):
            return "changed"
        SourceFileLoader.get_source = get_source
        import importal
        Ours = importal.machinery.SourceFileLoader
        inherited = Ours.get_source
        undo = importal.ImportSystem.host().install()
        made, cached = sys.path_hooks[1](str(tmp)), sys.path_importer_cache[str(tmp)]
        print([type(one) is importal.machinery.FileFinder and one._loaders[0] == (".txt", Ours) for one in (made, cached)])
        print(Ours.get_source is get_source, end=" ")
        undo()
        print(Ours.get_source is inherited, "get_source" in vars(Ours), SourceFileLoader.get_source is get_source)
        print(sys.path_hooks[1] is hook, sys.path_importer_cache[str(tmp)] is finder)
    """)
    assert out.splitlines() == ["[True, True]", "True True False True", "True True"]


@pytest.mark.parametrize("frozen", ["on", "off"])
def test_methods_that_come_from_a_file_are_no_changes(child: Child, frozen: str) -> None:
    """As those of LazyLoader do where the standard library is not frozen."""
    out = child(
        """
        import importlib.util
        import importal
        own = dict(vars(importal.util.LazyLoader)), dict(vars(importal.machinery.SourceFileLoader))
        importal.ImportSystem.host().install()
        for before, cls in zip(own, (importlib.util.LazyLoader, importlib.machinery.SourceFileLoader)):
            print(sorted(name for name, value in vars(cls).items() if before.get(name) is not value), end=" ")
        """,
        flags=("-X", f"frozen_modules={frozen}"),
    )
    assert out == "['__module__'] ['__module__'] "


def test_what_importal_has_loaded_is_not_translated(child: Child) -> None:
    """Its classes go by the names of the interpreter's then; modules of an earlier installation keep their specs."""
    out = child("""
        import importal
        trees.write({"m.py": ""}, tmp)
        sys.path.insert(0, str(tmp))
        host = importal.ImportSystem.host()
        with host.install():
            import m
        before = m.__spec__, m.__loader__
        with host.install():
            print(m.__spec__ is before[0], m.__loader__ is before[1])
    """)
    assert out == "True True\n"


def test_from_3_to_many_threads_import_while_it_is_installed_and_undone(child: Child) -> None:
    out = child("""
        import importal, threading
        sys.setswitchinterval(1e-5)
        trees.write({f"m{thread}_{number}.py": "" for thread in range(4) for number in range(40)}, tmp)
        sys.path.insert(0, str(tmp))
        failures = []
        def work(thread):
            try:
                for number in range(40):
                    __import__(f"m{thread}_{number}")
            except BaseException as error:
                failures.append(repr(error))
        threads = [threading.Thread(target=work, args=(thread,)) for thread in range(4)]
        for thread in threads:
            thread.start()
        host = importal.ImportSystem.host()
        while any(thread.is_alive() for thread in threads):
            host.install()()
        print(failures, sum(name.startswith("m") and "_" in name and name[1].isdigit() for name in sys.modules))
    """)
    assert out == "[] 160\n"


def test_audit_events_are_the_interpreters(child: Child) -> None:
    """PEP 578: one event for each miss, with the same arguments, whoever answers it."""
    out = child("""
        import importal
        trees.write({kind: {"p.py": "", "q": {"__init__.py": "", "m.py": ""}} for kind in ("stock", "ours")}, tmp)
        seen = []
        sys.addaudithook(lambda event, arguments: event == "import" and seen.append(arguments))
        def events():
            seen.clear()
            import p, q.m
            from q import m
            __import__("q.m")
            now = (sys.path, sys.meta_path, sys.path_hooks)
            answer = [(name, file, [a is b for a, b in zip(rest, now)]) for name, file, *rest in seen]
            for name in ("p", "q", "q.m"):
                del sys.modules[name]
            return answer
        sys.path.insert(0, str(tmp / "stock"))
        before = events()
        installation = importal.ImportSystem.host().install()
        sys.path[0] = str(tmp / "ours")
        print(before == events(), [name for name, *_ in before])
    """)
    assert out.split(" ", 1)[0] == "True"
    assert out.split(" ", 1)[1] == "['p', 'q.m', 'q']\n"


def test_v_shows_each_module(child: Child) -> None:
    """`python -v` goes on to say what is imported from where."""
    out = child("""
        import subprocess
        trees.write({"m.py": ""}, tmp / "lib")
        program = "import importal; importal.ImportSystem.host().install(); import m"
        import os
        result = subprocess.run([sys.executable, "-v", "-c", program], capture_output=True, text=True, cwd=tmp / "lib")
        print(result.returncode, any("import 'm'" in line for line in result.stderr.splitlines()))
    """)
    assert out == "0 True\n"


def test_held_locks_are_found_by_whoever_changes_what_identifies_a_thread(child: Child) -> None:
    """Green threads (gevent) look for them among all objects, in the middle of an import."""
    out = child("""
        trees.write({"green.py": '''
            import _thread, gc, importlib._bootstrap
            _thread.get_ident = lambda: 17
            for one in gc.get_objects():
                if isinstance(one, importlib._bootstrap._ModuleLock) and one.owner is not None:
                    print(one.name)
                    one.owner = _thread.get_ident()
        ''', "stock.py": '''
            import importal
            importal.ImportSystem.host().install()
            import green
        '''}, tmp)
        sys.path.insert(0, str(tmp))
        import stock
        import colorsys
    """)
    assert sorted(out.split()) == ["green", "stock"]


def test_locks_that_are_made_by_name_know_each_other(child: Child) -> None:
    """The interpreter's own functions make them; two that are waited for crosswise are a deadlock and no hang."""
    out = child("""
        import importal, threading
        with importal.ImportSystem.host().install():
            bootstrap = sys.modules["_frozen_importlib"]
            one, other = bootstrap._ModuleLock("one"), bootstrap._ModuleLock("other")
            both = threading.Barrier(2)

            def cross(first, second):
                first.acquire()
                both.wait()
                try:
                    second.acquire()
                    second.release()
                except bootstrap._DeadlockError:
                    print("deadlock")
                first.release()

            threads = [threading.Thread(target=cross, args=pair) for pair in ((one, other), (other, one))]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
    """)
    assert out.split() == ["deadlock"]
