"""pack.entries: names along a path that an index knows, or knows in part, and paths that change meanwhile."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from importal.pack.entries import View

Child = Callable[..., str]

# Forty entries of the path, each with a module `i` and a portion of `ns`, and an index of them.
BEGIN = """
    import importlib.machinery, importlib.util, os
    import importal
    from importal.finders.path import PathFinder
    from importal.pack import collect, entries, use, writing

    places = [tmp / f"e{number}" for number in range(40)]
    for number, place in enumerate(places):
        trees.write({f"i{number}.py": "value = 'old'", "ns": {f"s{number}.py": ""}}, place)

    def index(*more, sealed=False):
        contents = collect.index([*map(str, places), *map(str, more)])
        file = tmp / "index.pack"
        file.write_bytes(writing.encode(contents, str(file), sealed=sealed, index=True))
        return use.use(str(file))

    def fails(name):
        try:
            importlib.import_module(name)
        except ModuleNotFoundError:
            return True
        return False

    def forget(*names):
        for name in names:
            sys.modules.pop(name, None)

    def looked(pack):
        return pack._entries._looked.upto

    sys.path[:1] = map(str, places)
    undo = importal.ImportSystem.host().install()
"""


@pytest.fixture
def child(child: Child) -> Child:
    return lambda program: child(textwrap.dedent(BEGIN) + textwrap.dedent(program))


def test_which_places_roots_have_in_a_path() -> None:
    view = View(["/b", "/x", "/a", "/b", "/y"], [1, None, 0, 1, None])
    assert view.places_of([]) == []
    assert view.places_of([0, 1, 2]) == [0, 2]
    assert (view.at([2]), view.has_one_twice()) == (["/x", "/a", "/y"], True)
    assert not View(["/b", "/x", "/y", "/a"], [1, None, None, 0]).has_one_twice()
    assert not View(["/b", "/a"], [1, 0]).has_one_twice()


def test_when_a_large_index_looks_whether_its_directories_have_changed(child: Child) -> None:
    """When a name is nowhere, of the entries of the path; when it is told to, of all before it answers."""
    out = child("""
        pack = index()
        import i37, ns.s5
        print(looked(pack), fails("nothing"), looked(pack), fails("ns.nothing"), looked(pack))
        forget("i37", "ns", "ns.s5")
        trees.write({"i37.py": "value = 'new'", "ns": {"__init__.py": "value = 'regular'"}}, places[3])
        importlib.invalidate_caches()
        import i37, ns
        print(i37.value, ns.value, looked(pack))
    """)
    assert out == "0 True 40 True 80\nnew regular 80\n"


def test_a_sealed_index_never_looks(child: Child) -> None:
    out = child("""
        pack = index(sealed=True)
        trees.write({"late.py": ""}, places[3])
        importlib.invalidate_caches()
        import i37, ns.s5
        print(fails("nothing"), fails("ns.nothing"), fails("late"), looked(pack))
    """)
    assert out == "True True True 0\n"


def test_a_portion_that_becomes_a_package_is_seen_once_something_was_looked_for(child: Child) -> None:
    out = child("""
        pack = index()
        trees.write({"__init__.py": "value = 'regular'"}, places[5] / "ns")
        print(fails("nothing"))
        import ns
        print(ns.value)
    """)
    assert out == "True\nregular\n"


def test_a_module_that_has_moved_is_found_where_it_is(child: Child) -> None:
    out = child("""
        index()
        (places[37] / "i37.py").rename(places[3] / "i37.py")
        import i37
        print(i37.__file__ == str(places[3] / "i37.py"))
        (places[37] / "ns" / "s37.py").rename(places[3] / "ns" / "s37.py")
        import ns.s37
        print(ns.s37.__file__ == str(places[3] / "ns" / "s37.py"))
    """)
    assert out == "True\nTrue\n"


def test_a_portion_that_is_an_entry_of_the_path(child: Child) -> None:
    """An index knows of a portion only what is in the package; and of an entry only what is at the top level."""
    out = child("""
        index()
        sys.path.insert(0, str(places[7] / "ns"))
        import s7
        print(s7.__file__ == str(places[7] / "ns" / "s7.py"))
        import ns
        ns.__path__.append(str(places[9]))
        import ns.i9
        print(ns.i9.__file__ == str(places[9] / "i9.py"))
    """)
    assert out == "True\nTrue\n"


def test_an_entry_that_is_there_twice(child: Child) -> None:
    out = child("""
        sys.path.append(str(places[2]))
        import ns
        without = list(ns.__path__)
        forget("ns")
        index()
        import ns
        print(list(ns.__path__) == without, len(without))
    """)
    assert out == "True 41\n"


def test_a_dotted_name_that_is_asked_for_along_the_path(child: Child) -> None:
    out = child("""
        index()
        print(PathFinder.find_spec("x.i3").origin == str(places[3] / "i3.py"))
    """)
    assert out == "True\n"


def test_what_is_invalidated_while_it_is_looked_at_is_looked_at_again(child: Child) -> None:
    out = child("""
        pack = index()
        stamp_of = entries.stamp_of
        asked = []
        def slowly(directory):
            stamp = stamp_of(directory)
            asked.append(directory)
            if len(asked) == 20:
                # Another thread writes a module into what was looked at already, and says so.
                trees.write({"late.py": "value = 5"}, places[3])
                importlib.invalidate_caches()
            return stamp
        entries.stamp_of = slowly
        import late
        print(late.value, len(asked) > 40)
    """)
    assert out == "5 True\n"


def test_an_answer_is_from_one_time(child: Child) -> None:
    """What one thread has seen does not go into what another one, which has seen a change since, answers by."""
    out = child("""
        trees.write({"other": {}}, tmp)
        sys.path.append(str(tmp / "other"))
        pack = index()
        search = PathFinder.search._search
        def meanwhile(name, path, *rest):
            if name == "ns" and path == [str(tmp / "other")]:
                trees.write({"new.py": "value = 6"}, places[3] / "ns")
                if not done:
                    done.append(1)
                    fails("nothing")
                    fails("ns2.nothing")
                    pack._entries._look(pack._entries.looked(), 80)
            return search(name, path, *rest)
        done = []
        PathFinder.search._search = meanwhile
        import ns
        del PathFinder.search._search
        import ns.new
        print(ns.new.value, len(done))
    """)
    assert out == "6 1\n"


def test_the_path_of_a_package_is_known_when_it_was_found(child: Child) -> None:
    """And is looked at anew where somebody has changed it."""
    out = child("""
        pack = index()
        import ns
        print(len(pack._entries._looked.views["ns"].path), fails("ns.more"))
        trees.write({"ns": {"more.py": "value = 7"}}, tmp / "late")
        ns.__path__.append(str(tmp / "late" / "ns"))
        import ns.more
        print(ns.more.value, len(pack._entries._looked.views["ns"].path))
    """)
    assert out == "40 True\n7 41\n"


def test_indexes_are_the_same_for_every_seed_of_the_hashes(child: Child) -> None:
    out = child("""
        import hashlib, subprocess
        for number in range(9):
            for place in places[:2]:
                trees.write({f"space{number}": {"x.py": ""}}, place)
        program = (
            "import hashlib, sys; from importal.pack import collect, writing; "
            "data = writing.encode(collect.index(sys.argv[1:]), '/a.pack', index=True); "
            "print(hashlib.sha256(data).hexdigest())"
        )
        digests = {
            subprocess.run(
                [sys.executable, "-c", program, *map(str, places[:2])], check=True, capture_output=True,
                env={**os.environ, "PYTHONHASHSEED": seed},
            ).stdout
            for seed in ("1", "2", "3")
        }
        print(len(digests))
    """)
    assert out == "1\n"


def test_a_portion_that_another_finder_answers_for(child: Child) -> None:
    out = child("""
        index()
        class Finder:
            def find_spec(self, name, target=None):
                if name == "ns.claimed":
                    return importlib.util.spec_from_loader(name, importlib.machinery.BuiltinImporter)
        def hook(entry):
            if entry == str(places[3] / "ns"):
                return Finder()
            raise ImportError
        sys.path_hooks.insert(0, hook)
        sys.path_importer_cache.clear()
        for place in places:
            PathFinder.search.entry_finder(str(place))  # the usual one
        import ns
        for place in ns.__path__:
            PathFinder.search.entry_finder(place)
        print(importlib.util.find_spec("ns.claimed").name)
    """)
    assert out == "ns.claimed\n"


def test_an_explanation_says_what_the_index_answers_and_what_that_goes_before(child: Child) -> None:
    out = child("""
        from importal.observe.explain import explain
        trees.write({"i7.py": ""}, places[30])
        index()
        system = importal.ImportSystem.host()
        for name in ("i7", "ns", "nothing"):
            said = explain(system, name).to_json()
            for step in said["steps"]:
                if "index.pack" in step["decided"] or step["step"] == "shadowed":
                    print(name, step["decided"].replace(str(tmp), "").partition(": ")[2])
        # A file that comes later in front of it: an import overlooks it, and so does the explanation.
        trees.write({"i7.py": ""}, places[3])
        print(explain(system, "i7").spec.origin == str(places[7] / "i7.py"))
    """)
    assert out.splitlines() == [
        "i7 knows where it is",
        "i7 /e30/i7.py",
        "ns knows where it is",
        "nothing knows that there is no such module",
        "True",
    ]
