"""Row 12: audit events (PEP 578), tracebacks, exit statuses and warnings as a user sees them."""

from trees import Archive

from ..program import PRELUDE, Intended, Row

case = Row("row12", "Audit events and tracebacks")

case(
    "the_import_event_of_each_miss",
    {"p": {"__init__.py": "import m", "n.py": ""}, "m.py": ""},
    """
    def go():
        import p.n
        import p.n
        from p import n, n as again
        from p import gone
    report(audit(("import",), go))
    """,
)

case(
    "the_import_event_of_what_is_not_found",
    {"p": {"__init__.py": ""}, "m.py": ""},
    """
    report([audit(("import",), lambda name=name: imp.import_module(name)) for name in ("gone", "p.gone", "gone.sub", "m.sub")])
    """,
)

case(
    "the_import_event_of_builtin_frozen_and_namespace",
    {"space": {"m.py": ""}},
    """
    def go():
        import _symtable
        import __hello__
        import space.m
    report(audit(("import",), go))
    """,
)

case(
    "the_import_events_of_an_extension",
    {},
    """
    copy_extension("xxlimited")
    def go():
        import xxlimited
    report(audit(("import",), go))
    """,
)

case(
    "the_import_event_of_the_functions",
    {"m.py": "", "n.py": "", "o.py": ""},
    """
    def go():
        imp.import_module("m")
        __import__("n")
        imp.__import__("o")
        imp.reload(state.modules["m"])
        imp.util.find_spec("m")
        imp.util.find_spec("gone")
    report(audit(("import",), go))
    """,
)

case(
    "the_import_event_with_a_foreign_finder",
    {},
    """
    class Own:
        def find_spec(self, name, path=None, target=None):
            if name == "made":
                return imp.machinery.ModuleSpec(name, self)
        def create_module(self, spec): return None
        def exec_module(self, module): exec("value = 1", vars(module))
    state.meta_path.insert(0, Own())
    def go():
        import made
    report(audit(("import", "exec", "compile"), go))
    """,
)

case(
    "compile_and_exec_events_of_a_source_module",
    {"m.py": "value = 1\n"},
    """
    def go():
        import m
    report(audit(("import", "compile", "exec", "marshal.loads", "marshal.dumps"), go))
    """,
    packed="what comes from a pack is not compiled",
)

case(
    "marshal_and_exec_events_of_a_module_with_bytecode",
    {"m.py": "value = 1\n"},
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 1"))
    def go():
        import m
    seen = audit(("import", "compile", "exec", "marshal.loads"), go)
    for event in seen["events"]:
        if event[0] == "marshal.loads":
            event[1:] = [type(item).__name__ for item in event[1:]]
    report(seen)
    """,
    packed="the code of modules that are imported one after the other is made at once, with one event",
)

case(
    "exec_events_of_bytecode_alone_and_of_a_frozen_module",
    {},
    """
    write("m.pyc", pyc("value = 1", "m.py"))
    def go():
        import m
        import __hello__
    report(audit(("import", "compile", "exec"), go))
    """,
)

case(
    "events_of_a_module_in_an_archive",
    {"code.zip": Archive({"m.py": "value = 1\n"})},
    """
    state.path.insert(0, at("code.zip"))
    def go():
        import m
    report(audit(("import", "compile", "exec"), go))
    """,
    intended={
        "report.events": Intended(
            lambda events: [*events[:1], *events[2:]],
            "source in an archive is compiled once, not twice",
            when=lambda version: version < (3, 15),
        )
    },
    packed="the archive was compiled when the pack was made",
)

case(
    "the_files_opened_for_a_source_module",
    {"lib": {"m.py": "value = 1\n"}},
    """
    state.path.insert(0, at("lib"))
    def go():
        import m
    seen = audit(("open",), go)
    # The name of the file that is renamed to the bytecode file is chosen anew each time.
    report([[event[1].partition(".pyc.")[0], *event[2:]] for event in seen["events"]])
    """,
    packed="the pack is opened instead",
)

case(
    "the_files_opened_for_a_module_with_bytecode",
    {"lib": {"m.py": "value = 1\n"}},
    """
    state.path.insert(0, at("lib"))
    write("lib/__pycache__/m" + tag(), pyc_for("lib/m.py", "value = 1"))
    def go():
        import m
    report(audit(("open",), go))
    """,
    packed="the pack is opened instead",
)

case(
    "the_directories_listed",
    {"lib": {"m.py": "", "p": {"__init__.py": "", "n.py": ""}}},
    """
    state.path.insert(0, at("lib"))
    def go():
        import m, p.n
    report(audit(("os.listdir", "os.scandir"), go))
    """,
    packed="the pack knows what is in them",
)

case(
    "an_audit_hook_that_refuses_an_import",
    {"m.py": "log('ran')", "n.py": ""},
    """
    def hook(event, arguments):
        if event == "import" and arguments[0] == "m":
            raise PermissionError("not m")
    sys.addaudithook(hook)
    report([run("import m"), run("import n"), log, added()])
    """,
)

case(
    "frames_of_a_module_that_raises",
    {"a.py": "import b\n", "b.py": "def f():\n    raise ValueError(1)\n\nf()\n"},
    """
    def statement():
        import a
    report([traced(statement), traced(lambda: imp.import_module("a")), traced(lambda: __import__("a"))])
    """,
)

case(
    "frames_of_a_module_that_is_missing",
    {"p": {"__init__.py": "", "m.py": "import gone\n"}},
    """
    def missing():
        import gone
    def nested():
        import p.m
    def attribute():
        from p import gone
    report([traced(missing), traced(nested), traced(attribute), traced(lambda: imp.import_module("gone")), traced(imp.import_module, "p.m")])
    """,
)

case(
    "frames_of_a_syntax_error",
    {"p": {"__init__.py": "from . import bad\n", "bad.py": "x = 1\ny = = 2\n"}},
    """
    def statement():
        import p
    report([traced(statement), traced(lambda: imp.import_module("p"))])
    """,
)

case(
    "frames_of_finders_and_loaders_that_raise",
    {},
    """
    class Own:
        def find_spec(self, name, path=None, target=None):
            if name == "finds": raise LookupError(name)
            if name in ("creates", "executes"): return imp.machinery.ModuleSpec(name, self)
        def create_module(self, spec):
            if spec.name == "creates": raise LookupError(spec.name)
        def exec_module(self, module):
            raise LookupError(module.__name__)
    state.meta_path.insert(0, Own())
    def finds():
        import finds
    def creates():
        import creates
    def executes():
        import executes
    report([traced(function) for function in (finds, creates, executes)])
    """,
)

case(
    "frames_of_reload_and_of_run_functions",
    {"m.py": "if len(log): raise ValueError(1)\nlog('ran')\n", "script.py": "def f():\n    1 / 0\nf()\n"},
    """
    import m
    report([traced(imp.reload, m), traced(imp.run_path, at("script.py")), traced(lambda: imp.run_module("script"))])
    """,
)

case(
    "frames_of_a_module_getattr_and_of_a_replaced_module",
    {
        "m.py": "def __getattr__(name):\n    raise LookupError(name)\n",
        "p": {"__init__.py": "def __getattr__(name):\n    raise LookupError(name)\n"},
    },
    """
    def attribute():
        from m import x
    def in_package():
        from p import x
    report([traced(attribute), traced(in_package)])
    """,
)

# Where the statements of a circle of a.py and b.py stand, as importal shows them.
PLACES = """\
  File "<DIR>/a.py", line 1, a imports b
  File "<DIR>/b.py", line 1, b imports a
"""

ENDS = "a program that ends with a traceback: its output is what is compared"


def ends(name, tree, main, status=1, **options):
    """Add a program that reports nothing and ends by itself: output and exit status are compared."""
    case(name, tree, main, status=status, reports=False, private=ENDS, **options)


ends(
    "a_program_ends_with_an_error_in_a_module",
    {"a.py": "import b\n", "b.py": "def f():\n    raise ValueError('deep')\n\nf()\n"},
    "import a\n",
)
ends("a_program_ends_with_a_missing_module", {"a.py": "import not_there_at_all\n"}, "import a\n")
ends("a_program_ends_with_a_missing_submodule", {"p": {"__init__.py": ""}}, "import p.gone\n")
ends("a_program_ends_with_a_missing_name", {"m.py": "value = 1\n"}, "from m import valu\n")
ends(
    "a_program_ends_with_a_syntax_error_in_a_module",
    {"a.py": "import bad\n", "bad.py": "x = 1\ny = = 2\n"},
    "import a\n",
)
ends(
    "a_program_ends_with_a_circular_import",
    {"a.py": "from b import x\ny = 1\n", "b.py": "from a import y\nx = 1\n"},
    "import a\n",
    intended={
        "stderr": Intended(
            lambda text: f"{text}import cycle: a -> b -> a\n{PLACES}", "an error of a circular import shows the circle"
        )
    },
)
ends(
    "a_program_ends_with_an_attribute_of_a_circle",
    {"a.py": "import b\ny = 1\n", "b.py": "import a\na.y\n"},
    "import a\n",
)
ends("a_program_ends_with_a_relative_import", {}, "from . import sibling\n")
ends(
    "a_program_ends_with_an_error_in_an_archive",
    {"code.zip": Archive({"z.py": "def f():\n    raise ValueError('zipped')\n\nf()\n"})},
    "import sys\nsys.path.insert(0, at('code.zip'))\nimport z\n",
)
ends(
    "a_program_ends_with_chained_errors",
    {
        "m.py": "try:\n    import not_there_at_all\nexcept ImportError as exc:\n    raise RuntimeError('no way') from exc\n"
    },
    "import m\n",
)
ends(
    "a_program_ends_with_an_error_after_an_import_error",
    {"m.py": "try:\n    import not_there_at_all\nexcept ImportError:\n    1 / 0\n"},
    "import m\n",
)
ends("a_program_ends_with_a_bad_bytecode_file", {}, "write('m.pyc', b'abc')\nimport m\n")
ends("a_program_with_a_syntax_error", {"bad.py": "x = 1\ny = = 2\n"}, None, run=("bad.py",))
ends("a_program_exits_with_a_status_from_a_module", {"m.py": "import sys\nsys.exit(3)\n"}, "import m\n", status=3)
ends("a_program_exits_with_a_message", {"m.py": "raise SystemExit('that is all')\n"}, "import m\n")
ends("a_program_is_interrupted_inside_a_module", {"m.py": "raise KeyboardInterrupt\n"}, "import m\n", status=-2)
ends(
    "a_program_kills_itself_inside_a_module",
    {"m.py": "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)\n"},
    "import m\n",
    status=-15,
)
ends(
    "a_thread_ends_with_an_error_in_a_module",
    {"m.py": "raise ValueError('in a thread')\n"},
    "def go():\n    import m\nthread = threading.Thread(target=go, name='worker')\nthread.start()\nthread.join()\n",
    status=0,
)
ends(
    "a_program_prints_and_reads",
    {"m.py": "print('from m', input())\n"},
    "import m\nprint(sys.stdin.read())\n",
    status=0,
    stdin="first\nsecond\nthird",
)
ends(
    "a_program_run_by_name_ends_with_an_error",
    {"p": {"__init__.py": "", "m.py": "def f():\n    raise ValueError('named')\n\nf()\n"}},
    None,
    run=("-m", "p.m"),
)
ends(
    "a_directory_ends_with_an_error",
    {"app": {"__main__.py": "import beside\n", "beside.py": "raise ValueError('beside')\n"}},
    None,
    run=("app",),
)
ends(
    "an_archive_ends_with_an_error",
    {"app.zip": Archive({"__main__.py": "import beside\n", "beside.py": "raise ValueError('beside')\n"})},
    None,
    run=("app.zip",),
)
ends("the_command_line_ends_with_an_error", {"m.py": "raise ValueError('m')\n"}, None, run=("-c", "import m\n"))

case(
    "an_archive_run_as_a_program",
    {
        "app.zip": Archive(
            {
                "__main__.py": PRELUDE + "import __main__, beside\n"
                "report({'main': describe(__main__), 'argv': sys.argv, 'path0': sys.path[0], 'beside': beside.value})\n",
                "beside.py": "value = 1",
            }
        )
    },
    run=("app.zip", "arg"),
)

case(
    "a_warning_names_the_line_that_imports",
    {
        "m.py": "import warnings\nwarnings.warn('use n instead', DeprecationWarning, stacklevel=2)\n",
        "n.py": "import m\n",
        "deep.py": "import warnings\nwarnings.warn('three up', UserWarning, stacklevel=3)\n",
        "o.py": "import deep\n",
    },
    """
    import warnings
    warnings.simplefilter("always")
    seen = []
    warnings.showwarning = lambda message, category, filename, lineno, file=None, line=None: seen.append([str(message), filename, lineno])
    import m
    del state.modules["m"]
    import n
    import o
    report(seen)
    """,
    private="the main program imports warnings",
)

ends(
    "a_deprecation_is_shown_when_the_program_itself_imports",
    {
        "m.py": "import warnings\nwarnings.warn('m is old', DeprecationWarning, stacklevel=2)\n",
        "n.py": "import o\n",
        "o.py": "import warnings\nwarnings.warn('o is old', DeprecationWarning, stacklevel=2)\n",
    },
    "import m\nimport n\n",
    status=0,
)

ends(
    "warnings_as_errors_in_a_module",
    {"m.py": "import warnings\nwarnings.warn('m is old', UserWarning)\n"},
    "import m\n",
    flags=("-W", "error"),
)
