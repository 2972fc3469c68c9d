"""Row 7: import statements in every form; circular imports have a file of their own."""

from ..program import Intended, Row

case = Row("row07", "Statements")

REFUSED_BINDING = Intended(
    "ImportError",
    "what its parent does not have, a statement takes from sys.modules, and the private table's modules are not there",
    modes=("private",),
)

ABC = {"a": {"__init__.py": "", "b": {"__init__.py": "", "c.py": "value = 'c'"}}}

case(
    "import_binds_the_top_package",
    ABC,
    """
    report([run("import a"), run("import a.b"), run("import a.b.c"), run("import a.b.c, a.b as x")])
    """,
)

case(
    "import_as_binds_the_leaf",
    ABC,
    """
    report([run("import a as x"), run("import a.b.c as x"), run("import a.b.c as x, a.b as y")])
    """,
)

case(
    "from_binds_attributes_and_submodules",
    {"p": {"__init__.py": "value = 1", "m.py": ""}},
    """
    report([run("from p import value"), run("from p import m"), run("from p import value as v, m as n"), added()])
    """,
)

case(
    "from_takes_an_attribute_before_a_submodule",
    {"p": {"__init__.py": "m = 'attribute'", "m.py": "log('ran')"}},
    """
    report([run("from p import m"), log, run("import p.m as m"), log, run("from p import m")])
    """,
)

case(
    "from_a_name_that_is_not_there",
    {"m.py": "", "p": {"__init__.py": ""}, "space": {}},
    """
    report([run("from m import gone"), run("from p import gone"), run("from space import gone"),
            run("from _symtable import gone"), run("from p.gone import x"), run("from gone import x")])
    """,
)

case(
    "from_binds_what_came_before_the_failing_name",
    {"m.py": "one, two = 1, 2"},
    """
    report(run("from m import one, gone, two"))
    """,
)

case(
    "from_a_submodule_that_fails",
    {
        "p": {
            "__init__.py": "",
            "bad.py": "raise ValueError('bad')",
            "missing.py": "import not_there_at_all",
            "wrong.py": "raise ImportError('by hand')",
            "absent.py": "raise ModuleNotFoundError('by hand', name='p.absent')",
        }
    },
    """
    report({name: run(f"from p import {name}") for name in ("bad", "missing", "wrong", "absent")} | {"added": added()})
    """,
)

case(
    "a_module_with_getattr",
    {
        "m.py": "def __getattr__(name):\n    log(name)\n    if name == 'gone': raise AttributeError(name)\n"
        "    if name == 'worse': raise LookupError(name)\n    return name.upper()"
    },
    """
    import m
    report({"any": run("from m import any"), "gone": run("from m import gone"), "worse": run("from m import worse"),
            "attribute": m.thing, "star": sorted(run("from m import *")["bound"]), "log": log})
    """,
)

case(
    "a_package_with_getattr_is_asked_before_its_submodules",
    {
        "p": {
            "__init__.py": "def __getattr__(name):\n    log(name)\n    if name in ('m', '__path__'): raise AttributeError(name)\n    return name.upper()",
            "m.py": "",
            "n.py": "",
        }
    },
    """
    report({"m": run("from p import m"), "n": run("from p import n"), "log": log, "added": added()})
    """,
)

case(
    "a_package_that_imports_submodules_on_demand",
    {
        "p": {
            "__init__.py": "def __getattr__(name):\n    if name == 'm':\n        import p.m\n        return state.modules['p.m']\n    raise AttributeError(name)",
            "m.py": "log('ran')\nvalue = 1",
        }
    },
    """
    import p
    report({"before": list(log), "value": p.m.value, "again": run("from p import m"), "log": log})
    """,
)

case(
    "star_without_all",
    {"m.py": "import p\none = 1\n_private = 2\n__dunder__ = 3", "p": {"__init__.py": "value = 1", "m.py": ""}},
    """
    report([run("from m import *"), run("from p import *")])
    """,
)

case(
    "star_with_all",
    {
        "m.py": "__all__ = ['one', '_private']\none = 1\n_private = 2\nhidden = 3",
        "t.py": "__all__ = ('one',)\none = 1\nhidden = 3",
        "e.py": "__all__ = []\none = 1",
    },
    """
    report([run("from m import *"), run("from t import *"), run("from e import *")])
    """,
)

case(
    "star_imports_the_submodules_all_names",
    {"p": {"__init__.py": "__all__ = ['m', 'value']\nvalue = 1", "m.py": "log('ran')", "n.py": "log('not me')"}},
    """
    report([run("from p import *"), log, added()])
    """,
)

case(
    "star_with_a_wrong_all",
    {
        "m.py": "__all__ = ['gone']",
        "n.py": "__all__ = [3]",
        "o.py": "__all__ = 3",
        "q.py": "__all__ = 'ab'\na = 1\nb = 2",
        "p": {"__init__.py": "__all__ = ['gone']"},
        "r": {"__init__.py": "__all__ = [3]"},
    },
    """
    report({name: run(f"from {name} import *") for name in "mnoqpr"})
    """,
)

case(
    "star_from_an_object_that_is_no_module",
    {},
    """
    class Slotted:
        __slots__ = ("one",)
    class Thing:
        one = "class attribute"
    thing, state.modules["slotted"], state.modules["number"] = Thing(), Slotted(), 3
    thing.two, thing._three = 2, 3
    state.modules["thing"] = thing
    report([run("from thing import *"), run("from slotted import *"), run("from number import *")])
    """,
)

case(
    "star_with_a_submodule_that_fails",
    {
        "p": {"__init__.py": "__all__ = ['bad']", "bad.py": "raise ValueError('bad')"},
        "q": {"__init__.py": "__all__ = ['missing']", "missing.py": "import not_there_at_all"},
    },
    """
    report([run("from p import *"), run("from q import *"), added()])
    """,
)

RELATIVE = {
    "p": {
        "__init__.py": "value = 'p'",
        "a.py": "value = 'p.a'",
        "q": {"__init__.py": "value = 'p.q'", "b.py": "value = 'p.q.b'", "r": {"__init__.py": "", "c.py": ""}},
    }
}

case(
    "relative_imports_at_every_level",
    RELATIVE,
    """
    import p.q.r.c
    seen = {}
    for text in ("from . import c", "from .c import __name__", "from .. import b", "from ..b import value",
                 "from ... import a", "from ...a import value", "from ... import value", "from .... import x",
                 "from ....x import y"):
        seen[text] = run(text, __package__="p.q.r", __name__="p.q.r.c")
    report(seen)
    """,
)

case(
    "relative_imports_in_real_modules",
    {
        "p": {
            "__init__.py": "from .a import value as first",
            "a.py": "from .q.b import value\nfrom . import q",
            "q": {"__init__.py": "from .. import __name__ as top", "b.py": "from . import top\nvalue = top"},
        }
    },
    """
    import p
    report({"first": p.first, "q": p.a.q.__name__, "table": added(ordered=True)})
    """,
)

case(
    "a_relative_import_without_a_package",
    {"m.py": "from . import x", "n.py": "from .x import y", "o.py": "from .. import x"},
    """
    report({"main": run("from . import x", __name__="__main__"), "m": run("import m"), "n": run("import n"),
            "o": run("import o"), "bare": run("from . import x", __package__=""), "none": run("from . import x", __package__=None)})
    """,
)

case(
    "a_relative_import_in_a_package_that_is_not_loaded",
    RELATIVE,
    """
    report([run("from . import x", __package__="p"), added(), run("from . import x", __package__="gone"),
            run("from .. import x", __package__="p"), run("from .a import value", __package__="p.none")])
    """,
)

case(
    "what_package_a_relative_import_is_relative_to",
    RELATIVE,
    """
    import p.q.b
    spec = imp.machinery.ModuleSpec("p.q.b", None)
    report({
        "by_package": run("from . import value", __package__="p"),
        "by_spec": run("from . import value", __spec__=p.q.b.__spec__),
        "by_name": caught(exec, "from . import b", {"__name__": "p.q.x", "__builtins__": __builtins__}),
        "by_name_and_path": caught(exec, "from . import b", {"__name__": "p.q", "__path__": [], "__builtins__": __builtins__}),
        "disagree": caught(exec, "from . import value", {"__package__": "p", "__spec__": spec, "__builtins__": __builtins__}),
        "number": run("from . import value", __package__=3),
        "number_as_name": run("from . import value", __name__=3),
        "nothing": caught(exec, "from . import value", {"__builtins__": __builtins__}),
    })
    """,
    intended={
        "report.disagree.warnings.0": Intended(
            lambda text: text + " ('p' != 'p.q')",
            "a private system warns in the words of importlib, which names the two, and not in those of C code",
            modes=("private",),
        )
    },
)

case(
    "import_in_functions_classes_and_blocks",
    {"m.py": "value = 1", "n.py": "value = 2"},
    """
    def local():
        import m
        return sorted(locals()), m.value
    def bound_globally():
        global n
        import n
    class Body:
        from m import value
    def outer():
        value = None
        def inner():
            nonlocal value
            from n import value
        inner()
        return value
    bound_globally()
    for m_again in range(2):
        import m as m_again
    try:
        import gone
    except ImportError as exc:
        gone = exc.name
    finally:
        import n as last
    report([local(), n.value, Body.value, outer(), m_again.value, gone, last.value, "m" in globals()])
    """,
)

case(
    "a_submodule_bound_on_its_parent_after_it_ran",
    {"p": {"__init__.py": "", "m.py": "import p\nlog(hasattr(p, 'm'))"}},
    """
    import p.m
    report({"during": log, "after": p.m is state.modules["p.m"]})
    """,
)

case(
    "a_parent_that_refuses_the_binding",
    {
        "p": {
            "__init__.py": "class Fixed:\n    __slots__ = ()\n    __path__ = __path__\n    __spec__ = __spec__\n    __name__ = __name__\nstate.modules[__name__] = Fixed()",
            "m.py": "value = 1",
        }
    },
    """
    outcome = caught(imp.import_module, "p.m")
    def bound(statement):
        outcome = run(statement)
        return outcome.get("error") or outcome["bound"]
    report({"outcome": outcome, "as": bound("import p.m as m"), "from": bound("from p import m"), "added": added()})
    """,
    intended={"report.as": REFUSED_BINDING, "report.from": REFUSED_BINDING},
)

case(
    "a_parent_that_raises_at_the_binding",
    {
        "p": {
            "__init__.py": "class Angry:\n    __path__, __spec__ = __path__, __spec__\n    def __setattr__(self, name, value):\n        raise LookupError(name)\nstate.modules[__name__] = Angry()",
            "m.py": "value = 1",
        }
    },
    """
    report({"outcome": caught(imp.import_module, "p.m"), "added": added()})
    """,
)

case(
    "a_submodule_that_sets_its_own_name_on_the_parent",
    {"p": {"__init__.py": "", "m.py": "import p\np.m = 'set by the child'"}},
    """
    import p.m
    report({"bound": type(p.m).__name__, "from": run("from p import m")})
    """,
)

case(
    "import_of_a_child_of_a_module",
    {"m.py": "", "p": {"__init__.py": "", "n.py": ""}},
    """
    report([run("import m.x"), run("import m.x.y"), run("import p.n.x"), run("import gone.x"), run("import p.gone.x"),
            run("import _symtable.x"), added()])
    """,
)

case(
    "names_are_normalised_by_the_compiler",
    {"ﬁne.py": "", "fine.py": "value = 'fi as two letters'"},
    """
    report(run("import ﬁne; value = fine.value"))
    """,
)

case(
    "a_replaced_import_function_is_called_by_statements",
    {"p": {"__init__.py": "", "m.py": "value = 1"}},
    """
    import builtins
    real = builtins.__import__
    def replaced(name, globals=None, locals=None, fromlist=(), level=0):
        log(name, None if globals is None else globals.get("__name__"), fromlist, level)
        return real(name, globals, locals, fromlist, level)
    builtins.__import__ = replaced
    try:
        import p.m
        from p import m
        from p.m import value as v
        imp.import_module("p.m")
    finally:
        builtins.__import__ = real
    report([item for item in log if item[0].startswith("p")])
    """,
    private="builtins.__import__ is the host's; a private system has its own",
)

case(
    "an_import_function_in_the_built_ins_of_a_namespace",
    {"m.py": "value = 1"},
    """
    def mine(name, globals=None, locals=None, fromlist=(), level=0):
        return [name, fromlist, level]
    namespace = {"__builtins__": {"__import__": mine}}
    exec("import a.b.c\\nimport x", namespace)
    without = attempt(exec, "import m", {"__builtins__": {}})
    report({"a": namespace["a"], "x": namespace["x"], "without": without})
    """,
    private="the point is a namespace with built-ins of its own",
)

case(
    "a_script_that_hides_a_module_of_the_standard_library",
    {"colorsys.py": "import colorsys\ncolorsys.rgb_to_hsv(1, 0, 0)", "sub": {}},
    """
    report([run("import colorsys"), run("from colorsys import rgb_to_hsv")])
    """,
)

case(
    "a_third_party_module_that_fails_for_its_own_import",
    {"m.py": "import n", "n.py": "from o import thing", "o.py": "other = 1"},
    """
    report({"chain": traced(lambda: exec("import m", {"__builtins__": __builtins__})), "added": added()})
    """,
)

case(
    "modules_that_break_the_wording_of_the_error",
    {
        "named.py": "__name__ = 'another'",
        "numbered.py": "__name__ = 3",
        "nameless.py": "del __name__",
        "fileless.py": "del __file__",
        "filed.py": "__file__ = 3",
        "specless.py": "del __spec__",
        "unspecced.py": "__spec__ = None",
    },
    """
    names = ("named", "numbered", "nameless", "fileless", "filed", "specless", "unspecced")
    def touch(name):
        return getattr(imp.import_module(name), "gone")
    # Of a module without a name CPython 3.11 and 3.12 say SystemError: they have forgotten an error. What happens to clear
    # it in between, a collection or a look past the cache of a type's attributes, makes an ImportError of that.
    def statement(name):
        return None if name == "nameless" and sys.version_info < (3, 13) else run(f"from {name} import gone")
    report({name: [statement(name), attempt(touch, name)] for name in names})
    """,
)

case(
    "future_imports_and_real_modules_of_that_name",
    {"m.py": "from __future__ import annotations\nvalue: not_evaluated = 1"},
    """
    report([run("from m import value, annotations")["bound"].keys() >= {"value", "annotations"},
            run("import __future__")["bound"].keys() >= {"__future__"}])
    """,
    private="__future__ is a file of the standard library",
)

LAZY = "programs in a private system are given an import function, by which nothing is lazy"

case(
    "all_statements_are_lazy",
    {"m.py": "import n\nvalue = 1", "n.py": "value = 2", "p": {"__init__.py": "", "q.py": "value = 3"}},
    """
    import m
    import p.q
    from n import value
    names = ("m", "n", "p", "p.q")
    before = [name in state.modules for name in names]
    used = [m.value, p.q.value, value]
    report({"before": before, "used": used, "lazy": sorted(set(names) & set(sys.lazy_modules)), "mode": sys.get_lazy_imports()})
    """,
    flags=("-X", "lazy_imports=all"),
    since=(3, 15),
    private=LAZY,
)

case(
    "a_program_that_makes_all_statements_lazy",
    {"m.py": "value = 1", "late.py": "import m\nused = m.value\n"},
    """
    asked = []
    def choose(importer, name, fromlist=None):
        asked.append([importer, name])
        return True
    sys.set_lazy_imports_filter(choose)
    sys.set_lazy_imports("all")
    import late
    before = "late" in state.modules
    report({"before": before, "used": late.used, "asked": asked, "mode": sys.get_lazy_imports()})
    """,
    since=(3, 15),
    private=LAZY,
)

case(
    "what_has_been_lazy_and_is_loaded",
    {"m.py": "value = 1", "n.py": "value = 2", "p": {"__init__.py": "", "q.py": ""}},
    """
    namespace = {}
    exec("lazy import m; lazy from n import value; lazy import p.q", namespace)
    def waiting():
        return sorted({"m", "n", "p", "p.q"} & set(sys.lazy_modules))
    before = waiting()
    import m
    after_m = waiting()
    exec("value, p.q", namespace)
    report({"before": before, "after m": after_m, "after": waiting()})
    """,
    since=(3, 15),
    private=LAZY,
)
