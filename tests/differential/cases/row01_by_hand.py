"""Row 1: a module made by hand, from a path or from its parts, without any finder."""

from ..program import Intended, Row

case = Row("row01", "A module made by hand")

case(
    "load_source_reads_compiles_registers_and_executes",
    {"code.txt": "'''A text.'''\nvalue = 6 * 7\nlog(__name__)"},
    """
    module = imp.load_source("by_hand", at("code.txt"))
    report({"module": describe(module), "value": module.value, "log": log, "kept": state.modules["by_hand"] is module})
    """,
)

case(
    "load_source_a_second_time_returns_the_same_module",
    {"m.py": "log('ran')"},
    """
    first = imp.load_source("m", at("m.py"))
    report({"same": imp.load_source("m", at("m.py")) is first, "log": log})
    """,
)

case(
    "load_source_is_what_a_later_import_finds",
    {"m.py": "log('from the path')", "elsewhere": {"m.py": "log('by hand')"}},
    """
    made = imp.load_source("m", at("elsewhere", "m.py"))
    import m
    report({"same": m is made, "log": log, "file": m.__file__})
    """,
)

case(
    "load_source_that_fails_leaves_no_entry",
    {"m.py": "log(__name__ in state.modules)\nraise ValueError('half way')"},
    """
    report({"outcome": attempt(imp.load_source, "m", at("m.py")), "log": log, "added": added()})
    """,
)

case(
    "load_source_of_a_file_that_is_not_there",
    {},
    """
    report({"outcome": attempt(imp.load_source, "m", at("m.py")), "added": added()})
    """,
)

case(
    "load_source_of_a_syntax_error",
    {"m.py": "value = 1\nvalue = = 2\n"},
    """
    report({"outcome": attempt(imp.load_source, "m", at("m.py")), "added": added()})
    """,
)

case(
    "a_module_put_in_the_table_by_hand_is_imported",
    {},
    """
    made = types.ModuleType("made", "Its text.")
    state.modules["made"] = made
    import made as found
    report({"same": found is made, "module": describe(made)})
    """,
)

case(
    "spec_module_and_execution_step_by_step",
    {"m.py": "value = 1\nlog(__name__ in state.modules)"},
    """
    spec = imp.util.spec_from_file_location("m", at("m.py"))
    module = imp.util.module_from_spec(spec)
    before = sorted(vars(module))
    result = spec.loader.exec_module(module)
    report({"before": before, "result": result, "value": module.value, "log": log, "added": added(),
            "module": describe(module)})
    """,
    intended={
        "report.before": Intended(
            lambda names: ["__builtins__", *names],
            "a module that a private system makes knows its built-in names before it is executed",
            modes=("private",),
        )
    },
)

case(
    "a_module_made_by_hand_can_import_itself_once_registered",
    {"m.py": "import m\nlog(m.__name__)\nvalue = m"},
    """
    spec = imp.util.spec_from_file_location("m", at("m.py"))
    module = imp.util.module_from_spec(spec)
    state.modules["m"] = module
    spec.loader.exec_module(module)
    report({"itself": module.value is module, "log": log})
    """,
)

case(
    "a_package_made_by_hand_finds_its_submodules",
    {"elsewhere": {"__init__.py": "", "sub.py": "value = __name__, __package__"}},
    """
    spec = imp.util.spec_from_file_location("given", at("elsewhere", "__init__.py"),
                                            submodule_search_locations=[at("elsewhere")])
    state.modules["given"] = package = imp.util.module_from_spec(spec)
    spec.loader.exec_module(package)
    from given.sub import value
    report({"value": value, "package": describe(package), "bound": package.sub.__name__})
    """,
)
