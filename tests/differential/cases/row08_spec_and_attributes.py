"""Row 8: ModuleSpec, the import-related attributes of modules, and the module repr."""

from ..program import PRELUDE, Intended, Row

case = Row("row08", "Specs, attributes, repr")

case(
    "a_spec_made_by_hand",
    {},
    """
    Spec = imp.machinery.ModuleSpec
    full = Spec("a.b", "loader", origin="o.py", loader_state={"k": 1}, is_package=True)
    report({
        "bare": describe_spec(Spec("m", None)),
        "full": describe_spec(full),
        "repr": [repr(Spec("m", None)), repr(full), repr(Spec("m", "loader", origin="o"))],
        "wrong": [attempt(Spec), attempt(Spec, "m"), attempt(Spec, "m", None, "origin")],
    })
    """,
)

case(
    "specs_are_compared_by_value",
    {},
    """
    Spec = imp.machinery.ModuleSpec
    make = lambda **changes: Spec("m", "loader", **changes)
    located = make(origin="o.py")
    located.has_location = True
    report({
        "same": make() == make(),
        "name": make() == Spec("n", "loader"),
        "loader": make() == Spec("m", "other"),
        "origin": make() == make(origin="o"),
        "package": make() == make(is_package=True),
        "located": make(origin="o.py") == located,
        "other": make() == 3,
        "hash": attempt(hash, make()),
    })
    """,
)

case(
    "what_of_a_spec_may_be_changed",
    {},
    """
    spec = imp.machinery.ModuleSpec("a.b", None, origin="o.py")
    outcomes = {name: attempt(setattr, spec, name, value) for name, value in
                (("name", "c.d"), ("parent", "x"), ("has_location", 1), ("cached", "c.pyc"), ("origin", None), ("mine", 1))}
    report({"outcomes": outcomes, "spec": describe_spec(spec), "deleted": attempt(delattr, spec, "origin")})
    """,
)

case(
    "the_parent_of_a_spec",
    {},
    """
    Spec = imp.machinery.ModuleSpec
    report([Spec(name, None, is_package=package).parent for name in ("a", "a.b", "a.b.c") for package in (False, True)])
    """,
)

case(
    "the_cached_name_of_a_spec",
    {},
    """
    def cached(origin, located):
        spec = imp.machinery.ModuleSpec("m", None, origin=origin)
        spec.has_location = located
        return spec.cached
    report([cached("m.py", True), cached("m.py", False), cached("m.pyc", True), cached("m.so", True), cached(None, True),
            cached("dir/__init__.py", True), cached("m.txt", True)])
    """,
)

case(
    "the_repr_of_a_module",
    {},
    """
    Spec = imp.machinery.ModuleSpec
    class Loader:
        def __repr__(self):
            return "<a loader>"
    def module(spec=None, **attributes):
        made = types.ModuleType("m")
        made.__spec__ = spec
        for name, value in attributes.items():
            setattr(made, name, value)
        return repr(made)
    located = Spec("m", Loader(), origin="o.py")
    located.has_location = True
    report({
        "bare": repr(types.ModuleType("m")),
        "name": module(__name__="other"),
        "loader": module(__loader__=Loader()),
        "file": module(__file__="f.py"),
        "file_and_loader": module(__file__="f.py", __loader__=Loader()),
        "spec": module(Spec("m", Loader())),
        "spec_without_loader": module(Spec("m", None)),
        "spec_origin": module(Spec("m", Loader(), origin="o.py")),
        "spec_located": module(located),
        "spec_name": module(Spec("other", Loader(), origin="o.py")),
        "spec_name_none": module(Spec(None, Loader())),
        "spec_and_file": module(Spec("m", Loader()), __file__="f.py"),
        "spec_no_object": attempt(module, "text"),
    })
    """,
)

case(
    "the_repr_of_a_module_without_its_name",
    {
        "m.py": "del __name__",
        "n.py": "del __spec__",
        "o.py": "del __spec__, __loader__",
        "q.py": "del __spec__, __file__, __name__",
    },
    """
    def shown(name):
        imp.import_module(name)
        return repr(state.modules[name])
    report({name: attempt(shown, name) for name in "mnoq"})
    """,
)

case(
    "the_legacy_module_repr_of_a_loader",
    {},
    """
    class Loader:
        def module_repr(self, module):
            return "<by its loader>"
    made = types.ModuleType("m")
    made.__loader__ = Loader()
    with_spec = types.ModuleType("n")
    with_spec.__spec__ = imp.machinery.ModuleSpec("n", Loader())
    report([caught(repr, made), caught(repr, with_spec)])
    """,
)

case(
    "the_order_of_a_modules_attributes",
    {"m.py": "value = 1", "p": {"__init__.py": ""}, "space": {}},
    """
    import m, p, space, _symtable, __hello__
    report({module.__name__: [name for name in vars(module) if name.startswith("__")]
            for module in (m, p, space, _symtable, __hello__)})
    """,
)

case(
    "what_a_module_sees_of_itself_while_it_runs",
    {
        "p": {
            "__init__.py": "",
            "m.py": "log({name: str(value) for name, value in globals().items() if name != '__builtins__'})",
        }
    },
    """
    import p.m
    report(log)
    """,
)

case(
    "the_built_ins_of_a_module",
    {"m.py": "kind = type(__builtins__).__name__\nhas = 'len' in __builtins__"},
    """
    import m
    report([m.kind, m.has])
    """,
)

case(
    "attributes_a_module_sets_itself_stay",
    {"m.py": "__file__ = 'mine'\n__package__ = 'mine'\n__loader__ = 'mine'\n__cached__ = 'mine'\n__doc__ = 'mine'"},
    """
    import m
    report(describe(m))
    """,
)

case(
    "module_from_spec_sets_the_attributes",
    {"m.py": "", "p": {"__init__.py": ""}},
    """
    make = imp.util.module_from_spec
    module = make(imp.util.find_spec("m"))
    package = make(imp.util.find_spec("p"))
    report({"module": describe(module), "package": describe(package), "order": list(vars(package)), "added": added()})
    """,
    intended={
        "report.order": Intended(
            lambda names: [*names, "__builtins__"],
            "a module that a private system makes knows its built-in names before it is executed",
            modes=("private",),
        )
    },
)

case(
    "a_module_keeps_its_attributes_when_its_loader_made_it",
    {},
    """
    class Loader:
        def create_module(self, spec):
            module = types.ModuleType("made")
            module.__path__ = ["mine"]
            return module
        def exec_module(self, module):
            pass
    spec = imp.machinery.ModuleSpec("m", Loader(), is_package=True, origin="o")
    module = imp.util.module_from_spec(spec)
    report({"module": describe(module), "doc": module.__doc__})
    """,
)

case(
    "submodules_are_bound_on_their_parents",
    {"a": {"__init__.py": "", "b": {"__init__.py": "", "c.py": ""}}},
    """
    import a.b.c
    report([a.b is state.modules["a.b"], a.b.c is state.modules["a.b.c"], "c" in vars(a.b), "b.c" in vars(a)])
    """,
)

case(
    "the_main_module_of_a_script",
    {},
    """
    import __main__
    report({"main": describe(__main__), "argv": sys.argv, "path0": sys.path[0], "is_me": __main__.__dict__ is globals(),
            "builtins": type(__builtins__).__name__,
            "names": sorted(n for n in vars(__main__) if n.startswith("__") and n not in ("__main__", "__warningregistry__"))})
    """,
    private="__main__ is the host's",
)

case(
    "the_main_module_of_a_script_with_arguments_in_another_directory",
    {
        "sub": {
            "script.py": PRELUDE
            + """
import __main__, beside
report({"main": describe(__main__), "argv": sys.argv, "path0": sys.path[0], "beside": beside.value})
""",
            "beside.py": "value = 1",
        }
    },
    run=("sub/script.py", "-x", "--flag", "a b"),
)

case(
    "the_main_module_run_by_name",
    {
        "p": {
            "__init__.py": "",
            "m.py": PRELUDE
            + """
import __main__
report({"main": describe(__main__), "argv": sys.argv, "path0": sys.path[0], "added": added(), "imported": 'p.m' in sys.modules})
""",
        }
    },
    run=("-m", "p.m", "arg"),
)

case(
    "the_main_module_of_a_directory",
    {
        "app": {
            "__main__.py": PRELUDE
            + """
import __main__, beside
report({"main": describe(__main__), "argv": sys.argv, "path0": sys.path[0], "beside": beside.value})
""",
            "beside.py": "value = 1",
        }
    },
    run=("app", "arg"),
)

case(
    "the_main_module_of_the_command_line",
    {},
    run=(
        "-c",
        PRELUDE
        + """
import __main__
report({"main": describe(__main__), "argv": sys.argv, "path0": sys.path[0]})
""",
        "arg",
    ),
)

case(
    "the_main_module_of_bytecode",
    {
        "make.py": PRELUDE
        + """
write("script.pyc", pyc(PRELUDE_TEXT + "import __main__\\nreport({'main': describe(__main__), 'argv': sys.argv})", "script.py"))
import subprocess
line = [sys.executable] + (["-m", "importal", "run"] if "importal" in sys.modules else []) + ["script.pyc", "arg"]
sys.exit(subprocess.call(line))
""".replace("PRELUDE_TEXT", repr(PRELUDE))
    },
    run=("make.py",),
)
