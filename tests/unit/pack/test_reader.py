"""pack.reader: what a pack answers, and when it leaves the answer to others."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable

import pytest

Child = Callable[..., str]

# Makes a pack of what is imported from the folder "lib" of `tmp`, and uses it. What comes from the pack is counted by it.
BEGIN = """
    import importal, os
    from importal.pack import collect, reader, use, writing
    from importal.pack.writing import Contents

    lib = tmp / "lib"
    trees.write({
        "m.py": "value = 'packed'", "n.py": "value = 1",
        "p": {"__init__.py": "from . import a", "a.py": "", "b.py": "import no_such_thing", "deep": {"__init__.py": "", "x.py": ""}},
        "space": {"s.py": "value = 5"},
    }, lib)

    def pack(*names, sealed=False, path="app.pack", index=False):
        contents = collect.index([str(lib)])
        collected = collect.Collected()
        collected.contents = contents
        gather = collect.Gatherer(collected, sys.flags.optimize)
        for name in names:
            file = lib / name.replace(".", "/")
            if (file / "__init__.py").exists():
                gather.file(name, str(file / "__init__.py"))
            elif file.is_dir():
                gather.namespace(name)
            else:
                gather.file(name, str(file.with_suffix(".py")))
        gather.list_again([str(lib)])
        contents = collected.contents
        assert collected.left_out == [], collected.left_out
        file = tmp / path
        file.write_bytes(writing.encode(contents, str(file), optimization=sys.flags.optimize, sealed=sealed, index=index))
        return str(file)

    sys.path.insert(0, str(lib))
    system = importal.ImportSystem.host()
    undo = system.install()
"""


@pytest.fixture
def child(child: Child) -> Child:
    return lambda program: child(textwrap.dedent(BEGIN) + textwrap.dedent(program))


def test_modules_come_from_the_pack_and_are_as_without(child: Child) -> None:
    out = child(
        """
        names = ["m", "p", "p.a", "p.deep", "p.deep.x", "space", "space.s"]
        def facts():
            for name in names:
                __import__(name)
            found = {}
            for name in names:
                module = sys.modules.pop(name)
                spec = module.__spec__
                found[name] = (
                    sorted(vars(module)), getattr(module, "__file__", None), getattr(module, "__cached__", None), repr(module).partition(" object at ")[0],
                    list(getattr(module, "__path__", ())), type(module.__loader__).__name__, spec.origin, spec.has_location,
                    spec.cached, spec.parent, type(spec).__name__, type(getattr(module, "__path__", None)).__name__,
                )
            return found
        without = facts()
        packed = use.use(pack(*names))
        now = facts()
        for name in names:
            if now[name] != without[name]:
                print(now[name], without[name])
        print(packed.used, packed.stale)
    """
    )
    assert out == "6 []\n"


def test_what_has_changed_is_found_as_ever(child: Child) -> None:
    out = child(
        """
        packed = use.use(pack("m", "n"))
        (lib / "m.py").write_text("value = 'changed'")
        import m, n
        print(m.value, packed.stale, packed.used)
        (lib / "n.py").unlink()
        del sys.modules["n"]
        try:
            import n
        except ModuleNotFoundError as error:
            print(error)
    """
    )
    assert out == "changed ['m'] 1\nNo module named 'n'\n"


def test_a_sealed_pack_looks_at_nothing(child: Child) -> None:
    out = child(
        """
        packed = use.use(pack("m", sealed=True))
        (lib / "m.py").write_text("value = 'changed'")
        import m
        print(m.value, packed.used)
    """
    )
    assert out == "packed 1\n"


@pytest.mark.parametrize("where", ["before", "behind"])
def test_an_entry_that_the_pack_does_not_know_is_asked(child: Child, where: str) -> None:
    """One before the pack's shadows it, one behind does not."""
    out = child(
        f"""
        packed = use.use(pack("m"))
        trees.write({{"m.py": "value = 'other'", "only.py": "value = 2"}}, tmp / "other")
        sys.path.insert(0 if {where!r} == "before" else len(sys.path), str(tmp / "other"))
        import m, only
        print(m.value, only.value, packed.used)
    """
    )
    assert out == ("other 2 0\n" if where == "before" else "packed 2 1\n")


def test_entries_that_are_no_strings_are_passed_over(child: Child) -> None:
    """Nothing is asked of them, not even whether they can be hashed or are equal to one of the pack's."""
    out = child(
        """
        class Entry:
            def __init__(self, text): self.text = text
            def __hash__(self): print("hashed")
            def __eq__(self, other): print("compared")
        packed = use.use(pack("m", sealed=True))
        sys.path[:0] = [Entry(str(lib)), [str(lib)], os.fsencode(lib), None]
        import m
        print(m.value, packed.used)
    """
    )
    assert out == "packed 1\n"


def test_an_entry_that_stands_there_twice_counts_where_it_is_first(child: Child) -> None:
    out = child(
        """
        packed = use.use(pack("m", sealed=True))
        trees.write({"m.py": "value = 'other'"}, tmp / "other")
        sys.path[:1] = [str(lib), str(tmp / "other"), str(lib)]
        import m
        print(m.value, packed.used)
    """
    )
    assert out == "packed 1\n"


def test_a_directory_that_has_changed_is_asked(child: Child) -> None:
    """A package that has come beside a module of the pack is found before it."""
    out = child(
        """
        import time
        file = pack("m", "n")
        time.sleep(0.02)
        trees.write({"m": {"__init__.py": "value = 'a package'"}, "new.py": "value = 3"}, lib)
        packed = use.use(file)
        import m, n, new
        print(m.value, n.value, new.value)
    """
    )
    assert out == "a package 1 3\n"


def test_what_comes_later_is_seen_after_invalidate_caches(child: Child) -> None:
    out = child(
        """
        import importlib, time
        packed = use.use(pack("m"))
        import m
        time.sleep(0.02)
        (lib / "late.py").write_text("value = 4")
        importlib.invalidate_caches()
        import late
        print(late.value)
    """
    )
    assert out == "4\n"


def test_known_misses(child: Child) -> None:
    """A submodule that was not there is not looked for, until its package's directory changes."""
    out = child(
        """
        import time
        packed = use.use(pack("p", "p.a"))
        asked = []
        undo_events = system.events.observe(lambda event: asked.append(event.facts["entry"]) if event.step == "entry" else None)
        try:
            import p._speedups
        except ModuleNotFoundError as error:
            print(error, asked.count(str(lib / "p")))
        time.sleep(0.02)
        (lib / "p" / "_speedups.py").write_text("value = 6")
        import p._speedups
        print(p._speedups.value)
    """
    )
    assert out == "No module named 'p._speedups' 0\n6\n"


def test_a_submodule_that_is_asked_for_and_is_not_there(child: Child) -> None:
    """Of a package in the pack its directory is known, whoever asks; what is there and not in the pack is found."""
    out = child(
        """
        import importlib.util
        for sealed in (False, True):
            packed = use.use(pack("p", "p.a", sealed=sealed, path=f"{sealed}.pack"))
            import p
            asked = []
            undo_events = system.events.observe(lambda event: asked.append(event.facts["entry"]) if event.step == "entry" else None)
            print(importlib.util.find_spec("p.no_such"), asked == [packed], importlib.util.find_spec("p.deep").name)
            p.__path__.append(str(tmp / "else"))
            trees.write({"more.py": ""}, tmp / "else")
            print(importlib.util.find_spec("p.more").name, type(importlib.util.find_spec("p.a").loader).__name__)
            undo_events()
            importal.finders.path.PathFinder.search.known = ()
            del sys.modules["p"]
    """
    )
    assert out == "None True p.deep\np.more SourceFileLoader\n" * 2


@pytest.mark.parametrize("sealed", [False, True])
def test_portions_that_are_elsewhere(child: Child, sealed: bool) -> None:
    out = child(
        f"""
        use.use(pack("space", "space.s", sealed={sealed}))
        trees.write({{"space": {{"t.py": "value = 7"}}}}, tmp / "else")
        sys.path.append(str(tmp / "else"))
        import space.s, space.t
        print(space.s.value, space.t.value, [pathlib.Path(one).parent.name for one in space.__path__])
        del sys.modules["space"], sys.modules["space.s"], sys.modules["space.t"]
        (tmp / "else" / "space" / "__init__.py").write_text("value = 8")
        importlib = __import__("importlib")
        importlib.invalidate_caches()
        import space
        print(space.value)
    """
    )
    assert out == "5 7 ['lib', 'else']\n8\n"


def test_a_namespace_package_that_became_a_regular_one(child: Child) -> None:
    out = child(
        """
        use.use(pack("space", "space.s"))
        (lib / "space" / "__init__.py").write_text("value = 9")
        import space
        print(space.value)
    """
    )
    assert out == "9\n"


def test_a_module_that_lies_in_another_pack(child: Child) -> None:
    """One that knows nothing of it does not say that it is nowhere."""
    out = child(
        """
        trees.write({"far.py": "value = 10"}, tmp / "far")
        sys.path.append(str(tmp / "far"))
        use.use(pack("m", sealed=True))
        contents = collect.index([str(tmp / "far")])
        collected = collect.Collected()
        collected.contents = contents
        gather = collect.Gatherer(collected, sys.flags.optimize)
        gather.file("far", str(tmp / "far" / "far.py"))
        file = tmp / "far.pack"
        file.write_bytes(writing.encode(contents, str(file), optimization=sys.flags.optimize, sealed=True))
        import shutil
        shutil.rmtree(tmp / "far")
        use.use(str(file))
        import far
        print(far.value)
        try:
            import nowhere
        except ModuleNotFoundError as error:
            print(error)
    """
    )
    assert out == "10\nNo module named 'nowhere'\n"


def test_a_sealed_pack_needs_no_files(child: Child) -> None:
    out = child(
        """
        use.use(pack("m", "p", "p.a", sealed=True))
        import importlib, runpy, shutil, types
        shutil.rmtree(lib)
        import m, p.a
        m.value = 0
        print(importlib.reload(m).value, type(m.__loader__.get_code("m")) is types.CodeType)
        print(runpy.run_module("m")["value"])
    """
    )
    assert out == "packed True\npacked\n"


def test_a_shared_library_that_is_gone(child: Child) -> None:
    """What lies there instead is found."""
    out = child(
        """
        import importlib.machinery, shutil
        suffix = importlib.machinery.EXTENSION_SUFFIXES[0]
        (lib / "p" / f"fast{suffix}").write_bytes(b"never loaded")
        contents = collect.index([str(lib)])
        collected = collect.Collected()
        collected.contents = contents
        gather = collect.Gatherer(collected, sys.flags.optimize)
        gather.file("p", str(lib / "p" / "__init__.py"))
        gather.file("p.fast", str(lib / "p" / f"fast{suffix}"))
        file = tmp / "app.pack"
        file.write_bytes(writing.encode(contents, str(file), optimization=sys.flags.optimize))
        use.use(str(file))
        (lib / "p" / f"fast{suffix}").unlink()
        (lib / "p" / "fast.py").write_text("value = 11")
        import p.fast
        print(p.fast.value)
    """
    )
    assert out == "11\n"


def test_a_package_that_has_changed_its_path_is_searched(child: Child) -> None:
    out = child(
        """
        trees.write({"p": {"a.py": "value = 'elsewhere'"}}, tmp / "else")
        packed = use.use(pack("p", "p.a"))
        (lib / "p" / "a.py").unlink()
        import importlib.util
        (lib / "p" / "__init__.py")
        spec = importlib.util.find_spec("p")
        module = importlib.util.module_from_spec(spec)
        sys.modules["p"] = module
        module.__path__ = [str(tmp / "else" / "p")]
        import p.a
        print(p.a.value)
    """
    )
    assert out == "elsewhere\n"


def test_a_moved_environment(child: Child) -> None:
    """Roots below the pack move with it; code says where its source is now."""
    out = child(
        """
        import shutil
        (tmp / "lib" / "f.py").write_text("def f():\\n    return f.__code__.co_filename")
        file = pack("f", sealed=True)
        moved = tmp / "moved"
        moved.mkdir()
        shutil.move(str(lib), str(moved / "lib"))
        shutil.move(file, str(moved / "app.pack"))
        sys.path[0] = str(moved / "lib")
        packed = use.use(str(moved / "app.pack"))
        import f
        print(packed.used, f.f() == f.__file__ == str(moved / "lib" / "f.py"))
    """
    )
    assert out == "1 True\n"


def test_damage_in_the_names_of_a_packages_directory_is_seen_when_a_pack_is_checked(child: Child) -> None:
    out = child("""
        from importal.errors import PackError
        from importal.pack.refresh import check
        file = pack("p", "p.a")
        print(check(file))
        opened = reader.Pack(file).file
        data = bytearray(pathlib.Path(file).read_bytes())
        data[opened._base + opened.root["inside"][0] + 3] ^= 255
        pathlib.Path(file).write_bytes(data)
        try:
            check(file)
        except PackError as error:
            print(error.reason)
    """)
    assert out == "[]\na block of it is damaged\n"


def test_a_pack_that_is_damaged_or_replaced_while_it_is_used(child: Child) -> None:
    """The program goes on without it."""
    out = child(
        """
        file = pack("m", "n")
        packed = use.use(file)
        packed.table.module("m")  # opened
        data = bytearray(pathlib.Path(file).read_bytes())
        data[len(data) // 2] ^= 255
        pathlib.Path(file).write_bytes(data)
        import io
        sys.stderr = io.StringIO()
        import m, n
        print(m.value, n.value, sys.stderr.getvalue().count("importal: ignoring a pack from now on: "))
    """
    )
    assert out == "packed 1 1\n"


def test_a_pack_as_an_entry_of_the_path(child: Child) -> None:
    out = child(
        """
        file = pack("p", "p.a", "m")
        sys.path[0] = file
        import m, p
        print(m.value, p.a.__file__ == str(lib / "p" / "a.py"), sys.path_importer_cache[file])
        try:
            import n
        except ModuleNotFoundError as error:
            print(error)
        sys.path[0] = str(tmp / "none.pack")
        try:
            import n
        except ModuleNotFoundError as error:
            print(error)
    """
    )
    first, *rest = out.splitlines()
    assert first.startswith("packed True PackEntryFinder(")
    assert rest == ["No module named 'n'"] * 2


def test_an_index_narrows_the_search(child: Child) -> None:
    """Of 40 entries only the one is looked at that has the name; portions of a namespace package are known."""
    out = child(
        """
        entries = []
        for number in range(40):
            trees.write({f"i{number}.py": "", "ns": {f"s{number}.py": f"value = {number}"}}, tmp / f"e{number}")
            entries.append(str(tmp / f"e{number}"))
        contents = collect.index(entries)
        file = tmp / "index.pack"
        file.write_bytes(writing.encode(contents, str(file), index=True))
        sys.path[:1] = entries
        packed = use.use(str(file))
        asked = []
        system.events.observe(lambda event: asked.append(event.facts["entry"]) if event.step == "entry" else None)
        def within(things):
            return sorted(str(one).removeprefix(str(tmp)) for one in things if str(one).startswith(str(tmp)))
        import i37
        print(within(asked))
        asked.clear()
        import ns.s5, ns.s39
        print(within(asked), ns.s39.value, len(ns.__path__), type(ns.__path__).__name__)
        asked.clear()
        try:
            import nothing
        except ModuleNotFoundError:
            print(len(within(asked)))
        # An entry that changes is asked again once a name is not found.
        trees.write({"late.py": "value = 8"}, tmp / "e20")
        import importlib
        importlib.invalidate_caches()
        import late
        print(late.value)
    """
    )
    lines = out.splitlines()
    assert lines[0] == "['/e37']"
    assert lines[1] in {"['/e39/ns', '/e5/ns'] 39 40 _NamespacePath", "['/e39/ns', '/e5/ns'] 39 40 NamespacePath"}
    assert lines[3] == "8"


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform has no fork")
def test_a_forked_child_goes_on(child: Child) -> None:
    out = child(
        """
        packed = use.use(pack("m", "n"))
        import m
        pid = os.fork()
        if not pid:
            import n
            os._exit(7 if n.value == 1 and packed.used == 2 else 8)
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
    """
    )
    assert out == "7\n"


def test_events_name_the_pack(child: Child) -> None:
    out = child(
        """
        packed = use.use(pack("m"))
        heard = []
        system.events.observe(lambda event: heard.append(event) if event.name == "m" else None)
        import m
        *_, found = [event for event in heard if event.step == "entry"]
        (code,) = [event for event in heard if event.step == "bytecode"]
        print(found.facts["finder"] is packed, code.outcome, code.facts["location"] == packed.path, code.facts["reason"])
    """
    )
    assert out == "True fresh True it is in the pack\n"


def test_portions_in_a_directory_that_has_changed(child: Child) -> None:
    """They are asked for; a regular package that has come there wins over them."""
    out = child("""
        import time
        entries = []
        for number in range(40):
            trees.write({"ns": {f"s{number}.py": f"value = {number}"}}, tmp / f"e{number}")
            entries.append(str(tmp / f"e{number}"))
        file = tmp / "index.pack"
        file.write_bytes(writing.encode(collect.index(entries), str(file), index=True))
        sys.path[:1] = entries
        time.sleep(0.02)
        (tmp / "e7" / "new.py").write_text("")
        packed = use.use(str(file))
        try:
            import nothing  # has every directory looked at
        except ModuleNotFoundError:
            pass
        import ns.s7, ns.s39
        print(ns.s7.value, len(ns.__path__), ns.__path__[7] == str(tmp / "e7" / "ns"))
        for name in ("ns", "ns.s7", "ns.s39"):
            del sys.modules[name]
        (tmp / "e7" / "ns" / "__init__.py").write_text("value = 'regular'")
        import importlib
        importlib.invalidate_caches()
        (tmp / "e7" / "newer.py").write_text("")
        try:
            import nothing_either
        except ModuleNotFoundError:
            pass
        import ns
        print(ns.value)
    """)
    assert out == "7 40 True\nregular\n"


def test_what_is_read_at_once_is_read_once(child: Child) -> None:
    """Modules asked for out of turn are read by themselves, and the others go on from where they were."""
    out = child("""
        writing._AT_ONCE, writing._IN_A_STREAM = 8000, 3000
        names = [f"big{number}" for number in range(40)]
        trees.write({f"{name}.py": f"value = {name!r}\\nnoise = {name * 200!r}" for name in names}, lib)
        contents = collect.index([str(lib)])
        collected = collect.Collected()
        collected.contents = contents
        gather = collect.Gatherer(collected, sys.flags.optimize)
        for number, name in enumerate(names):
            gather.file(name, str(lib / f"{name}.py"), ("together", number))
        file = tmp / "app.pack"
        file.write_bytes(writing.encode(contents, str(file), sealed=True))
        used = use.use(str(file))
        opened = []
        def see(event, arguments):
            if event == "open" and str(arguments[0]).endswith("app.pack"):
                opened.append(1)
        sys.addaudithook(see)
        asked = names[:]
        asked[10], asked[30] = asked[30], asked[10]
        for name in asked:
            assert __import__(name).value == name
        blocks = {used.table.module(name)[5][0] for name in names}
        print(used.used, len(blocks) > 4, len(opened) - len(blocks) <= 3)
    """)
    assert out == "40 True True\n"


def test_what_is_alone_stays_alone(child: Child) -> None:
    """A pack that is made anew has together what was together, and nothing else."""
    out = child("""
        from importal.pack import refresh
        from importal.pack.reader import Pack
        names = [f"small{number}" for number in range(9)]
        trees.write({f"{name}.py": f"value = {name!r}" for name in names}, lib)
        collected = collect.Collected()
        collected.contents = collect.index([str(lib)])
        gather = collect.Gatherer(collected, sys.flags.optimize)
        for number, name in enumerate(names):
            gather.file(name, str(lib / f"{name}.py"), ("program", number) if number < 6 else ())
        file = tmp / "app.pack"
        file.write_bytes(writing.encode(collected.contents, str(file)))
        def together():
            streams = {}
            for name in names:
                place = Pack(str(file)).table.module(name)[5]
                streams.setdefault(place[0] + place[2], []).append(name[-1])
            return sorted("".join(stream) for stream in streams.values())
        print(together())
        file.write_bytes(writing.encode(refresh.refreshed(str(file))[0].contents, str(file)))
        print(together())
    """)
    assert out == "['012345', '6', '7', '8']\n" * 2


def test_a_path_that_is_none_is_an_error_and_the_pack_goes_on(child: Child) -> None:
    out = child("""
        used = use.use(pack("m", sealed=True))
        path, sys.path = sys.path, None
        try:
            import gone
        except TypeError as error:
            print("TypeError")
        sys.path = path
        import m
        print(m.__name__, used.used)
    """)
    assert out == "TypeError\nm 1\n"


def test_a_hook_that_imports_while_code_is_read(child: Child) -> None:
    out = child("""
        used = use.use(pack("m", "n", "p", "p.a", sealed=True))
        def see(event, arguments):
            if event == "marshal.loads" and "m" in wanted:
                __import__(wanted.pop())
        wanted = ["n", "m"]
        sys.addaudithook(see)
        import p
        import m, n
        print(m.value, n.value, p.a.__name__, used.used)
    """)
    assert out == "packed 1 p.a 4\n"


def test_a_hook_that_the_program_adds_claims_what_the_pack_knows(child: Child) -> None:
    """Its finder answers, once a search comes to the entry, and for each name once."""
    out = child("""
        use.use(pack("m", "n", "p", "p.a", sealed=True))
        import m
        trees.write({"elsewhere.py": "value = 'hooked'"}, tmp)
        asked = []
        class Finder:
            def __init__(self, entry): self.entry = entry
            def find_spec(self, name, target=None):
                asked.append(name)
                if name == "n":
                    return importal.spec_from_file_location(name, str(tmp / "elsewhere.py"))
        def hook(entry):
            if entry == str(lib):
                return Finder(entry)
            raise ImportError
        sys.path_hooks.insert(0, hook)
        sys.path_importer_cache.clear()
        import n
        print(m.value, n.value, asked)
    """)
    assert out == "packed hooked ['n']\n"


def test_a_folder_of_an_archive_is_no_directory_that_is_not_there(child: Child) -> None:
    out = child("""
        import zipfile
        with zipfile.ZipFile(tmp / "code.zip", "w") as archive:
            archive.writestr("inside/z.py", "value = 'in the archive'")
        inside = str(tmp / "code.zip" / "inside")
        contents = collect.index([str(lib), inside, str(tmp / "nowhere")])
        print([os.path.basename(directory) for directory, _, _ in contents.roots])
    """)
    assert out == "['lib', 'nowhere']\n"


def test_of_many_names_a_part_is_read(child: Child) -> None:
    out = child("""
        from importal.pack import table
        table._IN_A_BLOCK = 256
        names = [f"x{number}" for number in range(600)]
        trees.write({f"{name}.py": "" for name in names}, lib)
        used = use.use(pack(index=True, sealed=True))
        read = lambda: sum(part is not None for part in used.table._parts)
        before = read()
        import x7
        print(before, len(used.table._parts), read())
        print([used.table.holders(name) for name in names] == [[0]] * 600, used.table.holders("x600"))
    """)
    assert out == "0 3 1\nTrue []\n"
