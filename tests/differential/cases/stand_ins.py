"""What a program has put in place of functions of `os`, `time` and `builtins` is not asked by its imports.

Tests do it for the sake of the code they test: that code's own imports find what they always find.
"""

from ..program import Row

case = Row("stand-ins", "Stand-ins for functions of os, time and builtins")

# Why a case that looks at bytecode files differs where its modules come from a pack.
NOTHING_KEPT = "what comes from a pack needs no bytecode file"

# Has stand-ins for these functions while it imports; afterwards it tells which of them were called.
WHILE = """
time, builtins = sys.modules["time"], sys.modules["builtins"]
called = []
def while_others_stand_there(names, *statements):
    before = []
    for owner, name in names:
        before.append((owner, name, getattr(owner, name)))
        def instead(*args, _name=name, **kwargs):
            called.append(_name)
            raise RuntimeError(_name)
        setattr(owner, name, instead)
    failed = []
    try:
        for statement in statements:
            try:
                exec(statement, {})
            except Exception as exc:
                failed.append((statement, exc))
    finally:
        for owner, name, value in before:
            setattr(owner, name, value)
    return [f"{statement}: {type(exc).__name__}: {exc}" for statement, exc in failed]
"""

TREE = {"lib": {"m.py": "value = 1", "p": {"__init__.py": "", "n.py": "value = 2"}, "ns": {"x.py": "value = 3"}}}

case(
    "files_and_folders",
    TREE,
    WHILE
    + """
state.path.insert(0, at("lib"))
failed = while_others_stand_there(
    [(os, name) for name in ("stat", "lstat", "listdir", "scandir", "getcwd", "open", "replace", "rename", "unlink", "fspath", "getpid")],
    "import m, p.n, ns.x", "import nothing_there",
)
report({"failed": failed, "called": called, "kept": listing("lib/__pycache__"), "names": added()})
""",
    packed=NOTHING_KEPT,
)

case(
    "folders_that_are_made",
    TREE,
    WHILE
    + """
state.path.insert(0, at("lib"))
failed = while_others_stand_there([(os, name) for name in ("mkdir", "makedirs")], "import m, p.n")
report({"failed": failed, "called": called, "kept": listing("lib/__pycache__")})
""",
    packed=NOTHING_KEPT,
)

case(
    "paths",
    TREE,
    WHILE
    + """
state.path.insert(0, "lib")
failed = while_others_stand_there(
    [(os.path, name) for name in ("isabs", "exists", "isdir", "isfile", "join", "dirname", "basename", "abspath", "split")],
    "import m, p.n, ns.x",
)
report({"failed": failed, "called": called, "kept": listing("lib/__pycache__"), "file": state.modules["m"].__file__})
""",
)

case(
    "the_open_function",
    TREE | {"z.py": ""},
    WHILE
    + """
make_zip("app.zip", {"inside.py": "value = 4"})
state.path[:0] = [at("app.zip"), at("lib")]
failed = while_others_stand_there([(builtins, "open")], "import m, p.n, inside")
report({"failed": failed, "called": called, "kept": listing("lib/__pycache__"), "value": getattr(state.modules.get("inside"), "value", None)})
""",
    packed=NOTHING_KEPT,
)

case(
    "the_clock_and_the_collector",
    TREE,
    WHILE
    + """
gc = sys.modules.get("gc") or __import__("gc")
state.path.insert(0, at("lib"))
failed = while_others_stand_there(
    [(time, "time"), (time, "monotonic"), (time, "perf_counter")]
    + [(gc, name) for name in ("get_threshold", "set_threshold", "get_count", "freeze", "isenabled", "disable")],
    "import m, p.n, ns.x",
)
report({"failed": failed, "called": called, "names": added()})
""",
    private="the main program imports gc",
)

case(
    "the_separator",
    TREE,
    """
    state.path.insert(0, at("lib"))
    before, os.sep = os.sep, "#"
    try:
        import m, p.n, ns.x
    finally:
        os.sep = before
    report({"file": p.n.__file__, "names": added(), "kept": listing("lib/__pycache__")})
    """,
    packed=NOTHING_KEPT,
)

case(
    "the_version",
    TREE,
    """
    make_zip("app.zip", {"inside.py": "value = 4"})
    state.path[:0] = [at("app.zip"), at("lib")]
    import m, inside
    age("lib/m.py", 1)
    before, outcomes = sys.version_info, []
    for version in ((3, 8), (3, 11), (3, 12), (3, 13), (3, 14), (3, 15), (3, 99)):
        sys.version_info = version
        for name in ("m", "inside", "ns", "ns.x"):
            state.modules.pop(name, None)
        try:
            import m, inside, ns.x
            outcomes.append([repr(ns), m.value, inside.value])
            import nothing_there
        except ImportError as exc:
            outcomes.append(str(exc))
        finally:
            sys.version_info = before
    report(outcomes)
    """,
)
