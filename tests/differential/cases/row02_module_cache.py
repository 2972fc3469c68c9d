"""Row 2: the module table: what a name in it means, and what becomes of it when execution fails or reload runs."""

from ..program import Intended, Row

case = Row("row02", "The module table")

case(
    "a_hit_executes_nothing",
    {"m.py": "log('ran')"},
    """
    import m as first
    import m as second
    report({"same": first is second, "log": log})
    """,
)

case(
    "any_object_in_the_table_is_the_module",
    {},
    """
    state.modules["thing"] = marker = ["not", "a", "module"]
    import thing
    report({"same": thing is marker, "from": run("from thing import append, missing"), "import_module": imp.import_module("thing")})
    """,
)

case(
    "none_in_the_table_stops_the_import",
    {"m.py": "log('ran')", "p": {"__init__.py": "", "sub.py": "log('ran')"}},
    """
    state.modules["m"] = None
    state.modules["p.sub"] = None
    report({
        "import": run("import m"),
        "from": run("from m import x"),
        "submodule": run("import p.sub"),
        "fromlist": run("from p import sub"),
        "import_module": attempt(imp.import_module, "m"),
        "log": log,
    })
    """,
)

case(
    "a_failing_module_is_removed_and_only_it",
    {
        "bad.py": "import side\nimport pkg.inner\nraise RuntimeError('bad')",
        "side.py": "",
        "pkg": {"__init__.py": "", "inner.py": ""},
    },
    """
    report({"outcome": run("import bad"), "added": added()})
    """,
)

case(
    "a_failing_submodule_keeps_its_parent_unbound",
    {"p": {"__init__.py": "", "bad.py": "1 / 0"}},
    """
    outcome = run("import p.bad")
    report({"outcome": outcome, "added": added(), "bound": hasattr(state.modules["p"], "bad")})
    """,
)

case(
    "a_failing_package_leaves_the_submodules_it_imported",
    {"p": {"__init__.py": "import p.good\nraise RuntimeError('package')", "good.py": "log('good ran')"}},
    """
    outcomes = [run("import p"), run("import p"), run("import p.good")]
    report({"outcomes": outcomes, "added": added(), "log": log})
    """,
)

case(
    "a_failed_module_is_executed_again_by_the_next_import",
    {"m.py": "log('try')\nif len(log) < 3: raise ValueError(len(log))\nvalue = len(log)"},
    """
    report({"outcomes": [run("import m"), run("import m"), run("from m import value")], "log": log})
    """,
)

case(
    "a_module_that_replaces_itself_is_what_import_returns",
    {"m.py": "class Stand:\n    value = 'stand-in'\nstate.modules[__name__] = Stand()"},
    """
    import m
    from m import value
    report({"type": type(m).__name__, "value": value, "import_module": imp.import_module("m") is m})
    """,
)

case(
    "a_submodule_that_replaces_itself_is_bound_on_its_parent",
    {"p": {"__init__.py": "", "m.py": "state.modules[__name__] = 'stand-in'"}},
    """
    import p.m
    report({"bound": p.m, "from": run("from p import m"), "as": run("import p.m as m")})
    """,
)

case(
    "a_module_that_removes_itself",
    {"m.py": "del state.modules[__name__]\nvalue = 1"},
    """
    report({"import": run("import m"), "import_module": attempt(imp.import_module, "m"), "added": added()})
    """,
)

case(
    "a_failing_module_that_replaced_itself",
    {"m.py": "state.modules[__name__] = 'stand-in'\nraise ValueError('late')"},
    """
    report({"outcome": run("import m"), "added": added()})
    """,
)

case(
    "a_failing_module_that_removed_itself",
    {"m.py": "del state.modules[__name__]\nraise ValueError('late')"},
    """
    report({"outcome": run("import m"), "added": added()})
    """,
)

case(
    "the_table_lists_a_module_after_what_it_imported",
    {"a.py": "import b\nimport p.c", "b.py": "import d", "d.py": "", "p": {"__init__.py": "", "c.py": "import a"}},
    """
    import a
    report(added(ordered=True))
    """,
)

case(
    "a_module_removed_from_the_table_is_made_anew",
    {"p": {"__init__.py": "", "m.py": "log('ran')"}},
    """
    import p.m
    first = p.m
    del state.modules["p.m"]
    import p.m
    report({"same": p.m is first, "log": log, "in_table": state.modules["p.m"] is p.m})
    """,
)

case(
    "a_parent_removed_from_the_table_is_executed_again",
    {"p": {"__init__.py": "log('parent')", "m.py": "log('child')"}},
    """
    import p.m
    del state.modules["p"]
    import p.m as again
    report({"log": log, "bound_on_new_parent": hasattr(state.modules["p"], "m"), "name": again.__name__})
    """,
    intended={
        "report.bound_on_new_parent": Intended(
            True,
            "what is not bound on its parent a statement takes from sys.modules, which is not the private table",
            modes=("private",),
        )
    },
)

case(
    "reload_keeps_the_object_and_the_old_names",
    {"m.py": "old = 1\nvalue = 'before'"},
    """
    import m
    before = describe(m)
    write("m.py", "value = 'after'", mtime=1_000_000)
    result = imp.reload(m)
    report({"same": result is m, "value": m.value, "old": m.old, "changed": describe(m) != before})
    """,
)

case(
    "a_failing_reload_keeps_the_module",
    {"m.py": "value = 'before'"},
    """
    import m
    write("m.py", "value = 'half'\\nraise ValueError('reload')", mtime=1_000_000)
    outcome = attempt(imp.reload, m)
    report({"outcome": outcome, "kept": state.modules["m"] is m, "value": m.value})
    """,
)

case(
    "reload_of_a_module_that_is_not_in_the_table",
    {"m.py": ""},
    """
    import m
    del state.modules["m"]
    absent = attempt(imp.reload, m)
    state.modules["m"] = types.ModuleType("m")
    report({"absent": absent, "another": attempt(imp.reload, m)})
    """,
)

case(
    "reload_of_something_that_is_no_module",
    {},
    """
    report([attempt(imp.reload, thing) for thing in ("json", None, 3, types.SimpleNamespace(__name__="x"))])
    """,
)

case(
    "reload_of_a_module_whose_file_is_gone",
    {"m.py": "value = 1"},
    """
    import m
    os.remove(at("m.py"))
    imp.invalidate_caches()
    report({"outcome": attempt(imp.reload, m), "kept": state.modules["m"] is m, "value": m.value})
    """,
)

case(
    "reload_of_a_submodule_needs_its_parent",
    {"p": {"__init__.py": "", "m.py": "log('ran')"}},
    """
    import p.m
    module = p.m
    del state.modules["p"]
    without = attempt(imp.reload, module)
    import p
    report({"without": without, "with": attempt(imp.reload, module), "log": log})
    """,
)

case(
    "reload_returns_what_stands_in_the_table_afterwards",
    {"m.py": "log('ran')\nif len(log) == 2: state.modules[__name__] = 'stand-in'"},
    """
    import m
    report({"result": imp.reload(m), "table": state.modules["m"], "log": log})
    """,
)

case(
    "reload_inside_the_reload_of_the_same_module",
    {"m.py": "log('ran')\nagain = None if len(log) == 1 else reload(m) is m"},
    """
    import m
    m.m, m.reload = m, imp.reload
    imp.reload(m)
    report({"log": log, "again": m.again})
    """,
)

case(
    "reload_of_a_package_leaves_its_submodules",
    {"p": {"__init__.py": "log('p')", "m.py": "log('p.m')"}},
    """
    import p.m
    child = p.m
    imp.reload(p)
    report({"log": log, "child": p.m is child and state.modules["p.m"] is child, "package": describe(p)})
    """,
)

case(
    "reload_takes_the_spec_of_where_the_module_is_now",
    {"one": {"m.py": "value = 1"}, "two": {"m.py": "value = 2"}},
    """
    state.path.insert(0, at("one"))
    import m
    state.path[0] = at("two")
    imp.reload(m)
    report({"value": m.value, "module": describe(m)})
    """,
)

case(
    "reload_of_a_builtin_and_of_a_frozen_module",
    {},
    """
    import _symtable, __hello__
    seen = [attempt(lambda: imp.reload(module) is module) for module in (_symtable, __hello__)]
    report({"seen": seen, "hello": describe(__hello__)})
    """,
)

case(
    "an_interrupted_import_leaves_the_table_as_any_failure_does",
    {"m.py": "import side\nraise KeyboardInterrupt", "side.py": ""},
    """
    report({"outcome": run("import m"), "again": run("import m"), "added": added()})
    """,
)

case(
    "a_module_that_exits",
    {"m.py": "raise SystemExit(3)"},
    """
    report({"outcome": run("import m"), "added": added()})
    """,
)

case(
    "a_half_initialised_module_says_so",
    {
        "m.py": "log(__spec__._initializing)\nimport other\nlog(__spec__._initializing)",
        "other.py": "import m\nlog(m.__spec__._initializing)",
    },
    """
    import m
    report({"log": log, "after": getattr(m.__spec__, "_initializing", "<missing>")})
    """,
)

case(
    "none_in_a_packages_place",
    {"p": {"__init__.py": "", "q.py": ""}},
    """
    state.modules["p"] = None
    statements = ("import p", "import p.q", "import p.q.r", "from p import q", "from p.q import x")
    report({text: run(text) for text in statements} | {"function": attempt(imp.import_module, "p.q"), "added": added()})
    """,
)
