"""Row 4: path entries: hooks, the importer cache, the current directory, listings that age, case."""

from ..program import Row

case = Row("row04", "Path entries and hooks")

# A path hook that claims entries beginning with "claimed:", and logs what it is asked.
HOOK = """
class Claimed:
    def __init__(self, entry):
        log("hook", entry)
        if not str(entry).startswith("claimed:"):
            raise ImportError("not mine")
        self.entry = entry
    def find_spec(self, name, target=None):
        log("finder", name, target)
        if name.startswith("c_"):
            return imp.util.spec_from_loader(name, self, origin=self.entry)
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        module.value = self.entry
"""

case(
    "a_hook_claims_an_entry_and_its_finder_is_kept",
    {"m.py": ""},
    HOOK
    + """
state.path_hooks.insert(0, Claimed)
state.path.append("claimed:x")
import c_a, c_b
report({
    "value": [c_a.value, c_b.value],
    "module": describe(c_a),
    "log": [item for item in log if item[0] == "finder" or item[1] == "claimed:x"],
    "cached": simple(state.path_importer_cache["claimed:x"]),
})
""",
)

case(
    "an_entry_no_hook_claims_is_remembered_as_none",
    {"m.py": ""},
    """
    state.path.insert(0, "claimed:nobody")
    report({"outcome": run("import m"), "entry": state.path_importer_cache.get("claimed:nobody", "absent")})
    """,
)

case(
    "a_hook_that_raises_something_else_ends_the_import",
    {"m.py": ""},
    """
    def hook(entry):
        raise LookupError(os.path.basename(entry))
    state.path_hooks.insert(0, hook)
    state.path.insert(0, at("new"))
    report({"outcome": run("import nothing_there"), "cached": at("new") in state.path_importer_cache})
    """,
)

case(
    "a_finder_in_the_importer_cache_is_used_without_its_hook",
    {"m.py": ""},
    HOOK
    + """
state.path_importer_cache["anything"] = Claimed("claimed:by hand")
state.path.insert(0, "anything")
import c_a
report({"value": c_a.value})
""",
)

case(
    "none_in_the_importer_cache_skips_the_entry",
    {"lib": {"m.py": ""}},
    """
    state.path.insert(0, at("lib"))
    state.path_importer_cache[at("lib")] = None
    hidden = run("import m")
    del state.path_importer_cache[at("lib")]
    report({"hidden": hidden, "shown": run("import m")})
    """,
)

case(
    "clearing_the_importer_cache_asks_the_hooks_again",
    {},
    HOOK
    + """
state.path_hooks.insert(0, Claimed)
state.path.append("claimed:x")
import c_a
state.path_importer_cache.clear()
import c_b
report([item for item in log if item[1] == "claimed:x"])
""",
)

case(
    "a_finder_of_a_hook_without_find_spec",
    {"m.py": ""},
    """
    class Nothing:
        pass
    state.path_importer_cache["nothing"] = Nothing()
    state.path.insert(0, "nothing")
    report(caught(imp.import_module, "m"))
    """,
)

case(
    "the_empty_entry_is_the_current_directory",
    {"one": {"m.py": "value = 1"}, "two": {"n.py": "value = 2"}},
    """
    state.path.insert(0, "")
    os.chdir(at("one"))
    import m
    os.chdir(at("two"))
    import n
    cached = sorted(key for key in state.path_importer_cache if key in ("", at("one"), at("two")))
    report({"m": describe(m), "n": describe(n), "cached": cached})
    """,
)

case(
    "the_empty_entry_in_a_directory_that_is_gone",
    {"lib": {"m.py": ""}, "gone": {}},
    """
    os.chdir(at("gone"))
    os.rmdir(at("gone"))
    state.path[:0] = ["", at("lib")]
    report({"outcome": run("import m"), "cached": "" in state.path_importer_cache, "missing": run("import missing")})
    """,
)

case(
    "an_entry_that_vanishes",
    {"lib": {"m.py": "", "n.py": ""}},
    """
    state.path.insert(0, at("lib"))
    import m
    for file in listing("lib"):
        os.remove(at("lib", file))
    os.rmdir(at("lib"))
    report({"outcome": run("import n"), "m": m.__name__})
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "an_entry_that_appears_after_it_was_asked",
    {},
    """
    state.path.insert(0, at("late"))
    before = run("import m")
    write("late/m.py", "value = 1")
    unchanged = run("import m")
    imp.invalidate_caches()
    report({"before": before, "unchanged": unchanged, "after": run("from m import value")})
    """,
)

case(
    "a_listing_is_kept_while_the_directory_keeps_its_time",
    {"lib": {"a.py": ""}},
    """
    state.path.insert(0, at("lib"))
    age("lib", 1_000_000)
    import a
    age("lib", 1_000_000)
    write("lib/b.py", "value = 1")
    age("lib", 1_000_000)
    stale = run("import b")
    imp.invalidate_caches()
    report({"stale": stale, "fresh": run("from b import value")})
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "a_listing_is_read_again_when_the_directory_has_another_time",
    {"lib": {"a.py": ""}},
    """
    state.path.insert(0, at("lib"))
    age("lib", 1_000_000)
    import a
    write("lib/b.py", "value = 1")
    age("lib", 1_000_001)
    report(run("from b import value"))
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "a_listing_is_read_again_even_when_the_time_goes_back",
    {"lib": {"a.py": ""}},
    """
    state.path.insert(0, at("lib"))
    age("lib", 1_000_000)
    import a
    write("lib/b.py", "value = 1")
    age("lib", 999_999)
    report(run("from b import value"))
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "a_file_removed_behind_a_kept_listing",
    {"lib": {"a.py": "", "b.py": "value = 1"}},
    """
    state.path.insert(0, at("lib"))
    age("lib", 1_000_000)
    import a
    os.remove(at("lib", "b.py"))
    age("lib", 1_000_000)
    report(run("import b"))
    """,
    env={"PYTHONDONTWRITEBYTECODE": "1"},
)

case(
    "an_entry_that_is_a_file",
    {"m.py": "", "text": "not a zip file"},
    """
    state.path.insert(0, at("text"))
    report({"outcome": run("import m"), "cached": simple(state.path_importer_cache[at("text")])})
    """,
)

case(
    "entries_that_are_not_strings",
    {"m.py": "", "lib": {"n.py": ""}},
    """
    class PathLike:
        def __fspath__(self):
            return at("lib")
    state.path[:0] = [None, 3, PathLike()]
    report({"m": run("import m"), "n": run("import n")})
    """,
)

case(
    "an_entry_of_bytes",
    {"lib": {"n.py": "value = 1"}},
    """
    state.path.insert(0, os.fsencode(at("lib")))
    report({"n": run("import n"), "cached": os.fsencode(at("lib")) in state.path_importer_cache})
    """,
)

case(
    "a_relative_entry",
    {"lib": {"m.py": "", "p": {"__init__.py": ""}, "space": {"x.py": ""}}},
    """
    state.path.insert(0, "lib")
    import m, p, space.x
    report({"m": describe(m), "p": describe(p), "space": describe(space), "cached": "lib" in state.path_importer_cache})
    """,
)

case(
    "an_entry_with_a_slash_at_its_end",
    {"lib": {"m.py": "", "p": {"__init__.py": ""}}},
    """
    state.path.insert(0, at("lib") + "/")
    import m, p
    report({"m": describe(m), "p": describe(p)})
    """,
)

case(
    "an_entry_with_dots_in_it",
    {"lib": {"m.py": "", "p": {"__init__.py": ""}}},
    """
    state.path.insert(0, at("lib", "..", "lib", "."))
    import m, p
    report({"m": m.__file__, "p": list(p.__path__)})
    """,
)

case(
    "the_first_entry_wins",
    {"one": {"m.py": "value = 1"}, "two": {"m.py": "value = 2"}},
    """
    state.path[:0] = [at("two"), at("one")]
    report(run("from m import value"))
    """,
)

case(
    "in_one_directory_a_package_wins_over_modules",
    {"x.py": "value = 'module'", "x": {"__init__.py": "value = 'package'"}},
    """
    report(run("from x import value"))
    """,
)

case(
    "in_one_directory_a_module_wins_over_a_bare_directory",
    {"x.py": "value = 'module'", "x": {"y.py": ""}},
    """
    report({"x": run("from x import value"), "y": run("import x.y")})
    """,
)

case(
    "in_one_directory_the_order_of_suffixes_decides",
    {"q.py": "value = 'source'", "r.py": "value = 'source'"},
    """
    write("r.pyc", pyc("value = 'bytecode'", "r.py"))
    copy_extension("xxlimited", "q")
    report({"q": run("import q"), "r": run("from r import value"), "spec": describe_spec(imp.util.find_spec("q"))})
    """,
)

case(
    "a_package_of_bytecode_or_of_source",
    {"p": {"__init__.py": "value = 'source'"}, "q": {}},
    """
    write("p/__init__.pyc", pyc("value = 'bytecode'", "p/__init__.py"))
    write("q/__init__.pyc", pyc("value = 'bytecode'", "q/__init__.py"))
    report({"p": run("from p import value"), "q": run("from q import value")})
    """,
)

case(
    "a_directory_with_the_name_of_a_source_file",
    {"m.py": {"x.py": ""}, "p": {"__init__.py": {"x": ""}}},
    """
    report({"m": run("import m"), "p": run("import p"), "p_spec": describe_spec(imp.util.find_spec("p"))})
    """,
)

case(
    "names_are_case_sensitive",
    {"Mixed.py": "value = 1", "Pack": {"__init__.py": ""}},
    """
    report([run(f"import {name}") for name in ("mixed", "MIXED", "Mixed", "pack", "Pack")])
    """,
)

case(
    "pythoncaseok_does_nothing_where_file_names_have_case",
    {"Mixed.py": "value = 1"},
    """
    report([run("import mixed"), run("import Mixed")])
    """,
    env={"PYTHONCASEOK": "1"},
)

case(
    "a_symbolic_link_keeps_its_own_path",
    {"real": {"m.py": "", "p": {"__init__.py": ""}}},
    """
    os.symlink(at("real"), at("link"))
    os.symlink(at("real", "m.py"), at("real", "other.py"))
    os.symlink(at("nowhere"), at("real", "broken.py"))
    state.path.insert(0, at("link"))
    import m, other, p
    report({"m": describe(m), "other": describe(other), "p": list(p.__path__), "broken": run("import broken")})
    """,
)

case(
    "path_bound_anew_is_read_anew",
    {"one": {"m.py": "value = 1"}, "two": {"n.py": "value = 2"}},
    """
    kept = state.path
    state.path = (at("one"), at("two"))
    seen = [run("from m import value"), run("from n import value"), run("import missing")]
    state.path = kept
    report(seen)
    """,
)

case(
    "hooks_and_importer_cache_bound_anew_are_read_anew",
    {"lib": {"m.py": ""}},
    HOOK
    + """
kept = state.path_hooks, state.path_importer_cache
state.path_hooks, state.path_importer_cache = [Claimed], {}
state.path.insert(0, "claimed:x")
import c_a
seen = {"value": c_a.value, "cache": {key: simple(item) for key, item in state.path_importer_cache.items()
                                      if key in ("claimed:x", at("lib"))}}
state.path_hooks, state.path_importer_cache = kept
report({**seen, "after": run("import c_b")})
""",
)

case(
    "without_hooks_nothing_new_is_found",
    {"m.py": "", "lib": {"n.py": ""}},
    """
    import m
    state.path_hooks[:] = []
    kept, state.path[:] = list(state.path), [at("lib")]
    outcome = caught(imp.import_module, "n")
    state.path[:] = kept
    report({"outcome": outcome, "cached": state.path_importer_cache.get(at("lib"), "absent")})
    """,
)

case(
    "a_path_changed_by_the_module_that_is_imported",
    {"m.py": "state.path.insert(0, state.path[0] + '/lib')\nimport n\nvalue = n.value", "lib": {"n.py": "value = 1"}},
    """
    state.path.insert(0, DIR)
    report(run("from m import value"))
    """,
)

case(
    "the_path_finder_asked_directly",
    {"m.py": "", "lib": {"n.py": "", "space": {}}},
    """
    path_finder = finder("PathFinder")
    report({
        "on_path": describe_spec(path_finder.find_spec("m")),
        "elsewhere": describe_spec(path_finder.find_spec("n", [at("lib")])),
        "namespace": describe_spec(path_finder.find_spec("space", [at("lib")])),
        "not_there": path_finder.find_spec("m", [at("lib")]),
        "nowhere": path_finder.find_spec("m", []),
        "dotted": describe_spec(path_finder.find_spec("any.n", [at("lib")])),
    })
    """,
)

case(
    "a_path_entry_finder_asked_directly",
    {"m.py": "", "p": {"__init__.py": ""}, "space": {}},
    """
    import_m = imp.util.find_spec("m")
    entry_finder = state.path_importer_cache[DIR]
    report({
        "repr": repr(entry_finder),
        "path": entry_finder.path,
        "m": describe_spec(entry_finder.find_spec("m")),
        "p": describe_spec(entry_finder.find_spec("p")),
        "space": describe_spec(entry_finder.find_spec("space")),
        "missing": entry_finder.find_spec("missing"),
        "dotted": describe_spec(entry_finder.find_spec("any.thing.m")),
    })
    """,
)

case(
    "a_file_finder_of_the_programs_own",
    {"lib": {"a.txt": "value = __name__", "b.py": ""}},
    """
    entry_finder = imp.machinery.FileFinder(at("lib"), (imp.machinery.SourceFileLoader, [".txt"]))
    spec = entry_finder.find_spec("a")
    module = imp.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    report({"spec": describe_spec(spec), "value": module.value, "b": entry_finder.find_spec("b"), "repr": repr(entry_finder)})
    """,
)

case(
    "the_path_hook_of_the_file_finder",
    {"lib": {"m.py": ""}, "file": ""},
    """
    hook = imp.machinery.FileFinder.path_hook((imp.machinery.SourceFileLoader, [".py"]))
    report({
        "directory": repr(hook(at("lib"))),
        "file": attempt(hook, at("file")),
        "missing": attempt(hook, at("missing")),
        "empty": attempt(hook, ""),
    })
    """,
)

case(
    "invalidate_caches_forgets_entries_no_hook_claimed",
    {"lib": {}},
    """
    state.path.insert(0, at("lib"))
    state.path_importer_cache.update({"claimed:nobody": None, "relative": finder})
    run("import missing")
    imp.invalidate_caches()
    report({key: key in state.path_importer_cache for key in ("claimed:nobody", "relative")} | {
        "lib": at("lib") in state.path_importer_cache})
    """,
    packed="entries that the pack knows are not asked, so there is no finder to forget",
)

case(
    "a_directory_that_is_no_directory_any_more",
    {"lib": {"a.py": "", "b.py": ""}},
    """
    state.path.insert(0, at("lib"))
    import a
    os.rename(at("lib"), at("moved"))
    write("lib", "a file now")
    report(run("import b"))
    """,
)

case(
    "module_names_that_are_not_identifiers",
    {"with-dash.py": "value = 1", "1digit.py": "value = 2", "with space.py": "value = 3", "größe.py": "value = 4"},
    """
    report([attempt(lambda: imp.import_module(name).value) for name in ("with-dash", "1digit", "with space", "größe")])
    """,
)

case(
    "how_an_entry_is_written",
    {"lib": {"m.py": "def f(): pass", "p": {"__init__.py": "", "n.py": ""}}},
    """
    def seen(entry):
        state.path.insert(0, entry)
        for name in ("m", "p", "p.n"):
            state.modules.pop(name, None)
        import m, p.n
        del state.path[0]
        return [m.__file__, m.f.__code__.co_filename, p.__path__, p.n.__file__]
    entries = ("lib", "./lib", ".//lib", "lib/", "lib//", "./lib//", "lib/.", at("lib") + "/", at("lib") + "//")
    report({entry.replace(at(), "<here>"): seen(entry) for entry in entries})
    """,
)

case(
    "the_path_of_a_finder_and_the_origin_of_a_spec",
    {},
    """
    details = (imp.machinery.SourceFileLoader, [".py"])
    written = ("", ".", "./", "./.", "./x", ".//x", "x/", "x//", "../x", "/a//b/", "/a//", "/", "//")
    report({
        "finders": [imp.machinery.FileFinder(entry, details).path for entry in written],
        "origins": [imp.util.spec_from_file_location("x", file).origin for file in ("x.py", "./x.py", ".//x.py", "a//x.py", "/a//x.py")],
        "cached": [imp.util.cache_from_source(file) for file in ("x.py", "./x.py", "a//x.py", "/a//x.py", "//x.py")],
    })
    """,
)

case(
    "the_last_hook_is_the_one_for_directories",
    {"lib": {"m.other": "value = 1"}},
    """
    names = [hook.__qualname__ for hook in state.path_hooks]
    closure = state.path_hooks[-1].__code__.co_freevars
    suffixes = [suffix for suffix, _ in state.path_hooks[-1](at("lib"))._loaders]
    details = [(imp.machinery.SourceFileLoader, [".other"])]
    state.path_hooks[-1] = imp.machinery.FileFinder.path_hook(*details)
    state.path_importer_cache.clear()
    state.path.insert(0, at("lib"))
    import m
    report({"names": names, "closure": closure, "suffixes": sorted(suffixes), "value": m.value, "refused": attempt(state.path_hooks[1], at("nothing"))})
    """,
    private="a private system has three hooks",
)
