"""Row 6: packages: regular, nested, namespace with a live path, a path changed by the package, `__main__` inside."""

from ..program import PRELUDE, Row

case = Row("row06", "Packages")

case(
    "a_regular_package",
    {
        "p": {
            "__init__.py": "'''Its text.'''\nlog(__name__, __package__, __path__)",
            "m.py": "log(__name__, __package__)",
        }
    },
    """
    import p.m
    report({"p": describe(p), "m": describe(p.m), "log": log, "order": list(vars(p)), "added": added()})
    """,
)

case(
    "parents_are_executed_first",
    {
        "a": {
            "__init__.py": "log('a')",
            "b": {"__init__.py": "log('a.b')", "c": {"__init__.py": "log('a.b.c')", "d.py": "log('a.b.c.d')"}},
        }
    },
    """
    import a.b.c.d
    report({"log": log, "table": added(ordered=True), "chain": a.b.c.d.__name__})
    """,
)

case(
    "a_package_that_imports_its_own_submodules",
    {
        "p": {
            "__init__.py": "from . import m\nfrom .n import value",
            "m.py": "import p\nlog(sorted(n for n in vars(p) if n[0] != '_'))",
            "n.py": "value = 1",
        }
    },
    """
    import p
    report({"log": log, "names": sorted(name for name in vars(p) if name[0] != "_"), "table": added(ordered=True)})
    """,
)

case(
    "a_package_imported_as_its_own_init",
    {"p": {"__init__.py": "log(__name__, __package__)"}},
    """
    import p
    import p.__init__ as again
    report({"same": again is p, "log": log, "module": describe(again), "added": added(),
            "bound": type(p.__init__).__name__})
    """,
)

case(
    "a_package_that_changes_its_path",
    {
        "p": {"__init__.py": "__path__.append(__path__[0] + '/../extra')", "m.py": "", "both.py": "value = 'own'"},
        "extra": {"x.py": "value = 'extra'", "both.py": "value = 'extra'"},
    },
    """
    import p.m
    report({"x": run("from p.x import value"), "both": run("from p.both import value"), "p": describe(p)})
    """,
)

case(
    "a_package_that_binds_another_path",
    {"p": {"__init__.py": "__path__ = [__path__[0] + '/inner']", "outer.py": "", "inner": {"m.py": "value = 1"}}},
    """
    import p
    report({"m": run("from p.m import value"), "outer": run("import p.outer"), "p": describe(p)})
    """,
)

case(
    "a_package_with_an_empty_path",
    {"p": {"__init__.py": "__path__ = []", "m.py": ""}},
    """
    report([run("import p.m"), run("from p import m")])
    """,
)

case(
    "a_package_that_deletes_its_path",
    {"p": {"__init__.py": "del __path__", "m.py": ""}},
    """
    report([run("import p.m"), run("from p import m")])
    """,
)

case(
    "a_package_whose_path_is_text",
    {"p": {"__init__.py": "__path__ = __path__[0]", "m.py": ""}},
    """
    report([run("import p.m")])
    """,
)

case(
    "a_package_whose_path_is_a_tuple_or_a_generator",
    {
        "p": {"__init__.py": "__path__ = tuple(__path__)", "m.py": "value = 1"},
        "q": {"__init__.py": "__path__ = iter(__path__)", "m.py": "value = 1", "n.py": ""},
    },
    """
    report([run("from p.m import value"), run("from q.m import value"), run("import q.n")])
    """,
)

case(
    "a_module_that_gives_itself_a_path",
    {"m.py": "__path__ = [__file__[:-5] + '/inner']", "inner": {"x.py": "value = __name__, __package__"}},
    """
    import m
    report({"x": run("from m.x import value"), "m": describe(m), "relative": run("from .x import value", __package__="m")})
    """,
)

case(
    "a_directory_without_init_inside_a_regular_package",
    {"p": {"__init__.py": "", "space": {"m.py": "from .. import top", "deep": {"n.py": ""}}, "top.py": ""}},
    """
    import p.space.m, p.space.deep.n
    report({"space": describe(p.space), "deep": describe(p.space.deep), "added": added()})
    """,
)

case(
    "a_namespace_package_of_two_portions",
    {
        "one": {"space": {"a.py": "value = 'one'", "both.py": "value = 'one'"}},
        "two": {"space": {"b.py": "value = 'two'", "both.py": "value = 'two'"}},
    },
    """
    state.path[:0] = [at("one"), at("two")]
    import space
    report({"space": describe(space), "a": run("from space.a import value"), "b": run("from space.b import value"),
            "both": run("from space.both import value"), "order": list(vars(space))})
    """,
)

case(
    "many_portions_in_order",
    {f"d{number}": {"space": {f"m{number}.py": ""}} for number in range(12)},
    """
    state.path[:0] = [at(f"d{number}") for number in reversed(range(12))]
    import space
    for number in range(12):
        imp.import_module(f"space.m{number}")
    report({"path": list(space.__path__), "length": len(space.__path__), "files": sorted(
        state.modules[name].__file__ for name in added() if name != "space")})
    """,
)

case(
    "a_namespace_path_is_live",
    {"one": {"space": {"a.py": ""}}, "two": {"space": {"b.py": "value = 2"}}},
    """
    state.path.insert(0, at("one"))
    import space
    before, missing = list(space.__path__), run("import space.b")
    state.path.append(at("two"))
    grown = list(space.__path__), run("from space.b import value")
    state.path.remove(at("one"))
    report({"before": before, "missing": missing, "grown": grown, "shrunk": list(space.__path__)})
    """,
)

case(
    "a_namespace_path_sees_what_is_new_in_an_entry_only_after_invalidation",
    {"one": {"space": {}}, "two": {"other.py": ""}},
    """
    state.path[:0] = [at("one"), at("two")]
    import space, other
    age("two", 1_000_000)
    run("import nothing")
    write("two/space/b.py", "value = 2")
    age("two", 1_000_000)
    before = list(space.__path__), run("import space.b")
    imp.invalidate_caches()
    report({"before": before, "after": [list(space.__path__), run("from space.b import value")]})
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "the_type_of_a_namespace_path",
    {"one": {"space": {}}, "two": {"space": {}}},
    """
    state.path[:0] = [at("one"), at("two")]
    import space
    path = space.__path__
    seen = {
        "repr": repr(path),
        "length": len(path),
        "items": [path[0], path[1], path[-1]],
        "slice": path[:1],
        "contains": [at("one", "space") in path, at("none") in path],
        "list": list(path),
        "type": type(path).__name__,
        "spec": path is space.__spec__.submodule_search_locations,
        "missing": attempt(lambda: path[2]),
    }
    path.append("appended")
    report({**seen, "appended": list(path), "assigned": attempt(path.__setitem__, 0, "x"), "after": list(path)})
    """,
)

case(
    "nested_namespace_packages",
    {"one": {"a": {"b": {"x.py": "value = 'x'"}}}, "two": {"a": {"b": {"y.py": "value = 'y'"}, "c": {"z.py": ""}}}},
    """
    state.path.insert(0, at("one"))
    import a.b.x
    state.path.append(at("two"))
    report({"y": run("from a.b.y import value"), "z": run("import a.c.z"), "b": describe(a.b), "a": list(a.__path__)})
    """,
)

case(
    "a_nested_namespace_path_whose_parent_is_gone",
    {"a": {"b": {"x.py": "", "y.py": ""}}},
    """
    import a.b.x
    inner = a.b
    del state.modules["a"]
    report({"path": attempt(lambda: list(inner.__path__)), "y": attempt(lambda: imp.import_module("a.b.y").__name__)})
    """,
)

case(
    "a_regular_package_wins_over_portions_before_it",
    {"one": {"p": {"a.py": ""}}, "two": {"p": {"__init__.py": "", "b.py": ""}}},
    """
    state.path[:0] = [at("one"), at("two")]
    import p
    report({"p": describe(p), "a": run("import p.a"), "b": run("import p.b")})
    """,
)

case(
    "a_module_wins_over_portions_before_it",
    {"one": {"m": {"a.py": ""}}, "two": {"m.py": "value = 1"}},
    """
    state.path[:0] = [at("one"), at("two")]
    report([run("from m import value"), run("import m.a")])
    """,
)

case(
    "an_empty_directory_is_a_namespace_package",
    {"empty": {}},
    """
    import empty
    report({"empty": describe(empty), "child": run("import empty.child"), "from": run("from empty import child")})
    """,
)

case(
    "a_namespace_package_reloaded",
    {"one": {"space": {"a.py": ""}}, "two": {"space": {"b.py": ""}}},
    """
    state.path.insert(0, at("one"))
    import space
    space.mine = "kept"
    state.path.append(at("two"))
    again = imp.reload(space)
    report({"same": again is space, "mine": space.mine, "space": describe(space)})
    """,
)

case(
    "a_namespace_package_that_becomes_regular_on_reload",
    {"p": {"m.py": ""}},
    """
    import p
    before = describe(p)
    write("p/__init__.py", "value = 1")
    imp.invalidate_caches()
    imp.reload(p)
    report({"before": before, "after": describe(p), "value": p.value})
    """,
)

case(
    "a_regular_package_that_becomes_a_namespace_on_reload",
    {"p": {"__init__.py": "value = 1", "m.py": ""}},
    """
    import p
    os.remove(at("p", "__init__.py"))
    imp.invalidate_caches()
    report({"reload": attempt(lambda: imp.reload(p) is p), "after": describe(p), "value": p.value})
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "relative_entries_and_namespace_packages_after_a_change_of_directory",
    {"one": {"space": {"a.py": ""}}, "two": {"space": {"b.py": ""}}},
    """
    os.chdir(at("one"))
    state.path.insert(0, "")
    import space
    before = list(space.__path__)
    os.chdir(at("two"))
    report({"before": before, "after": list(space.__path__), "b": run("import space.b")})
    """,
)

case(
    "the_main_module_of_a_package_as_a_module",
    {"p": {"__init__.py": "", "__main__.py": "log(__name__, __package__)"}},
    """
    import p.__main__ as module
    report({"log": log, "module": describe(module), "added": added()})
    """,
)

case(
    "a_package_run_by_name",
    {
        "p": {
            "__init__.py": "loaded = __name__",
            "__main__.py": PRELUDE
            + """
import __main__, p
from . import m
report({"main": describe(__main__), "argv": sys.argv, "loaded": p.loaded, "m": m.value, "path0": sys.path[0], "added": added()})
""",
            "m.py": "value = __name__",
        }
    },
    run=("-m", "p", "one", "--two"),
)

case(
    "a_namespace_package_run_by_name",
    {
        "p": {
            "__main__.py": PRELUDE
            + """
import __main__
report({"main": describe(__main__), "argv": sys.argv, "added": added()})
"""
        }
    },
    run=("-m", "p"),
)

case(
    "a_package_without_main_run_by_name",
    {"p": {"__init__.py": ""}},
    run=("-m", "p"),
    status=1,
    reports=False,
)

case(
    "a_namespace_package_without_main_run_by_name",
    {"p": {"m.py": ""}},
    run=("-m", "p"),
    status=1,
    reports=False,
)

case(
    "extend_path_joins_directories",
    {
        "one": {"p": {"__init__.py": "import pkgutil\n__path__ = pkgutil.extend_path(__path__, __name__)"}},
        "two": {"p": {"__init__.py": "", "m.py": "value = 1"}},
    },
    """
    state.path[:0] = [at("one"), at("two")]
    import p
    report({"path": list(p.__path__), "m": run("from p.m import value")})
    """,
    private="pkgutil.extend_path reads the host's sys.path",
)

case(
    "an_attribute_of_the_package_hides_a_submodule_until_it_is_imported",
    {"p": {"__init__.py": "m = 'attribute'", "m.py": ""}},
    """
    before = run("from p import m")
    import p.m
    report({"before": before, "after": type(p.m).__name__})
    """,
)
