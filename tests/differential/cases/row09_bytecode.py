"""Row 9: bytecode files: their names, what makes one valid, what is written where (PEP 3147, 488, 552).

In these programs the bytecode says `value = 'bytecode'` where its source says `value = 'source'`, so that the value
of the module tells which of the two was used.
"""

from ..program import Intended, Row

case = Row("row09", "Bytecode", packed="what comes from a pack needs no bytecode file")

SOURCE = {"m.py": "value = 'source'\n"}

case(
    "a_bytecode_file_is_written_beside_the_source",
    SOURCE,
    """
    import m
    header = read_pyc("__pycache__/m" + tag())
    stat = os.stat(at("m.py"))
    words = header.pop("words")
    report({"listing": listing(), "header": header, "time": words[0] == int(stat.st_mtime), "size": words[1] == stat.st_size,
            "cached": m.__cached__ if hasattr(m, "__cached__") else m.__spec__.cached})
    """,
)

case(
    "a_fresh_bytecode_file_is_used",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    import m
    report(m.value)
    """,
)

case(
    "a_bytecode_file_is_stale_when_the_time_differs",
    SOURCE,
    """
    age("m.py", 1_000_000)
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    age("m.py", 999_999)
    import m
    report({"value": m.value, "rewritten": read_pyc("__pycache__/m" + tag())})
    """,
)

case(
    "a_bytecode_file_is_stale_when_the_size_differs",
    SOURCE,
    """
    age("m.py", 1_000_000)
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    write("m.py", "value = 'longer source'\\n", mtime=1_000_000)
    import m
    report({"value": m.value, "rewritten": read_pyc("__pycache__/m" + tag())})
    """,
)

case(
    "a_change_of_same_size_in_the_same_second_is_not_seen",
    SOURCE,
    """
    age("m.py", 1_000_000)
    import m
    del state.modules["m"]
    write("m.py", "value = 'SOURCE'\\n", mtime=1_000_000.75)
    import m
    report(m.value)
    """,
)

case(
    "times_outside_32_bits",
    {"early.py": "value = 'source'", "late.py": "value = 'source'"},
    """
    age("early.py", -5)
    age("late.py", 2 ** 32 + 5)
    import early, late
    words = [read_pyc("__pycache__/" + name + tag())["words"] for name in ("early", "late")]
    for name in ("early", "late"):
        write("__pycache__/" + name + tag(), pyc_for(name + ".py", "value = 'bytecode'"))
        del state.modules[name]
    import early, late
    report({"words": words, "values": [early.value, late.value]})
    """,
)

case(
    "a_checked_hash_that_agrees",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'", 3))
    age("m.py", 1_000_000)
    import m
    report({"value": m.value, "file": read_pyc("__pycache__/m" + tag())})
    """,
)

case(
    "a_checked_hash_that_disagrees_is_written_anew_as_a_hash",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc("value = 'bytecode'", "m.py", 3, b"12345678"))
    import m
    after = read_pyc("__pycache__/m" + tag())
    report({"value": m.value, "after": after, "hash": read("__pycache__/m" + tag())[8:16] == imp.util.source_hash(read("m.py"))})
    """,
)

case(
    "an_unchecked_hash_is_believed",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc("value = 'bytecode'", "m.py", 1, b"12345678"))
    import m
    report({"value": m.value, "file": read_pyc("__pycache__/m" + tag())})
    """,
)

HASHES = """
values = {}
for name, flags, given in (("checked", 3, None), ("checked_stale", 3, b"12345678"),
                           ("unchecked", 1, None), ("unchecked_stale", 1, b"12345678")):
    write(name + ".py", "value = 'source'")
    data = pyc_for(name + ".py", "value = 'bytecode'", flags) if given is None else pyc("value = 'bytecode'", name + ".py", flags, given)
    write("__pycache__/" + name + tag(), data)
imp.invalidate_caches()
for name in ("checked", "checked_stale", "unchecked", "unchecked_stale"):
    values[name] = [imp.import_module(name).value, read_pyc("__pycache__/" + name + tag())["flags"]]
report(values)
"""

case("hash_files_by_default", {}, HASHES, flags=("--check-hash-based-pycs", "default"))
case("hash_files_when_all_are_checked", {}, HASHES, flags=("--check-hash-based-pycs", "always"))
case("hash_files_when_none_is_checked", {}, HASHES, flags=("--check-hash-based-pycs", "never"))

case(
    "the_check_of_hashes_changed_while_running",
    {},
    "import _imp\n_imp.check_hash_based_pycs = 'always'\n" + HASHES,
    private="_imp.check_hash_based_pycs belongs to the interpreter",
)

case(
    "unknown_flag_bits",
    {},
    """
    seen = {}
    for flags in (2, 4, 5, 7, 8, 0x80000000):
        name = f"m{flags}"
        write(name + ".py", "value = 'source'")
        write("__pycache__/" + name + tag(), pyc_for(name + ".py", "value = 'bytecode'", flags))
        imp.invalidate_caches()
        seen[name] = [run(f"from {name} import value"), read_pyc("__pycache__/" + name + tag())["flags"]]
    report(seen)
    """,
)

case(
    "unknown_flag_bits_of_bytecode_alone",
    {},
    """
    seen = {}
    for flags in (2, 4, 8):
        name = f"m{flags}"
        write(name + ".pyc", pyc("value = 'bytecode'", name, flags))
        imp.invalidate_caches()
        seen[name] = run(f"from {name} import value")
    report(seen)
    """,
)

case(
    "a_truncated_header",
    {},
    """
    seen = {}
    for length in (0, 1, 4, 7, 8, 12, 15):
        name = f"m{length}"
        write(name + ".py", "value = 'source'")
        write("__pycache__/" + name + tag(), pyc_for(name + ".py", "value = 'bytecode'")[:length])
        write(f"alone{length}.pyc", pyc("value = 'bytecode'", name)[:length])
        imp.invalidate_caches()
        seen[name] = [run(f"from {name} import value"), len(read("__pycache__/" + name + tag())) > 16,
                      run(f"from alone{length} import value")]
    report(seen)
    """,
)

case(
    "a_truncated_body",
    {},
    """
    seen = {}
    for length in (16, 17, 30):
        name = f"m{length}"
        write(name + ".py", "value = 'source'")
        write("__pycache__/" + name + tag(), pyc_for(name + ".py", "value = 'bytecode'")[:length])
        write(f"alone{length}.pyc", pyc("value = 'bytecode'", name)[:length])
        imp.invalidate_caches()
        seen[name] = [run(f"from {name} import value"), run(f"from alone{length} import value")]
    report({"seen": seen, "added": added()})
    """,
)

case(
    "a_corrupt_body",
    {"bad.py": "value = 'source'", "number.py": "value = 'source'"},
    """
    header = lambda name: pyc_for(name, "")[:16]
    write("__pycache__/bad" + tag(), header("bad.py") + b"\\xff" * 40)
    write("__pycache__/number" + tag(), header("number.py") + b"i\\x01\\0\\0\\0")
    write("alone.pyc", header("bad.py") + b"\\xff" * 40)
    write("alone_number.pyc", header("bad.py") + b"i\\x01\\0\\0\\0")
    imp.invalidate_caches()
    report([run(f"from {name} import value") for name in ("bad", "number", "alone", "alone_number")] + [added()])
    """,
)

case(
    "a_foreign_magic_number",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'", magic=b"\\x01\\x02\\r\\n"))
    write("alone.pyc", pyc("value = 'bytecode'", "alone.py", magic=b"\\x01\\x02\\r\\n"))
    imp.invalidate_caches()
    report({"m": run("from m import value"), "rewritten": read_pyc("__pycache__/m" + tag())["magic"], "alone": run("import alone")})
    """,
)

case(
    "trailing_bytes_are_ignored",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'") + b"more")
    import m
    report(m.value)
    """,
)

case(
    "a_directory_where_the_bytecode_file_should_be",
    SOURCE,
    """
    os.makedirs(at("__pycache__", "m" + tag()))
    outcome = run("from m import value")
    report({"outcome": outcome, "kept": os.path.isdir(at("__pycache__", "m" + tag())), "listing": listing()})
    """,
)

case(
    "a_file_where_the_cache_directory_should_be",
    {**SOURCE, "__pycache__": "a file"},
    """
    report({"outcome": run("from m import value"), "listing": listing()})
    """,
)

case(
    "a_bytecode_file_that_may_not_be_read",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    os.chmod(at("__pycache__", "m" + tag()), 0)
    report(unprivileged(run, "from m import value"))
    """,
)

case(
    "a_directory_that_may_not_be_written",
    {"lib": SOURCE},
    """
    os.chmod(at("lib"), 0o555)
    state.path.insert(0, at("lib"))
    outcome = unprivileged(run, "from m import value")
    os.chmod(at("lib"), 0o755)
    report({"outcome": outcome, "listing": listing("lib")})
    """,
)

case(
    "a_cache_directory_that_may_not_be_written",
    {"lib": {**SOURCE, "__pycache__": {}}},
    """
    write("lib/__pycache__/m" + tag(), pyc("value = 'bytecode'", "lib/m.py", 0, 1, 2))
    os.chmod(at("lib", "__pycache__"), 0o555)
    state.path.insert(0, at("lib"))
    outcome = unprivileged(run, "from m import value")
    os.chmod(at("lib", "__pycache__"), 0o755)
    report({"outcome": outcome, "listing": listing("lib"), "kept": read_pyc("lib/__pycache__/m" + tag())["words"]})
    """,
)

case(
    "a_bytecode_file_takes_the_mode_of_its_source",
    {f"m{mode}.py": "" for mode in ("600", "640", "444", "755", "000")},
    """
    os.umask(0o022)
    modes = {}
    for mode in ("600", "640", "444", "755", "000"):
        os.chmod(at(f"m{mode}.py"), int(mode, 8))
        outcome = run(f"import m{mode}")
        modes[mode] = oct(os.stat(at("__pycache__", f"m{mode}" + tag())).st_mode & 0o777) if "error" not in outcome else "none"
    report(modes)
    """,
)

case(
    "a_bytecode_file_appears_by_renaming",
    SOURCE,
    """
    def go():
        import m
    seen = audit(("os.rename", "os.mkdir"), go)
    report([[event[0], os.path.dirname(event[1]), *event[2:]] if event[0] == "os.rename" else event for event in seen["events"]])
    """,
)

case(
    "an_existing_bytecode_file_is_replaced_not_overwritten",
    SOURCE,
    """
    write("__pycache__/m" + tag(), pyc("value = 'bytecode'", "m.py", 0, 1, 2))
    os.link(at("__pycache__", "m" + tag()), at("kept"))
    import m
    report({"value": m.value, "old_file": read_pyc("kept")["words"], "listing": listing(),
            "linked": os.stat(at("kept")).st_nlink})
    """,
)

case(
    "no_bytecode_for_source_that_does_not_compile",
    {"bad.py": "value = = 1", "fails.py": "raise ValueError(1)"},
    """
    report([run("import bad"), run("import fails"), listing()])
    """,
)

case(
    "no_bytecode_is_written_when_the_environment_says_so",
    {**SOURCE, "n.py": "value = 'source'"},
    """
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    import m, n
    report({"values": [m.value, n.value], "listing": listing(), "state": state.dont_write_bytecode})
    """,
    env={"PYTHONDONTWRITEBYTECODE": "x"},
    private="a private state says for itself whether bytecode is written",
)

case(
    "no_bytecode_is_written_under_minus_b",
    SOURCE,
    "import m\nreport([m.value, listing()])",
    flags=("-B",),
    private="a private state says for itself whether bytecode is written",
)

case(
    "writing_bytecode_switched_off_and_on_while_running",
    {"m.py": "", "n.py": ""},
    """
    state.dont_write_bytecode = True
    import m
    first = listing()
    state.dont_write_bytecode = False
    import n
    report([first, listing()])
    """,
)

PREFIXED = """
import m, p.n
report({"listing": listing("cache" + DIR), "m": describe(m), "prefix": state.pycache_prefix, "n": p.n.__spec__.cached,
        "beside": os.path.exists(at("__pycache__"))})
"""
PACKAGES = {"m.py": "", "p": {"__init__.py": "", "n.py": ""}}

case(
    "a_cache_prefix_from_the_environment",
    PACKAGES,
    PREFIXED,
    env={"PYTHONPYCACHEPREFIX": "<DIR>/cache"},
    private="a private state says for itself where bytecode lives",
)
case(
    "a_cache_prefix_from_the_command_line",
    PACKAGES,
    PREFIXED,
    flags=("-X", "pycache_prefix=cache"),
    private="a private state says for itself where bytecode lives",
)

case(
    "a_cache_prefix_set_while_running",
    PACKAGES,
    """
    import p
    state.pycache_prefix = at("cache")
    import m, p.n
    report({"listing": listing(), "p": p.__spec__.cached, "m": m.__spec__.cached, "n": p.n.__spec__.cached})
    """,
    intended={
        "report.p": Intended(
            lambda text: text.replace("<DIR>/cache<DIR>/p/", "<DIR>/p/__pycache__/"),
            "a private system's spec is told where the bytecode is when the module is found, not when it is asked",
            when=lambda version: version >= (3, 15),
            modes=("private",),
        )
    },
)

case(
    "a_cache_prefix_is_where_bytecode_is_read",
    SOURCE,
    """
    state.pycache_prefix = at("cache")
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'beside'"))
    write("cache" + DIR + "/m" + tag(), pyc_for("m.py", "value = 'prefix'"))
    import m
    report(m.value)
    """,
)

OPTIMIZED = """
import m
report({"value": m.value, "doc": m.__doc__, "debug": __debug__, "listing": listing(), "cached": m.__spec__.cached,
        "flags": state.flags.optimize})
"""
ASSERTS = {
    "m.py": "'''Its text.'''\nvalue = 'asserted'\ntry:\n    assert False\n    value = 'not asserted'\nexcept AssertionError:\n    pass\n"
}

case("bytecode_without_optimization", ASSERTS, OPTIMIZED)
case("bytecode_under_minus_o", ASSERTS, OPTIMIZED, flags=("-O",))
case("bytecode_under_minus_oo", ASSERTS, OPTIMIZED, flags=("-OO",))
case("bytecode_under_pythonoptimize", ASSERTS, OPTIMIZED, env={"PYTHONOPTIMIZE": "2"})

case(
    "the_three_optimizations_have_files_of_their_own",
    SOURCE,
    """
    for suffix in ("", ".opt-1", ".opt-2"):
        write("__pycache__/m" + tag(suffix), pyc_for("m.py", f"value = 'bytecode{suffix}'"))
    import m
    report(m.value)
    """,
    flags=("-O",),
)

case(
    "another_cache_tag",
    SOURCE,
    """
    kept, state.implementation.cache_tag = state.implementation.cache_tag, "other-99"
    import m
    seen = [m.__spec__.cached, listing()]
    state.implementation.cache_tag = kept
    report(seen)
    """,
    private="the implementation is shared with the host",
)

case(
    "no_cache_tag",
    SOURCE,
    """
    kept, state.implementation.cache_tag = state.implementation.cache_tag, None
    outcome = run("from m import value")
    seen = [outcome, describe(state.modules["m"]) if "m" in state.modules else None, listing(), attempt(imp.util.cache_from_source, "m.py")]
    state.implementation.cache_tag = kept
    report(seen)
    """,
    private="the implementation is shared with the host",
)

case(
    "code_moved_with_its_bytecode_names_its_new_place",
    {"old": {"m.py": "def function():\n    pass\nclass Body:\n    def method(self):\n        pass\n"}},
    """
    state.path.insert(0, at("old"))
    import m
    del state.modules["m"]
    os.rename(at("old"), at("new"))
    state.path[0] = at("new")
    import m
    report([m.__file__, m.function.__code__.co_filename, m.Body.method.__code__.co_filename])
    """,
)

case(
    "files_made_by_py_compile_are_used",
    {"m.py": "value = 'source'", "n.py": "value = 'source'", "o.py": "value = 'source'"},
    """
    import py_compile
    modes = py_compile.PycInvalidationMode
    made = {}
    for name, mode in (("m", modes.TIMESTAMP), ("n", modes.CHECKED_HASH), ("o", modes.UNCHECKED_HASH)):
        made[name] = [py_compile.compile(at(name + ".py"), doraise=True, invalidation_mode=mode)]
        made[name].append(read_pyc("__pycache__/" + name + tag())["flags"])
        stat = os.stat(at(name + ".py"))
        write(name + ".py", "value = 'SOURCE'")
        os.utime(at(name + ".py"), ns=(stat.st_atime_ns, stat.st_mtime_ns))
        made[name].append(imp.import_module(name).value)
    report(made)
    """,
    private="py_compile is the host's",
)

case(
    "compileall_compiles_a_tree",
    {"p": {"__init__.py": "", "m.py": "value = 1", "bad.py": "value = = 1", "inner": {"n.py": ""}}},
    """
    import compileall
    result = compileall.compile_dir(at("p"), quiet=2)
    report({"result": result, "listing": listing()})
    """,
    private="compileall is the host's",
)

case(
    "a_source_newer_than_the_clock",
    SOURCE,
    """
    age("m.py", 2 ** 31 + 5)
    import m
    write("__pycache__/m" + tag(), pyc_for("m.py", "value = 'bytecode'"))
    del state.modules["m"]
    import m
    report([m.value, listing()])
    """,
)

case(
    "a_symbolic_link_in_place_of_a_bytecode_file",
    SOURCE,
    """
    write("target", b"untouched")
    os.mkdir(at("__pycache__"))
    os.symlink(at("target"), at("__pycache__", "m" + tag()))
    import m
    report({"target": read("target"), "link": os.path.islink(at("__pycache__", "m" + tag())), "value": m.value})
    """,
)

case(
    "who_changes_the_code_keeps_it_elsewhere",
    SOURCE,
    """
    external = sys.modules["_frozen_importlib_external"]
    usual = external.cache_from_source
    def elsewhere(path, *args, **kwargs):
        return usual(path, optimization="changed")
    external.cache_from_source = elsewhere
    import m
    external.cache_from_source = usual
    changed = listing("__pycache__")
    del state.modules["m"]
    import m
    report({"changed": changed, "both": listing("__pycache__")})
    """,
    private="it is the interpreter's importlib that is altered",
    packed="nothing is compiled",
)
