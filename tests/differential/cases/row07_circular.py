"""Row 7, circular imports in all their forms: what works, and how it is said when it does not."""

from itertools import pairwise

from ..program import Intended, Row

case = Row("row07circular", "Circular imports")


PACKAGES = {"p": "p/__init__", "q": "q/__init__"}


def circle(*names, last=1):
    """Return the difference that is meant in every error of a circle: it is shown, as a note.

    Each module imports the next one in its first line, the last one in its line `last`.
    """
    lines = [f"import cycle: {' -> '.join(names)}"]
    for importer, module in pairwise(names):
        file = PACKAGES.get(importer, importer.replace(".", "/"))
        line = last if importer == names[-2] else 1
        lines.append(f'  File "<DIR>/{file}.py", line {line}, {importer} imports {module}')
    return Intended(["\n".join(lines)], "an error of a circular import shows the circle")


case(
    "two_modules_that_import_each_other",
    {
        "a.py": "log('a')\nimport b\nlog('a done', hasattr(b, 'value'))\nvalue = 1",
        "b.py": "log('b')\nimport a\nlog('b done', hasattr(a, 'value'))\nvalue = 2",
    },
    """
    import a
    report({"log": log, "table": added(ordered=True)})
    """,
)

case(
    "from_a_half_initialised_module",
    {"a.py": "import b\nvalue = 1", "b.py": "from a import value"},
    """
    report({"a": run("import a"), "b": run("import b"), "added": added()})
    """,
    intended={"report.a.notes": circle("a", "b", "a")},
)

case(
    "an_attribute_of_a_half_initialised_module",
    {"a.py": "import b\nvalue = 1", "b.py": "import a\nlog(a.value)"},
    """
    report({"a": run("import a"), "b": run("import b"), "added": added()})
    """,
)

case(
    "an_attribute_of_a_half_initialised_module_elsewhere",
    {"lib": {"a.py": "import b\nvalue = 1", "b.py": "import a\nlog(a.value)"}},
    """
    state.path.insert(0, at("lib"))
    report({"a": run("import a"), "b": run("import b"), "added": added()})
    """,
)

case(
    "a_circle_of_three",
    {"a.py": "from b import x\ny = 1", "b.py": "from c import y\nx = 1", "c.py": "from a import y"},
    """
    report({"a": run("import a"), "b": run("from b import x"), "c": run("import c"), "added": added()})
    """,
    intended={
        "report.a.notes": circle("a", "b", "c", "a"),
        "report.b.notes": circle("b", "c", "a", "b"),
        "report.c.notes": circle("c", "a", "b", "c"),
    },
)

case(
    "a_circle_entered_from_its_other_side_works",
    {"a.py": "value = 1\nimport b", "b.py": "from a import value"},
    """
    report({"a": run("import a"), "added": added()})
    """,
)

case(
    "a_module_that_imports_itself",
    {
        "m.py": "import m\nlog(m is state.modules['m'])\nfrom m import log_me",
        "n.py": "value = 1\nfrom n import value as same\nimport n as self",
    },
    """
    report({"m": run("import m"), "n": run("from n import same"), "log": log, "added": added()})
    """,
)

case(
    "a_module_that_imports_itself_elsewhere",
    {
        "lib": {
            "m.py": "import m\nlog(m is state.modules['m'])\nfrom m import log_me",
            "n.py": "value = 1\nfrom n import value as same\nimport n as self",
        }
    },
    """
    state.path.insert(0, at("lib"))
    report({"m": run("import m"), "n": run("from n import same"), "log": log, "added": added()})
    """,
)

case(
    "submodules_that_import_each_other_by_name",
    {"p": {"__init__.py": "", "a.py": "import p.b\nvalue = 1", "b.py": "import p.a\nlog(hasattr(p, 'a'))"}},
    """
    report({"a": run("import p.a"), "log": log})
    """,
)

case(
    "a_half_initialised_submodule_as_an_attribute",
    {"p": {"__init__.py": "", "a.py": "import p.b", "b.py": "import p.a\np.a"}},
    """
    report({"a": run("import p.a"), "added": added()})
    """,
)

case(
    "a_half_initialised_submodule_bound_with_as",
    {
        "p": {
            "__init__.py": "",
            "a.py": "import p.b\nvalue = 1",
            "b.py": "import p.a as a\nlog(a.__name__, hasattr(a, 'value'))",
        }
    },
    """
    report({"a": run("import p.a"), "log": log})
    """,
)

case(
    "a_half_initialised_submodule_from_its_package",
    {
        "p": {
            "__init__.py": "",
            "a.py": "from . import b\nvalue = 1",
            "b.py": "from . import a\nfrom p import a as again\nlog(a is again, hasattr(a, 'value'))",
        }
    },
    """
    report({"a": run("import p.a"), "log": log})
    """,
)

case(
    "a_name_of_a_half_initialised_submodule",
    {"p": {"__init__.py": "", "a.py": "from .b import x\ny = 1", "b.py": "from .a import y\nx = 1"}},
    """
    report({"a": run("import p.a"), "b": run("from p import b"), "added": added()})
    """,
    intended={"report.a.notes": circle("p.a", "p.b", "p.a"), "report.b.notes": circle("p.b", "p.a", "p.b")},
)

case(
    "a_package_and_its_submodule",
    {"p": {"__init__.py": "from .m import value\nother = 1", "m.py": "from p import other\nvalue = 2"}},
    """
    report({"p": run("import p"), "m": run("import p.m"), "added": added()})
    """,
    intended={"report.m.notes": circle("p", "p.m", "p"), "report.p.notes": circle("p", "p.m", "p")},
)

case(
    "a_package_and_its_submodule_through_star",
    {
        "p": {
            "__init__.py": "one = 1\nfrom .m import *\ntwo = 2",
            "m.py": "from p import *\nlog(sorted(n for n in globals() if n[0] != '_'))",
        }
    },
    """
    report({"p": run("import p"), "log": log})
    """,
)

case(
    "a_circle_through_two_packages",
    {
        "p": {"__init__.py": "import q.n\nvalue = 1", "m.py": "import q"},
        "q": {"__init__.py": "", "n.py": "import p.m\nfrom p import value"},
    },
    """
    report({"p": run("import p"), "q": run("import q.n"), "added": added()})
    """,
    intended={"report.p.notes": circle("p", "q.n", "p", last=2)},
)

case(
    "a_circle_inside_functions_is_none",
    {
        "a.py": "import b\ndef use():\n    return b.use()",
        "b.py": "def use():\n    from a import use\n    return use.__module__",
    },
    """
    import a
    report(a.use())
    """,
)

case(
    "a_circle_through_import_module",
    {"a.py": "log.load('b')\nvalue = 1", "b.py": "log(log.load('a').__name__)\nlog(hasattr(log.load('a'), 'value'))"},
    """
    log.load = imp.import_module
    report({"a": run("import a"), "log": log})
    """,
)

case(
    "a_circle_through_the_main_program",
    {"helper.py": "import main\nfrom main import later"},
    """
    if __name__ == "__main__":
        report({"helper": run("import helper"), "added": added()})
    else:
        import helper
        later = 1
    """,
    private="the main program is imported a second time, and would bring its prelude with it",
)

case(
    "a_submodule_not_yet_bound_read_as_an_attribute",
    {
        "p": {
            "__init__.py": "from . import user",
            "user.py": "import p.slow\nimport p\nlog(p.slow.value)",
            "slow.py": "import p\nvalue = 1\nlog(hasattr(p, 'slow'))",
        }
    },
    """
    report({"p": run("import p"), "log": log})
    """,
)

case(
    "half_initialised_modules_with_hand_made_specs",
    {},
    """
    for name, initializing in (("starting", True), ("done", False)):
        module = types.ModuleType(name)
        module.__spec__ = imp.machinery.ModuleSpec(name, None, origin="made")
        module.__spec__._initializing = initializing
        state.modules[name] = module
    def touch(name):
        return state.modules[name].gone
    report({name: [run(f"from {name} import gone"), attempt(touch, name)] for name in ("starting", "done")})
    """,
)

# A private system's statements go through a function written in Python: its chains are shorter, as recursion counts.
for length, private in ((60, None), (100, "a private system's import statements take more of the recursion limit")):
    case(
        f"a_chain_of_{length}_modules",
        {f"m{number}.py": f"import m{number + 1}" for number in range(length)} | {f"m{length}.py": "value = 1"},
        f"""
        import m0
        report({{"count": len(added()), "last": state.modules["m{length}"].value}})
        """,
        private=private,
    )

case(
    "finders_that_know_nothing_but_the_programs_modules",
    {"a.py": "import b\nvalue = 1", "b.py": "from a import value", "ns": {"x.py": ""}},
    """
    path_finder, asked = imp.machinery.PathFinder, []
    class Strict:
        def find_spec(self, name, path=None, target=None):
            asked.append(name)
            if name in {"a", "b", "ns", "ns.x"}:
                return path_finder.find_spec(name, path, target)
            raise LookupError(name)
    state.meta_path[:] = [Strict()]
    caught = []
    for statement in ("import a", "import ns.x"):
        try:
            exec(statement)
        except Exception as exc:
            caught.append((type(exc).__name__, str(exc), exc.name))
    report({"caught": caught, "asked": asked})
    """,
    private="its path finder is an object of its own",
)

case(
    "an_import_function_that_knows_nothing_but_the_programs_modules",
    {"a.py": "import b\nvalue = 1", "b.py": "from a import value", "ns": {"x.py": ""}},
    """
    builtins = sys.modules["builtins"]
    usual, asked = builtins.__import__, []
    def strict(name, *args, **kwargs):
        asked.append(name)
        if name not in {"a", "b", "ns.x", "_io"}:
            raise LookupError(name)
        return usual(name, *args, **kwargs)
    builtins.__import__ = strict
    caught = []
    for statement in ("import a", "import ns.x"):
        try:
            exec(statement)
        except Exception as exc:
            caught.append((type(exc).__name__, str(exc)))
    builtins.__import__ = usual
    report({"caught": caught, "asked": [name for name in asked if name != "_io"]})
    """,
    private="a private system's statements have an import function of their own",
)
