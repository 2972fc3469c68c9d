"""Bad input: it gets a clear error, and nothing is lost.

Where CPython's own error for nonsense is an accident of its code (an AttributeError that names an internal), only the
type of the error is compared, and that the table is as it was.
"""

from trees import Archive

from ..program import Intended, Row

case = Row("bad", "Bad input")

NAMES = """
class Text(str):
    pass
names = {"empty": "", "number": 3, "none": None, "bytes": b"m", "list": ["m"], "dot": ".", "dots": "..", "leading": ".m",
         "trailing": "m.", "double": "p..m", "spaces": " ", "newline": "m\\n", "null": "m\\0n", "slash": "p/m", "subclass": Text("m"), "surrogate": "\\udc80",
         "long": "x" * 300}
"""

case(
    "names_given_to_import_module",
    {"m.py": "", "p": {"__init__.py": "", "m.py": ""}},
    NAMES
    + """
def seen(name):
    outcome = attempt(imp.import_module, name)
    return outcome if isinstance(name, str) else outcome["error"]
report({key: seen(name) for key, name in names.items()} | {"added": added()})
""",
)

case(
    "names_given_to_the_import_function",
    {"m.py": "", "p": {"__init__.py": "", "m.py": ""}},
    NAMES
    + 'report({key: [attempt(__import__, name), attempt(imp.__import__, name)] for key, name in names.items()} | {"added": added()})',
)

case(
    "names_given_to_find_spec",
    {"m.py": "", "p": {"__init__.py": "", "m.py": ""}},
    NAMES
    + """
def seen(name):
    outcome = attempt(lambda: describe_spec(imp.util.find_spec(name)))
    return outcome if isinstance(name, str) else outcome["error"]
report({key: seen(name) for key, name in names.items()} | {"added": added()})
""",
)

case(
    "relative_names_without_a_package",
    {"m.py": ""},
    """
    report([attempt(imp.import_module, ".m"), attempt(imp.import_module, ".m", None), attempt(imp.import_module, ".m", ""),
            attempt(imp.import_module, ".m", 3)["error"], attempt(imp.util.find_spec, ".m"), attempt(imp.__import__, "m", {}, {}, [], 1),
            attempt(__import__, "m", {}, {}, [], 1), attempt(imp.__import__, "m", {"__package__": 3}, {}, [], 1), run("from .m import x"), added()])
    """,
)

case(
    "levels_that_are_wrong",
    {"m.py": ""},
    """
    report([attempt(__import__, "m", {}, {}, [], level) for level in (-1, "1", 1.5, None, 10)]
           + [attempt(imp.__import__, "m", {}, {}, [], -1)])
    """,
)

case(
    "a_finder_that_returns_nonsense",
    {"m.py": ""},
    """
    class Finder:
        def __init__(self, answer): self.answer = answer
        def find_spec(self, name, path=None, target=None): return self.answer if name == "m" else None
    seen = {}
    for label, answer in (("number", 3), ("text", "spec"), ("object", object()), ("module", types.ModuleType("m")), ("false", False), ("empty", [])):
        state.meta_path.insert(0, Finder(answer))
        seen[label] = [run("import m").get("error", "none"), added()]
        del state.meta_path[0]
        state.modules.pop("m", None)
    report({"seen": seen, "after": run("import m")})
    """,
)

case(
    "a_finder_that_is_none_of_one",
    {"m.py": ""},
    """
    seen = []
    for thing in (3, None, "finder"):
        state.meta_path.insert(0, thing)
        outcome = caught(imp.import_module, "m")
        seen.append([outcome.get("error"), len(outcome["warnings"])])
        del state.meta_path[0]
        state.modules.pop("m", None)
    report({"seen": seen, "after": run("import m")})
    """,
)

case(
    "a_finder_with_a_wrong_signature",
    {"m.py": ""},
    """
    class Finder:
        def find_spec(self):
            return None
    state.meta_path.insert(0, Finder())
    outcome = run("import m")
    del state.meta_path[0]
    report({"outcome": outcome, "after": run("import m")})
    """,
)

case(
    "a_spec_with_a_loader_that_is_none_of_one",
    {},
    """
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name in loaders: return imp.machinery.ModuleSpec(name, loaders[name])
    loaders = {"number": 3, "text": "loader", "object": object(), "kind": object}
    state.meta_path.insert(0, Finder())
    report({name: run(f"import {name}")["error"] for name in loaders} | {"added": added()})
    """,
)

case(
    "a_loader_whose_create_module_returns_nonsense",
    {},
    """
    class Loader:
        def __init__(self, made): self.made = made
        def create_module(self, spec): return self.made
        def exec_module(self, module): log(repr(module))
    loaders = {"number": Loader(3), "false": Loader(False), "kind": Loader(int)}
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name in loaders: return imp.machinery.ModuleSpec(name, loaders[name])
    state.meta_path.insert(0, Finder())
    report({"outcomes": {name: run(f"import {name}") for name in loaders}, "log": log, "added": added()})
    """,
)

case(
    "a_loader_that_takes_its_module_away",
    {},
    """
    class Loader:
        def create_module(self, spec): return None
        def exec_module(self, module): del state.modules[module.__name__]
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "m": return imp.machinery.ModuleSpec(name, Loader())
    state.meta_path.insert(0, Finder())
    report({"outcome": run("import m"), "added": added()})
    """,
)

case(
    "a_path_hook_that_returns_nonsense",
    {"m.py": ""},
    """
    seen = {}
    for label, answer in (("none", None), ("number", 3), ("object", object())):
        def hook(entry):
            if entry.startswith("claimed:"):
                return answer
            raise ImportError(entry)
        state.path_hooks.insert(0, hook)
        state.path.insert(0, "claimed:" + label)
        outcome = caught(imp.import_module, "m")
        seen[label] = [outcome.get("error", outcome.get("value")), repr(state.path_importer_cache.get("claimed:" + label, "absent"))]
        del state.path_hooks[0], state.path[0]
        state.modules.pop("m", None)
    report({"seen": seen, "after": run("import m")})
    """,
)

case(
    "a_path_that_is_no_list",
    {"m.py": ""},
    """
    kept, seen = state.path, []
    for thing in (None, 3, "text", {}):
        state.path = thing
        seen.append(run("import gone").get("error"))
    state.path = kept
    report({"seen": seen, "after": run("import m")})
    """,
)

case(
    "a_table_that_was_cleared_of_the_module_and_its_parent",
    {"p": {"__init__.py": "", "m.py": "del state.modules['p']\nvalue = 1"}},
    """
    report({"import": run("import p.m"), "import_module": attempt(lambda: imp.import_module("p.m").value), "added": added()})
    """,
)

case(
    "source_with_a_wrong_coding_line",
    {
        "unknown.py": "# -*- coding: no-such-coding -*-\n",
        "wrong.py": b"# coding: utf-8\nx = '\xff'\n",
        "none.py": b"x = '\xff'\n",
        "disagree.py": b"\xef\xbb\xbf# coding: latin-1\n",
        "bom.py": b"\xef\xbb\xbfvalue = 1\n",
        "second.py": b"#!/usr/bin/python\n# vim: set fileencoding=latin-1 :\nvalue = '\xe4'\n",
        "third.py": b"\n\n# coding: no-such-coding\nvalue = 1\n",
        "rot.py": "# coding: rot13\n",
        "utf16.py": "value = 1\n".encode("utf-16"),
    },
    """
    names = ("unknown", "wrong", "none", "disagree", "bom", "second", "third", "rot", "utf16")
    report({name: run(f"from {name} import value") for name in names} | {"added": added()})
    """,
)

case(
    "source_with_null_bytes",
    {"null.py": b"value = 1\n\0", "start.py": b"\0", "text.py": b"value = 'a\0b'\n"},
    """
    report([run(f"import {name}") for name in ("null", "start", "text")] + [added(), listing()])
    """,
)

case(
    "source_that_is_odd_but_right",
    {
        "empty.py": "",
        "comment.py": "# nothing else",
        "no_newline.py": "value = 1",
        "carriage.py": b"value = 1\rother = 2\r",
        "form.py": b"\x0cvalue = 1\n",
        "deep.py": "value = " + "(" * 50 + "1" + ")" * 50,
    },
    """
    names = ("empty", "comment", "no_newline", "carriage", "form", "deep")
    report({name: sorted(key for key in vars(imp.import_module(name)) if key[0] != "_") for name in names})
    """,
)

case(
    "source_with_mixed_tabs_and_bad_indentation",
    {
        "tabs.py": "if True:\n        a = 1\n\tb = 2\n",
        "indent.py": "x = 1\n  y = 2\n",
        "unfinished.py": "def f(:\n",
        "open.py": "value = [1,\n",
        "late.py": "value = 1\nreturn 2\n",
    },
    """
    report({name: run(f"import {name}") for name in ("tabs", "indent", "unfinished", "open", "late")} | {"added": added()})
    """,
)

case(
    "a_directory_that_may_not_be_read",
    {"closed": {"m.py": "value = 1"}, "n.py": "value = 2"},
    """
    os.chmod(at("closed"), 0)
    state.path.insert(0, at("closed"))
    seen = unprivileged(lambda: [run("import m"), run("from n import value")])
    os.chmod(at("closed"), 0o755)
    imp.invalidate_caches()
    report({"closed": seen, "opened": run("from m import value")})
    """,
)

case(
    "a_directory_that_may_be_entered_but_not_listed",
    {"lib": {"m.py": "value = 1"}},
    """
    os.chmod(at("lib"), 0o311)
    state.path.insert(0, at("lib"))
    seen = unprivileged(run, "import m")
    os.chmod(at("lib"), 0o755)
    imp.invalidate_caches()
    report({"closed": seen, "opened": run("from m import value")})
    """,
)

case(
    "a_directory_that_may_be_listed_but_not_entered",
    {"lib": {"m.py": "value = 1", "p": {"__init__.py": ""}}},
    """
    os.chmod(at("lib"), 0o444)
    state.path.insert(0, at("lib"))
    seen = unprivileged(lambda: [run("import m"), run("import p")])
    os.chmod(at("lib"), 0o755)
    report(seen)
    """,
)

case(
    "a_source_file_that_may_not_be_read",
    {"m.py": "value = 1"},
    """
    os.chmod(at("m.py"), 0)
    report([unprivileged(run, "import m"), added()])
    """,
)

case(
    "a_source_file_that_may_not_be_read_but_has_bytecode",
    {"m.py": "value = 'source'"},
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    os.chmod(at("m.py"), 0)
    report(unprivileged(run, "from m import value"))
    """,
)

case(
    "a_source_file_that_vanishes_after_it_was_found",
    {"m.py": "value = 1"},
    """
    class Removes:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                spec = finder("PathFinder").find_spec(name, path)
                os.remove(at("m.py"))
                return spec
    state.meta_path.insert(0, Removes())
    report([run("import m"), added()])
    """,
)

case(
    "a_link_that_leads_to_itself",
    {"n.py": "value = 1"},
    """
    os.symlink(at("loop.py"), at("loop.py"))
    os.symlink(at("around"), at("around"))
    state.path.insert(0, at("around"))
    report([run("import loop"), run("import n")])
    """,
)

case(
    "a_recursive_import",
    {
        "m.py": "log('ran')\nimport m\nimport p.n",
        "p": {"__init__.py": "import m\nimport p", "n.py": "import p.n\nimport m"},
    },
    """
    report([run("import m"), log, added(ordered=True)])
    """,
)

case(
    "recursion_without_end_through_import_hooks",
    {},
    """
    class Endless:
        def find_spec(self, name, path=None, target=None):
            if name.startswith("r"):
                imp.import_module(name + "r")
    state.meta_path.insert(0, Endless())
    report([attempt(imp.import_module, "r")["error"], added()])
    """,
)

case(
    "an_interrupt_in_every_phase_leaves_the_table_as_it_was",
    {
        "m.py": "import side\nraise KeyboardInterrupt",
        "side.py": "",
        "p": {"__init__.py": "import p.inner\nraise KeyboardInterrupt", "inner.py": ""},
        "q": {"__init__.py": "", "bad.py": "raise KeyboardInterrupt"},
    },
    """
    class Interrupts:
        def find_spec(self, name, path=None, target=None):
            if name == "found": raise KeyboardInterrupt
            if name in ("created", "executed"): return imp.machinery.ModuleSpec(name, self)
        def create_module(self, spec):
            if spec.name == "created": raise KeyboardInterrupt
        def exec_module(self, module):
            raise KeyboardInterrupt
    state.meta_path.insert(0, Interrupts())
    names = ("m", "p", "q.bad", "found", "created", "executed")
    report({"outcomes": {name: run(f"import {name}") for name in names}, "added": added(), "again": run("import side"),
            "bound": hasattr(state.modules.get("q"), "bad")})
    """,
)

case(
    "an_interrupt_while_bytecode_is_written",
    {"m.py": "value = 1"},
    """
    armed = [True]
    def hook(event, arguments):
        if event == "os.rename" and armed and str(arguments[1]).startswith(DIR):
            armed.clear()
            raise KeyboardInterrupt
    sys.addaudithook(hook)
    seen = [run("import m"), added()]
    # What was to be renamed has a name chosen anew each time.
    names = listing()
    report({
        "seen": seen,
        "listing": [name for name in names if ".pyc." not in name],
        "left": sum(".pyc." in name for name in names),
        "later": run("from m import value"),
    })
    """,
    intended={"report.left": Intended(0, "what was to be renamed is removed whatever interrupts the import")},
    packed="what comes from a pack needs no bytecode file",
)

case(
    "reload_with_bad_input",
    {"m.py": "value = 1"},
    """
    import m
    m.__spec__ = None
    first = attempt(imp.reload, m)
    del m.__spec__
    second = attempt(imp.reload, m)
    m.__name__ = "other"
    report([first, second, attempt(imp.reload, m)])
    """,
)


def refused(name, tree, *line, status, intended=None):
    """Add a program that cannot be run: what is said and the exit status are compared."""
    case(name, tree, run=line, status=status, reports=False, intended=intended)


COMPILED = (
    "a program's bytes are given to compile(), as a module's are, which words it in another way than the file reader"
)


def undecodable(caret):
    """Return what compile() says, up to 3.13, of a line of bytes that are not UTF-8; where the caret is varies."""
    return (
        f"  File \"<DIR>/bad.py\", line 1\n    x = '\N{REPLACEMENT CHARACTER}'\n{caret}\n"
        "SyntaxError: (unicode error) 'utf-8' codec can't decode byte 0xff in position 0: invalid start byte\n"
    )


refused("a_program_that_does_not_exist", {}, "missing.py", status=2)
refused("a_program_in_a_directory_that_does_not_exist", {}, "missing/app.py", status=2)
refused("a_module_that_does_not_exist_run_by_name", {}, "-m", "not_there_at_all", status=1)
refused("a_submodule_that_does_not_exist_run_by_name", {"p": {"__init__.py": ""}}, "-m", "p.gone", status=1)
refused("a_submodule_of_a_missing_package_run_by_name", {}, "-m", "not_there_at_all.m", status=1)
refused("a_relative_module_run_by_name", {}, "-m", ".m", status=1)
refused("a_builtin_module_run_by_name", {}, "-m", "sys", status=1)
refused(
    "a_package_that_fails_run_by_name",
    {"p": {"__init__.py": "raise ValueError('p')", "__main__.py": ""}},
    "-m",
    "p",
    status=1,
)
refused(
    "a_package_with_a_missing_import_run_by_name",
    {"p": {"__init__.py": "import not_there_at_all", "__main__.py": ""}},
    "-m",
    "p",
    status=1,
)
refused("a_module_with_its_suffix_run_by_name", {"m.py": ""}, "-m", "m.py", status=1)
refused("a_directory_without_a_main_program", {"app": {"other.py": ""}}, "app", status=1)
refused("an_archive_without_a_main_program", {"app.zip": Archive({"other.py": ""})}, "app.zip", status=1)
refused(
    "a_program_with_null_bytes",
    {"bad.py": b"print(1)\n\0"},
    "bad.py",
    status=1,
    intended={"stderr": Intended("SyntaxError: source code string cannot contain null bytes\n", COMPILED)},
)
refused(
    "a_program_of_a_wrong_coding",
    {"bad.py": b"x = '\xff'\n"},
    "bad.py",
    status=1,
    intended={
        "stderr": (
            Intended(undecodable("           ^"), COMPILED, when=lambda version: version == (3, 11)),
            Intended(undecodable("        ^^^"), COMPILED, when=lambda version: version == (3, 12)),
            Intended(undecodable("        ^"), COMPILED, when=lambda version: version == (3, 13)),
            Intended(
                lambda text: text.replace(" in file <DIR>/bad.py", ""),
                COMPILED,
                when=lambda version: version >= (3, 14),
            ),
        )
    },
)
refused(
    "a_program_with_a_comment_of_a_wrong_coding",
    {"bad.py": b"# \xff\nprint(1)\n"},
    "bad.py",
    status=1,
    intended={
        "status": Intended(0, COMPILED, when=lambda version: version < (3, 14)),
        "stdout": Intended("1\n", COMPILED, when=lambda version: version < (3, 14)),
        "stderr": (
            Intended("", COMPILED, when=lambda version: version < (3, 14)),
            Intended(
                lambda text: text.replace(" in file <DIR>/bad.py", ""),
                COMPILED,
                when=lambda version: version >= (3, 14),
            ),
        ),
    },
)
refused("an_empty_program", {"empty.py": ""}, "empty.py", status=0)
refused("an_empty_command", {}, "-c", "", status=0)
refused("a_command_with_a_syntax_error", {}, "-c", "x = = 1", status=1)
refused("a_bytecode_program_with_a_bad_magic_number", {"bad.pyc": b"abcd" + b"\0" * 20}, "bad.pyc", status=1)
