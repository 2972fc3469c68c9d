"""Row 10: the functions of importlib, importlib.util and runpy, and the constants beside them."""

from trees import Archive

from ..program import ABSENT, Intended, Row

case = Row("row10", "Functions")

OF_THE_INTERPRETER = "these functions are no system's: they ask the interpreter for the prefix, not the private state"
NO_CAUSE = "one error says that there is nothing to run; there is no second one below it"
REFUSED = "a file that is called bytecode and is none is refused, as 'python bytes.pyc' refuses it, not read as source"

PACKAGE = {
    "p": {"__init__.py": "value = 'p'", "m.py": "value = 'p.m'", "q": {"__init__.py": "", "n.py": "value = 'p.q.n'"}}
}

case(
    "import_module_by_absolute_and_relative_name",
    PACKAGE,
    """
    load = lambda *args: attempt(lambda: imp.import_module(*args).__name__)
    report({
        "absolute": load("p.q.n"),
        "level_1": load(".m", "p"),
        "level_2": load("..m", "p.q"),
        "nested": load(".q.n", "p"),
        "package_itself": load(".", "p"),
        "unneeded_package": load("p.m", "anything"),
        "missing": load(".gone", "p"),
        "beyond": load("...m", "p.q"),
        "beyond_by_far": load(".....m", "p"),
        "no_package": load(".m"),
        "package_missing": load(".m", "gone"),
        "empty_package": load(".m", ""),
        "added": added(),
    })
    """,
)

case(
    "the_import_function_returns_the_top_or_the_leaf",
    PACKAGE,
    """
    name = lambda *args, **options: attempt(lambda: imp.__import__(*args, **options).__name__)
    report({
        "top": name("p.q.n"),
        "leaf": name("p.q.n", fromlist=["value"]),
        "empty_fromlist": name("p.q.n", fromlist=[]),
        "tuple": name("p.q", fromlist=("n",)),
        "submodule": [name("p", fromlist=["m"]), hasattr(state.modules["p"], "m")],
        "missing_in_fromlist": name("p", fromlist=["gone"]),
        "star": name("p", fromlist=["*"]),
        "relative": name("m", {"__package__": "p"}, level=1),
        "relative_leaf": name("q.n", {"__package__": "p"}, fromlist=["value"], level=1),
        "relative_bare": name("", {"__package__": "p"}, level=1),
        "relative_2": name("m", {"__package__": "p.q"}, fromlist=["value"], level=2),
        "relative_top": name("q.n", {"__package__": "p"}, level=1),
    })
    """,
)

case(
    "the_import_function_of_the_built_ins",
    PACKAGE,
    """
    name = lambda *args, **options: attempt(lambda: __import__(*args, **options).__name__)
    report({
        "top": name("p.q.n"),
        "leaf": name("p.q.n", None, None, ["value"], 0),
        "keywords": name(name="p.q.n", fromlist=("value",)),
        "relative": name("m", {"__package__": "p"}, None, ["value"], 1),
        "relative_top": name("q.n", {"__package__": "p", "__name__": "p"}, None, [], 1),
        "no_globals": name("m", None, None, ["value"], 1),
        "globals_no_dict": name("m", [], None, ["value"], 1),
        "negative": name("p", None, None, [], -1),
        "bad_level": name("p", None, None, [], "1"),
        "missing": name("gone.x"),
        "fromlist_bytes": name("p", None, None, [b"m"]),
        "fromlist_number": name("p", None, None, [3]),
        "fromlist_text": name("p", None, None, "m"),
    })
    """,
)

case(
    "find_spec_without_importing",
    {**PACKAGE, "space": {"x.py": ""}},
    """
    find = imp.util.find_spec
    report({
        "m": describe_spec(find("p")),
        "added": added(),
        "sub": describe_spec(find("p.q.n")),
        "parents": added(),
        "space": describe_spec(find("space")),
        "missing": find("gone"),
        "missing_sub": find("p.gone"),
        "missing_parent": attempt(find, "gone.sub"),
        "relative": find(".m", "p").name,
        "relative_without": attempt(find, ".m"),
        "builtin": find("_symtable").origin,
        "frozen": find("__hello__").origin,
        "no_package": attempt(find, "p.m.x"),
    })
    """,
)

case(
    "find_spec_of_what_is_in_the_table",
    {"m.py": ""},
    """
    import m
    find = imp.util.find_spec
    same = find("m") is m.__spec__
    state.modules["none"] = None
    state.modules["bare"] = types.ModuleType("bare")
    state.modules["specless"] = types.ModuleType("specless")
    del state.modules["specless"].__spec__
    report({"same": same, **{name: attempt(find, name) for name in ("none", "bare", "specless")}})
    """,
)

case(
    "resolve_name",
    {},
    """
    resolve = imp.util.resolve_name
    report([attempt(resolve, *args) for args in (
        ("a.b", "p"), ("a.b", None), ("a", ""), (".a", "p"), (".a", "p.q"), ("..a", "p.q"), ("..a", "p"), (".", "p.q"), ("..", "p.q"),
        ("...a", "p.q"), (".a", ""), (".a", None), (".a.b", "p"), ("", "p"), ("...", "p.q.r"),
    )])
    """,
)

case(
    "spec_from_loader",
    {"m.py": "", "p": {"__init__.py": ""}},
    """
    make = imp.util.spec_from_loader
    class Bare:
        pass
    class Package:
        def is_package(self, name): return True
    class Refuses:
        def is_package(self, name): raise ImportError("no")
    class Named:
        def get_filename(self, name): return "dir/" + name + ".py"
        def is_package(self, name): return False
    class NamedPackage(Named):
        def is_package(self, name): return True
    source = imp.machinery.SourceFileLoader
    report({
        "none": describe_spec(make("x", None)),
        "bare": describe_spec(make("x", Bare())),
        "origin": describe_spec(make("x", Bare(), origin="o", is_package=True)),
        "package": describe_spec(make("x", Package())),
        "not_package": describe_spec(make("x", Package(), is_package=False)),
        "refuses": describe_spec(make("x", Refuses())),
        "named": describe_spec(make("x", Named())),
        "named_package": describe_spec(make("x", NamedPackage())),
        "named_origin": describe_spec(make("x", Named(), origin="o")),
        "source": describe_spec(make("m", source("m", at("m.py")))),
        "source_package": describe_spec(make("p", source("p", at("p", "__init__.py")))),
        "source_forced": describe_spec(make("m", source("m", at("m.py")), is_package=True)),
    })
    """,
)

case(
    "spec_from_file_location",
    {"m.py": "", "p": {"__init__.py": ""}, "text": ""},
    """
    make = imp.util.spec_from_file_location
    class Named:
        def get_filename(self, name): return at("found.py")
    class Bare:
        pass
    class Path:
        def __fspath__(self): return at("m.py")
    report({
        "module": describe_spec(make("m", at("m.py"))),
        "package": describe_spec(make("p", at("p", "__init__.py"))),
        "not_package": describe_spec(make("p", at("p", "__init__.py"), submodule_search_locations=None)),
        "locations": describe_spec(make("m", at("m.py"), submodule_search_locations=["x"])),
        "no_locations": describe_spec(make("m", at("m.py"), submodule_search_locations=[])),
        "missing": describe_spec(make("m", at("gone.py"))),
        "bytecode": describe_spec(make("m", at("m.pyc"))),
        "extension": describe_spec(make("m", at("m") + imp.machinery.EXTENSION_SUFFIXES[0])),
        "suffix": make("m", at("text")),
        "suffix_with_loader": describe_spec(make("m", at("text"), loader=Bare())),
        "relative": describe_spec(make("m", "m.py")),
        "path_like": describe_spec(make("m", Path())),
        "number": attempt(make, "m", 3)["error"],
        "from_loader": describe_spec(make("m", loader=Named())),
        "loader_without": describe_spec(make("m", loader=Bare())),
        "nothing": attempt(make, "m"),
    })
    """,
)

case(
    "module_from_spec",
    {"m.py": ""},
    """
    make = imp.util.module_from_spec
    Spec = imp.machinery.ModuleSpec
    class OnlyExec:
        def exec_module(self, module): pass
    class Raises:
        def create_module(self, spec): raise LookupError(spec.name)
        def exec_module(self, module): pass
    report({
        "no_loader": attempt(lambda: describe(make(Spec("m", None)))),
        "no_loader_package": attempt(lambda: describe(make(Spec("m", None, is_package=True)))),
        "only_exec": attempt(make, Spec("m", OnlyExec())),
        "raises": attempt(make, Spec("m", Raises())),
        "nonsense": [attempt(make, 3)["error"], attempt(make, None)["error"]],
        "added": added(),
    })
    """,
)

case(
    "cache_from_source",
    {},
    """
    name = imp.util.cache_from_source
    class Path:
        def __fspath__(self): return "dir/m.py"
    report({
        "relative": name("dir/m.py"),
        "absolute": name("/dir/m.py"),
        "bare": name("m.py"),
        "dots": name("dir/m.n.py"),
        "no_suffix": name("dir/m"),
        "none": name("m.py", optimization=None),
        "empty": name("m.py", optimization=""),
        "number": name("m.py", optimization=1),
        "text": name("m.py", optimization="abc"),
        "wrong": attempt(name, "m.py", optimization="a-b"),
        "path_like": name(Path()),
        "debug_true": caught(name, "m.py", True),
        "debug_false": caught(name, "m.py", False),
        "both": caught(lambda: name("m.py", True, optimization="")),
        "empty_name": attempt(name, ""),
    })
    """,
)

case(
    "cache_from_source_below_a_prefix",
    {},
    """
    name, back = imp.util.cache_from_source, imp.util.source_from_cache
    state.pycache_prefix = "/cache"
    os.chdir(DIR)
    seen = {"absolute": name("/dir/m.py"), "relative": name("dir/m.py"), "back": attempt(back, name("/dir/m.py")),
            "beside": attempt(back, "/dir/__pycache__/m" + tag()), "outside": attempt(back, "/other/m" + tag())}
    state.pycache_prefix = None
    report(seen)
    """,
    intended={
        "report.absolute": Intended(
            lambda text: text.replace("/cache/dir/", "/dir/__pycache__/"), OF_THE_INTERPRETER, modes=("private",)
        ),
        "report.relative": Intended(
            lambda text: text.replace("/cache<DIR>/dir/", "dir/__pycache__/"), OF_THE_INTERPRETER, modes=("private",)
        ),
    },
)

case(
    "source_from_cache",
    {},
    """
    name = imp.util.source_from_cache
    report([attempt(name, text) for text in (
        "dir/__pycache__/m" + tag(), "dir/__pycache__/m" + tag(".opt-1"), "/dir/__pycache__/m.other-1.pyc", "__pycache__/m" + tag(),
        "dir/m" + tag(), "dir/__pycache__/m.pyc", "dir/__pycache__/a.b.c.d.pyc", "dir/__pycache__/m.tag.opt-.pyc",
        "dir/__pycache__/m.tag.xyz-1.pyc", "dir/__pycache__/m.tag.opt-a_b.pyc", "dir/__pycache__/m.tag.txt", "",
    )])
    """,
)

case(
    "decode_source",
    {},
    """
    decode = imp.util.decode_source
    report([attempt(decode, data) for data in (
        b"x = 1\\r\\ny = 2\\rz = 3\\n", b"\\xef\\xbb\\xbfx = 1", "# coding: latin-1\\nx = '\\xe4'".encode("latin-1"),
        "x = 'ä'".encode(), b"\\xff", b"# coding: no-such\\n", b"\\xef\\xbb\\xbf# coding: latin-1\\n", b"", bytearray(b"x = 1"),
    )])
    """,
)

case(
    "source_hash",
    {},
    """
    report([imp.util.source_hash(data) for data in (b"", b"x = 1", b"x" * 100)] + [attempt(imp.util.source_hash, "text")])
    """,
)

case(
    "invalidate_caches_returns_nothing",
    {"m.py": ""},
    """
    import m
    before = DIR in state.path_importer_cache
    report([imp.invalidate_caches(), before, DIR in state.path_importer_cache])
    """,
)

case(
    "the_suffixes_and_the_magic_number",
    {},
    """
    machinery = imp.machinery
    report({
        "source": machinery.SOURCE_SUFFIXES,
        "bytecode": machinery.BYTECODE_SUFFIXES,
        "extension": machinery.EXTENSION_SUFFIXES,
        "all": machinery.all_suffixes(),
        "debug": caught(lambda: machinery.DEBUG_BYTECODE_SUFFIXES),
        "optimized": caught(lambda: machinery.OPTIMIZED_BYTECODE_SUFFIXES),
        "magic": list(imp.util.MAGIC_NUMBER),
    })
    """,
)

case(
    "the_names_of_the_submodules",
    {},
    """
    public = lambda module: sorted(name for name in dir(module) if not name.startswith("_") and isinstance(getattr(module, name), type))
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        report({"machinery": public(imp.machinery), "abc": public(imp.abc),
                "util": [name for name in ("LazyLoader", "MAGIC_NUMBER", "cache_from_source", "decode_source", "find_spec",
                                           "module_from_spec", "resolve_name", "source_from_cache", "source_hash",
                                           "spec_from_file_location", "spec_from_loader", "find_loader", "set_package",
                                           "set_loader", "module_for_loader") if hasattr(imp.util, name)]})
    """,
    private="the main program imports warnings",
)

case(
    "what_older_versions_still_have",
    {"m.py": "value = 1"},
    """
    def find_loader():
        return simple(imp.find_loader("m"))
    def set_package():
        @imp.util.set_package
        def load():
            return types.ModuleType("a.b")
        return load().__package__
    def set_loader():
        class Own:
            @imp.util.set_loader
            def load_module(self, name):
                module = types.ModuleType(name)
                del module.__loader__
                return module
        return simple(Own().load_module("x").__loader__)
    def module_for_loader():
        class Own:
            @imp.util.module_for_loader
            def load_module(self, module):
                module.value = 1
                return module
        return describe(Own().load_module("made"))
    report([caught(function) for function in (find_loader, set_package, set_loader, module_for_loader)])
    """,
    private="functions of importlib that only its own namespace has",
)

case(
    "the_abstract_classes",
    {"m.py": "", "space": {}},
    """
    import m, space, _symtable, __hello__
    abc = imp.abc
    classes = [name for name in ("Loader", "MetaPathFinder", "PathEntryFinder", "ResourceLoader", "InspectLoader", "ExecutionLoader",
                                 "FileLoader", "SourceLoader") if hasattr(abc, name)]
    things = {"source": m.__loader__, "namespace": space.__loader__, "builtin": _symtable.__loader__, "frozen": __hello__.__loader__,
              "path_finder": finder("PathFinder"), "entry": state.path_importer_cache[DIR]}
    report({label: [name for name in classes if isinstance(thing, getattr(abc, name))
                    or (isinstance(thing, type) and issubclass(thing, getattr(abc, name)))] for label, thing in things.items()})
    """,
)

case(
    "run_module",
    {
        "p": {
            "__init__.py": "",
            "m.py": "seen = [__name__, __package__, __file__]\nimport p.q\nvalue = p.q.value",
            "q.py": "value = 1",
        },
        "top.py": "seen = [__name__, __package__, __spec__.name]",
    },
    """
    result = imp.run_module("p.m")
    top = imp.run_module("top", {"given": 1}, "renamed")
    report({"names": sorted(result), "seen": result["seen"], "value": result["value"], "top": top["seen"], "given": top["given"],
            "spec": describe_spec(result["__spec__"]), "loader": simple(result["__loader__"]), "added": added(),
            "rest": [result["__cached__"] if "__cached__" in result else "none", result["__doc__"]]})
    """,
)

case(
    "run_module_that_alters_sys",
    {"m.py": "import sys\nseen = [__name__ in sys.modules, sys.argv[0], __name__]"},
    """
    before = list(sys.argv)
    result = imp.run_module("m", None, "renamed", True)
    report({"seen": result["seen"], "kept": sys.argv == before, "left": "renamed" in sys.modules})
    """,
    private="it is the host's sys that is altered",
)

case(
    "run_module_of_what_cannot_be_run",
    {
        "p": {"__init__.py": "", "bad.py": "raise ValueError(1)"},
        "bare": {},
        "fails": {"__init__.py": "1 / 0", "m.py": ""},
    },
    """
    report({name: attempt(lambda: imp.run_module(name)["__name__"]) for name in ("gone", "p", "p.gone", "gone.m", "p.bad", "bare", "fails.m", ".m", "_symtable", "__hello__")})
    """,
)

case(
    "run_module_of_a_module_already_imported",
    {"p": {"__init__.py": "from . import m", "m.py": "value = __name__"}},
    """
    report(caught(lambda: imp.run_module("p.m")["value"]))
    """,
)

case(
    "run_path_of_a_script",
    {"script.py": "'''Its text.'''\nseen = [__name__, __package__, __file__, __spec__, given]\nvalue = 1"},
    """
    result = imp.run_path(at("script.py"), {"given": "given"})
    named = imp.run_path(at("script.py"), {"given": "given"}, "p.named")
    report({"seen": result["seen"], "names": sorted(result), "loader": simple(result["__loader__"]), "doc": result["__doc__"],
            "named": named["seen"], "cached": result.get("__cached__", "none"), "listing": listing(), "added": added()})
    """,
)

case(
    "run_path_of_directories_archives_and_bytecode",
    {
        "app": {
            "__main__.py": "import beside\nseen = [__name__, __package__, __file__, beside.value, __spec__.name]",
            "beside.py": "value = 1",
        },
        "app.zip": Archive(
            {
                "__main__.py": "import zipped\nseen = [__name__, __package__, __file__, zipped.value, __spec__.name]",
                "zipped.py": "value = 2",
            }
        ),
    },
    """
    write("code.pyc", pyc("seen = [__name__, __file__]", "code.py"))
    path = list(state.path)
    report({"directory": attempt(lambda: imp.run_path(at("app"))["seen"]), "archive": attempt(lambda: imp.run_path(at("app.zip"))["seen"]),
            "bytecode": attempt(lambda: imp.run_path(at("code.pyc"))["seen"]), "path_kept": path == list(state.path), "added": added()})
    """,
)

case(
    "run_path_of_what_cannot_be_run",
    {
        "empty": {},
        "app.zip": Archive({"other.py": ""}),
        "bad.py": "value = = 1",
        "fails.py": "raise ValueError(1)",
        "bytes.pyc": b"abc  # long enough for a header",
    },
    """
    report({name: attempt(imp.run_path, at(name)) for name in ("gone.py", "empty", "app.zip", "bad.py", "fails.py", "bytes.pyc")} | {"added": added()})
    """,
    intended={
        "report.empty.cause": Intended(ABSENT, NO_CAUSE, modes=("private",)),
        "report.app.zip.cause": Intended(ABSENT, NO_CAUSE, modes=("private",)),
        "report.bytes.pyc.error": Intended("RuntimeError", REFUSED, modes=("private",)),
        "report.bytes.pyc.message": Intended("Bad magic number in .pyc file", REFUSED, modes=("private",)),
    },
)

case(
    "signatures_of_the_public_functions",
    {},
    """
    import inspect
    names = {"import_module": imp.import_module, "reload": imp.reload, "invalidate_caches": imp.invalidate_caches,
             "run_module": imp.run_module, "run_path": imp.run_path}
    names.update({name: getattr(imp.util, name) for name in ("find_spec", "module_from_spec", "spec_from_loader", "resolve_name",
                  "spec_from_file_location", "cache_from_source", "source_from_cache", "decode_source", "source_hash")})
    report({name: list(inspect.signature(function).parameters) for name, function in names.items()})
    """,
    private="the main program imports inspect",
)

case(
    "the_modules_that_functions_say_they_are_of",
    {},
    """
    import pickle
    names = ("module_from_spec", "spec_from_loader", "spec_from_file_location", "cache_from_source", "source_from_cache",
             "decode_source", "find_spec", "resolve_name", "source_hash")
    report({name: [getattr(imp.util, name).__module__, pickle.loads(pickle.dumps(getattr(imp.util, name))) is getattr(imp.util, name)]
            for name in names})
    """,
    private="a private system has importal's own functions",
)
