"""Row 5: loaders: source, bytecode only, extension, built-in, frozen, namespace, lazy, a program's own; resources.

Zip archives have a file of their own.
"""

from ..program import Intended, Row

case = Row("row05", "Loaders")

FAILS_AGAIN = "a lazy module that fails is executed again at its next use, which then gives the reason once more"
OF_ITS_TABLE = "a private table has a built-in importer of its own: an object that knows the table, and no class"
LOADED_FOR_THE_INTERPRETER = Intended(
    False,
    "load_module is defined to load into sys.modules, whichever system has made the loader",
    when=lambda version: version < (3, 15),
    modes=("private",),
)

case(
    "what_a_loader_knows_after_its_module_is_loaded",
    {"m.py": "value = 1"},
    """
    import m
    report(vars(m.__loader__))
    """,
    private="a loader of a private system knows its state",
    packed="a loader of a module in a pack knows the pack",
)

case(
    "a_source_module",
    {"m.py": "'''Its text.'''\nvalue = 1"},
    """
    import m
    report({"module": describe(m), "order": list(vars(m)), "doc": m.__doc__})
    """,
)

case(
    "the_methods_of_a_source_loader",
    {"m.py": "# ä\nvalue = 1\r\nother = 2\n", "p": {"__init__.py": ""}},
    """
    import m, p
    loader = m.__loader__
    code = loader.get_code("m")
    report({
        "name": loader.name,
        "path": loader.path,
        "is_package": [loader.is_package("m"), p.__loader__.is_package("p")],
        "code": [code.co_name, code.co_filename, list(code.co_names)],
        "source": loader.get_source("m"),
        "data": loader.get_data(loader.path),
        "filename": loader.get_filename("m"),
        "without_name": loader.get_filename(),
        "stats": sorted(loader.path_stats(loader.path)),
        "mtime": attempt(loader.path_mtime, loader.path),
        "compiled": loader.source_to_code(b"x = 1", "<given>").co_filename,
        "create": loader.create_module(m.__spec__),
    })
    """,
)

case(
    "a_source_loader_asked_for_another_name",
    {"m.py": ""},
    """
    import m
    loader = m.__loader__
    report({name: attempt(getattr(loader, name), "other")
            for name in ("get_code", "get_source", "get_filename", "is_package")})
    """,
)

case(
    "source_loaders_are_equal_by_class_name_and_path",
    {"m.py": ""},
    """
    make = imp.machinery.SourceFileLoader
    one = make("m", at("m.py"))
    bare = imp.machinery.SourcelessFileLoader("m", at("m.py"))
    report({
        "same": one == make("m", at("m.py")),
        "hash": hash(one) == hash(make("m", at("m.py"))),
        "name": one == make("n", at("m.py")),
        "path": one == make("m", at("n.py")),
        "class": one == bare,
        "repr": repr(one),
    })
    """,
)

case(
    "a_source_loader_of_a_file_that_is_gone",
    {"m.py": ""},
    """
    loader = imp.machinery.SourceFileLoader("gone", at("gone.py"))
    report({"code": attempt(loader.get_code, "gone"), "source": attempt(loader.get_source, "gone"),
            "data": attempt(loader.get_data, at("gone.py")), "stats": attempt(loader.path_stats, at("gone.py"))})
    """,
)

case(
    "a_module_of_bytecode_only",
    {},
    """
    write("m.pyc", pyc("'''Its text.'''\\nvalue = __name__, __file__", "original.py"))
    import m
    loader = m.__loader__
    report({
        "module": describe(m),
        "value": m.value,
        "source": loader.get_source("m"),
        "code": loader.get_code("m").co_filename,
        "is_package": loader.is_package("m"),
        "listing": listing(),
    })
    """,
)

case(
    "a_package_of_bytecode_only",
    {},
    """
    write("p/__init__.pyc", pyc("", "p/__init__.py"))
    write("p/m.pyc", pyc("from . import n", "p/m.py"))
    write("p/n.pyc", pyc("", "p/n.py"))
    import p.m
    report({"p": describe(p), "m": describe(p.m), "added": added()})
    """,
)

case(
    "bytecode_in_pycache_alone_is_no_module",
    {},
    """
    write("__pycache__/m" + tag(), pyc("", "m.py"))
    report(run("import m"))
    """,
)

case(
    "bytecode_only_modules_ignore_times_and_hashes",
    {},
    """
    write("m.pyc", pyc("value = 1", "m.py", 0, 123, 456))
    write("checked.pyc", pyc("value = 2", "checked.py", 3, b"12345678"))
    write("unchecked.pyc", pyc("value = 3", "unchecked.py", 1, b"12345678"))
    report([run(f"from {name} import value") for name in ("m", "checked", "unchecked")])
    """,
)

case(
    "an_extension_module",
    {},
    """
    place = copy_extension("xxlimited")
    import xxlimited
    loader = xxlimited.__loader__
    report({
        "module": describe(xxlimited),
        "value": xxlimited.foo(2, 3),
        "order": [name for name in vars(xxlimited) if name.startswith("__")],
        "code": loader.get_code("xxlimited"),
        "source": loader.get_source("xxlimited"),
        "is_package": loader.is_package("xxlimited"),
        "filename": loader.get_filename("xxlimited"),
        "name": [loader.name, loader.path],
        "repr": repr(loader),
        "equal": loader == imp.machinery.ExtensionFileLoader("xxlimited", place),
    })
    """,
    intended={
        "report.equal": Intended(
            False,
            "a private table has an extension loader of its own, which leaves the interpreter's table as it was",
            modes=("private",),
        )
    },
)

case(
    "a_multi_phase_extension_module_imported_again_is_new",
    {},
    """
    copy_extension("xxlimited")
    import xxlimited as first
    del state.modules["xxlimited"]
    import xxlimited as second
    report({"same": first is second, "type": first.Xxo is second.Xxo})
    """,
)

case(
    "a_single_phase_extension_module",
    {},
    """
    copy_extension("_testimportmultiple")
    import _testimportmultiple as first
    del state.modules["_testimportmultiple"]
    import _testimportmultiple as second
    report({"same": first is second, "module": describe(second)})
    """,
)

case(
    "several_modules_in_one_extension_file",
    {},
    """
    place = copy_extension("_testimportmultiple")
    def load(name):
        loader = imp.machinery.ExtensionFileLoader(name, place)
        module = imp.util.module_from_spec(imp.util.spec_from_loader(name, loader))
        loader.exec_module(module)
        return describe(module)
    report([attempt(load, name) for name in ("_testimportmultiple_foo", "_testimportmultiple_bar", "_testimportmultiple_none")])
    """,
)

case(
    "multi_phase_modules_that_break_the_rules",
    {},
    """
    place = copy_extension("_testmultiphase")
    def load(name):
        loader = imp.machinery.ExtensionFileLoader(name, place)
        module = imp.util.module_from_spec(imp.util.spec_from_loader(name, loader))
        loader.exec_module(module)
        return module
    names = ("nonmodule", "export_raise", "export_null", "export_uninitialized", "bad_slot_large", "bad_slot_negative",
             "create_raise", "create_null", "exec_raise", "exec_err", "exec_unreported_exception", "nonascii")
    report({name: attempt(load, "_testmultiphase_" + name) for name in names})
    """,
)

case(
    "an_extension_file_under_another_name",
    {},
    """
    copy_extension("xxlimited", "other")
    report({"outcome": run("import other"), "added": added()})
    """,
)

case(
    "an_extension_file_that_is_none",
    {},
    """
    suffix = imp.machinery.EXTENSION_SUFFIXES[0]
    write("short" + suffix, b"")
    write("text" + suffix, b"this is text, and long enough to hold the header of a real one: " * 4)
    write("plain.so", b"")
    report({"short": run("import short"), "text": run("import text"), "plain": run("import plain"), "added": added()})
    """,
)

case(
    "an_extension_module_inside_a_package",
    {"p": {"__init__.py": ""}},
    """
    copy_extension("xxlimited", "p/xxlimited")
    from p import xxlimited
    report(describe(xxlimited))
    """,
)

case(
    "a_package_whose_init_is_an_extension",
    {},
    """
    place = copy_extension("xxlimited", "xxlimited/__init__")
    import xxlimited
    write("xxlimited/sub.py", "value = 1")
    imp.invalidate_caches()
    report({"module": describe(xxlimited), "sub": run("from xxlimited.sub import value")})
    """,
)

case(
    "a_builtin_module",
    {},
    """
    import _symtable
    loader = _symtable.__loader__
    report({
        "module": describe(_symtable),
        "is_package": loader.is_package("_symtable"),
        "code": loader.get_code("_symtable"),
        "source": loader.get_source("_symtable"),
        "other": {name: attempt(getattr(loader, name), "no_such") for name in ("is_package", "get_code", "get_source")},
        "spec": describe_spec(loader.find_spec("_symtable")),
        "below": loader.find_spec("_symtable", ["anywhere"]) is None,
        "absent": loader.find_spec("no_such"),
        "is_class": isinstance(loader, type),
    })
    """,
    intended={"report.is_class": Intended(False, OF_ITS_TABLE, modes=("private",))},
)

case(
    "creating_a_builtin_that_is_none",
    {},
    """
    importer = imp.machinery.BuiltinImporter
    spec = imp.util.spec_from_loader("no_such", importer, is_package=False)
    report(attempt(imp.util.module_from_spec, spec))
    """,
)

case(
    "a_frozen_modules_loader",
    {},
    """
    import __hello__
    importer = __hello__.__loader__
    code = importer.get_code("__hello__")
    report({
        "code": [code.co_name, code.co_filename],
        "source": importer.get_source("__hello__"),
        "is_package": [importer.is_package("__hello__"), importer.is_package("__phello__")],
        "other": {name: attempt(getattr(importer, name), "no_such") for name in ("is_package", "get_code", "get_source")},
        "spec": describe_spec(importer.find_spec("__phello__")),
        "absent": importer.find_spec("no_such"),
    })
    """,
)

case(
    "a_namespace_packages_loader",
    {"space": {"m.py": ""}},
    """
    import space
    loader = space.__loader__
    report({
        "module": describe(space),
        "is_package": loader.is_package("space"),
        "source": loader.get_source("space"),
        "code": loader.get_code("space").co_filename,
        "create": loader.create_module(space.__spec__),
        "exec": loader.exec_module(space),
        "type": type(loader).__name__,
    })
    """,
)

case(
    "load_module_of_every_standard_loader",
    {"m.py": "value = 1", "space": {"x.py": ""}},
    """
    write("bare.pyc", pyc("value = 2", "bare.py"))
    copy_extension("xxlimited")
    def load(name):
        loader = imp.util.find_spec(name).loader
        module = loader.load_module(name)
        return [describe(module), state.modules.get(name) is module]
    report({name: caught(load, name) for name in ("m", "bare", "xxlimited", "_symtable", "__hello__", "space")})
    """,
    intended={
        **{
            f"report.{name}.value.1": LOADED_FOR_THE_INTERPRETER
            for name in ("m", "bare", "xxlimited", "_symtable", "__hello__")
        },
        "report._symtable.message": Intended(
            lambda text: text.replace("type object 'BuiltinImporter'", "'BuiltinImporter' object"),
            OF_ITS_TABLE,
            when=lambda version: version >= (3, 15),
            modes=("private",),
        ),
    },
)

case(
    "a_loader_of_the_programs_own",
    {},
    """
    class Own:
        def create_module(self, spec):
            log("create", spec.name, spec.name in state.modules)
        def exec_module(self, module):
            log("exec", module.__name__, state.modules[module.__name__] is module)
            module.value = 1
            return "ignored"
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                return imp.machinery.ModuleSpec(name, Own())
    state.meta_path.insert(0, Finder())
    import m
    report({"module": describe(m), "log": log})
    """,
)

case(
    "create_module_may_return_any_object",
    {},
    """
    class Thing:
        pass
    class Own:
        def __init__(self, made): self.made = made
        def create_module(self, spec): return self.made
        def exec_module(self, module): log(type(module).__name__)
    made = {"thing": Thing(), "slotted": object(), "text": "text", "module": types.ModuleType("another_name")}
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name in made:
                return imp.machinery.ModuleSpec(name, Own(made[name]))
    state.meta_path.insert(0, Finder())
    outcomes = {name: run(f"import {name}") for name in made}
    report({"outcomes": outcomes, "log": log, "same": {name: state.modules[name] is made[name] for name in made},
            "thing": describe(state.modules["thing"]), "module": describe(state.modules["module"])})
    """,
)

case(
    "create_module_may_set_attributes_of_its_own",
    {},
    """
    class Own:
        def create_module(self, spec):
            module = types.ModuleType("preset")
            module.__package__, module.__file__, module.__loader__ = "given", "given.py", "given loader"
            return module
        def exec_module(self, module):
            pass
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                spec = imp.machinery.ModuleSpec(name, Own(), origin="real.py")
                spec.has_location = True
                return spec
    state.meta_path.insert(0, Finder())
    import m
    report(describe(m))
    """,
)

case(
    "a_loader_without_create_module",
    {},
    """
    class Own:
        def exec_module(self, module):
            module.value = 1
    class Inherits(imp.abc.Loader):
        def exec_module(self, module):
            module.value = 2
    loaders = {"own": Own(), "inherits": Inherits()}
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name in loaders:
                return imp.machinery.ModuleSpec(name, loaders[name])
    state.meta_path.insert(0, Finder())
    report([run("import own"), run("from inherits import value"), added()])
    """,
)

case(
    "a_legacy_loader_with_load_module_only",
    {},
    """
    class Legacy:
        def load_module(self, name):
            log("load", name)
            module = state.modules.setdefault(name, types.ModuleType(name))
            module.value = 1
            return module
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                return imp.machinery.ModuleSpec(name, Legacy(), origin="somewhere")
    state.meta_path.insert(0, Finder())
    outcome = caught(imp.import_module, "m")
    report({"outcome": outcome, "module": describe(state.modules["m"]) if "m" in state.modules else None, "log": log})
    """,
)

case(
    "a_legacy_loader_that_fails",
    {},
    """
    class Legacy:
        def load_module(self, name):
            state.modules[name] = types.ModuleType(name)
            raise LookupError(name)
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                return imp.machinery.ModuleSpec(name, Legacy())
    state.meta_path.insert(0, Finder())
    report({"outcome": caught(imp.import_module, "m"), "added": added()})
    """,
)

case(
    "a_loader_built_on_the_abstract_inspect_loader",
    {},
    """
    class Own(imp.abc.InspectLoader):
        def get_source(self, name):
            if name == "p":
                return "'''Its text.'''\\nvalue = __name__"
            raise ImportError("not mine", name=name)
        def is_package(self, name):
            return name == "p"
    spec = imp.util.spec_from_loader("p", Own())
    module = imp.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    report({"module": describe(module), "value": module.value, "code": Own().get_code("p").co_filename,
            "compiled": Own.source_to_code("x = 1", "given").co_filename})
    """,
)

case(
    "a_loader_built_on_the_abstract_source_loader",
    {},
    """
    class Own(imp.abc.SourceLoader):
        sources = {"memory/m.py": b"value = __name__, __file__"}
        def get_data(self, path):
            log("data", path)
            if path in self.sources:
                return self.sources[path]
            raise OSError(path)
        def get_filename(self, name):
            return f"memory/{name}.py"
        def path_stats(self, path):
            log("stats", path)
            return {"mtime": 7, "size": 26}
        def set_data(self, path, data):
            log("set", path, len(data) > 16)
            self.sources[path] = data
    outcomes = []
    for _ in range(2):
        spec = imp.util.spec_from_loader("m", Own())
        module = imp.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        outcomes.append([module.value, describe(module)])
    report({"outcomes": outcomes, "log": log, "source": Own().get_source("m"), "is_package": Own().is_package("m")})
    """,
    env={"PYTHONDONTWRITEBYTECODE": ""},
)

case(
    "a_source_loader_that_rewrites_what_it_compiles",
    {"m.py": "value = OLD"},
    """
    class Rewrites(imp.machinery.SourceFileLoader):
        def source_to_code(self, data, *rest, **options):
            return super().source_to_code(bytes(data).replace(b"OLD", b"'new'"), *rest, **options)
    class Finder:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                return imp.util.spec_from_file_location(name, at("m.py"), loader=Rewrites(name, at("m.py")))
    state.meta_path.insert(0, Finder())
    import m
    report({"value": m.value, "module": describe(m), "written": listing()})
    """,
)

case(
    "a_source_loader_that_gives_other_data",
    {"m.py": "value = 'file'"},
    """
    class Other(imp.machinery.SourceFileLoader):
        def get_data(self, path):
            log(os.path.basename(path))
            return b"value = 'other'" if path.endswith(".py") else super().get_data(path)
    spec = imp.util.spec_from_file_location("m", at("m.py"), loader=Other("m", at("m.py")))
    module = imp.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    report({"value": module.value, "log": log, "source": spec.loader.get_source("m")})
    """,
)

case(
    "the_source_of_a_wrong_coding",
    {
        "m.py": b"# -*- coding: no-such -*-\n",
        "n.py": b"text = '\xff'\n",
        "latin.py": b"# coding: latin-1\ntext = '\xe4'\n",
    },
    """
    import latin
    seen = {name: attempt(imp.machinery.SourceFileLoader(name, at(name + ".py")).get_source, name) for name in ("m", "n")}
    report({**seen, "latin": [latin.text, latin.__loader__.get_source("latin")]})
    """,
)

case(
    "a_lazy_module_is_executed_by_its_first_attribute",
    {"m.py": "log('ran')\nvalue = 1"},
    """
    spec = imp.util.find_spec("m")
    spec.loader = imp.util.LazyLoader(spec.loader)
    module = imp.util.module_from_spec(spec)
    state.modules["m"] = module
    spec.loader.exec_module(module)
    before = [list(log), type(module).__name__, isinstance(module, types.ModuleType)]
    value = module.value
    after = describe(module)
    del after["__spec__"]["loader_state"]  # what the lazy loader kept there is its own matter
    report({"before": before, "value": value, "log": log, "type": type(module).__name__, "module": after})
    """,
)

case(
    "a_lazy_module_from_a_factory",
    {"m.py": "log('ran')\nvalue = 1"},
    """
    factory = imp.util.LazyLoader.factory(imp.machinery.SourceFileLoader)
    entry_finder = imp.machinery.FileFinder(DIR, (factory, [".py"]))
    state.path_importer_cache[DIR] = entry_finder
    state.path[:] = [DIR]
    import m
    before = list(log)
    report({"before": before, "value": m.value, "log": log})
    """,
)

case(
    "what_is_set_on_a_lazy_module_before_it_runs",
    {"m.py": "value = 1\nother = 2"},
    """
    def lazy():
        spec = imp.util.find_spec("m")
        spec.loader = imp.util.LazyLoader(spec.loader)
        module = state.modules["m"] = imp.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
    first = lazy()
    first.value = "set before"
    first.mine = "kept"
    kept = [first.value, first.other, first.mine]
    del state.modules["m"]
    second = lazy()
    del second.value
    report({"kept": kept, "deleted": attempt(getattr, second, "value"), "other": second.other})
    """,
)

case(
    "a_lazy_module_that_fails",
    {"m.py": "log('ran')\nraise ValueError('late')"},
    """
    spec = imp.util.find_spec("m")
    spec.loader = imp.util.LazyLoader(spec.loader)
    module = state.modules["m"] = imp.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    report({"first": attempt(getattr, module, "value"), "second": attempt(getattr, module, "value"), "log": log})
    """,
    intended={
        "report.log": Intended(["ran", "ran"], FAILS_AGAIN),
        "report.second.error": Intended("ValueError", FAILS_AGAIN),
        "report.second.message": Intended("late", FAILS_AGAIN),
    },
)

case(
    "a_lazy_module_replaced_in_the_table",
    {"m.py": "state.modules[__name__] = 'stand-in'"},
    """
    spec = imp.util.find_spec("m")
    spec.loader = imp.util.LazyLoader(spec.loader)
    module = state.modules["m"] = imp.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    report(attempt(getattr, module, "value"))
    """,
)

case(
    "a_lazy_loader_needs_exec_module",
    {},
    """
    class Legacy:
        def load_module(self, name):
            raise AssertionError
    report([attempt(imp.util.LazyLoader, Legacy()), attempt(imp.util.LazyLoader.factory, Legacy)])
    """,
)

case(
    "resources_of_a_package",
    {"p": {"__init__.py": "", "data.txt": "text", "sub": {"deep.txt": "deep"}}},
    """
    import p
    root = imp.resources.files(p)
    with imp.resources.as_file(root / "data.txt") as path:
        place = str(path)
    report({
        "names": sorted(item.name for item in root.iterdir() if item.name != "__pycache__"),
        "text": root.joinpath("data.txt").read_text(encoding="utf-8"),
        "bytes": (root / "sub" / "deep.txt").read_bytes(),
        "place": place,
        "kinds": [root.is_dir(), (root / "sub").is_dir(), (root / "data.txt").is_file(), (root / "none").is_file()],
        "missing": attempt((root / "none").read_text),
    })
    """,
)

case(
    "resources_of_a_package_given_by_name",
    {"p": {"__init__.py": "", "inner": {"__init__.py": "", "i.txt": "i"}}},
    """
    report([imp.resources.files("p.inner").joinpath("i.txt").read_text(encoding="utf-8"), added(),
            attempt(imp.resources.files, "p.none")])
    """,
    private="importlib.resources imports by name into the host's table",
)

case(
    "resources_of_a_namespace_package",
    {"one": {"space": {"a.txt": "a"}}, "two": {"space": {"b.txt": "b", "both.txt": "b"}}},
    """
    state.path[:0] = [at("one"), at("two")]
    import space
    root = imp.resources.files(space)
    report({"names": sorted(item.name for item in root.iterdir()), "b": (root / "b.txt").read_text(encoding="utf-8"),
            "a": (root / "a.txt").read_text(encoding="utf-8")})
    """,
)

case(
    "the_resource_reader_of_a_loader",
    {"p": {"__init__.py": "", "data.txt": "text", "m.py": ""}},
    """
    import p, p.m
    reader = p.__loader__.get_resource_reader("p")
    with reader.open_resource("data.txt") as file:
        text = file.read()
    report({
        "text": text,
        "path": reader.resource_path("data.txt"),
        "is": [reader.is_resource("data.txt"), reader.is_resource("none")],
        "contents": sorted(name for name in reader.contents() if name != "__pycache__"),
        "missing": attempt(reader.open_resource, "none"),
        "module": attempt(lambda: p.m.__loader__.get_resource_reader("p.m") is None),
    })
    """,
)

case(
    "pkgutil_reads_and_lists",
    {"p": {"__init__.py": "", "data.txt": "text", "m.py": "", "inner": {"__init__.py": "", "n.py": ""}}},
    """
    import pkgutil
    report({
        "data": pkgutil.get_data("p", "data.txt"),
        "modules": [(item.name, item.ispkg, simple(item.module_finder)) for item in pkgutil.iter_modules([at("p")])],
        "walk": [(item.name, item.ispkg) for item in pkgutil.walk_packages([DIR]) if item.name != "main"],
        "loader": simple(pkgutil.get_importer(DIR)),
        "resolve": pkgutil.resolve_name("p.inner.n").__name__,
        "added": added(),
    })
    """,
    private="pkgutil works on the host's sys",
)

case(
    "inspect_and_linecache_find_the_source",
    {"m.py": "def function():\n    return 1\n", "lib": {}},
    """
    import inspect, linecache
    make_zip("lib/code.zip", {"zipped.py": "def function():\\n    return 2\\n"})
    state.path.insert(0, at("lib", "code.zip"))
    import m, zipped
    linecache.clearcache()
    report([inspect.getsource(m.function), inspect.getsource(zipped.function), inspect.getsourcefile(zipped),
            inspect.getsource(zipped), linecache.getline(zipped.__file__, 2, vars(zipped))])
    """,
    private="inspect looks modules up in the host's table",
)

case(
    "a_function_put_into_the_base_class_of_loaders",
    {"m.py": "value = 'executed'"},
    """
    base = sys.modules["_frozen_importlib_external"].SourceLoader
    usual = vars(base).get("exec_module")
    base.exec_module = lambda loader, module: setattr(module, "value", "put in")
    try:
        import m
    finally:
        if usual is None:
            del base.exec_module
        else:
            base.exec_module = usual
    report({"value": m.value})
    """,
    private="it is the interpreter's importlib that is altered",
)
