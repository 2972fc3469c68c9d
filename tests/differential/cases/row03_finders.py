"""Row 3: the finders on meta_path: built-in, frozen, path, and foreign ones in any position."""

from ..program import Intended, Row

case = Row("row03", "Finders on meta_path")

# A foreign finder as short as it can be: it knows modules by name and executes a line of text for each.
FOREIGN = """
class Foreign:
    def __init__(self, modules, label="foreign"):
        self.modules, self.label = modules, label
    def find_spec(self, name, path=None, target=None):
        log(self.label, name, path, target)
        if name in self.modules:
            return imp.machinery.ModuleSpec(name, self, origin=f"<{self.label}>")
    def create_module(self, spec):
        return None
    def exec_module(self, module):
        exec(self.modules[module.__name__], vars(module))
"""

case(
    "a_builtin_module_wins_over_a_file",
    {"_symtable.py": "value = 'file'", "time.py": "value = 'file'"},
    """
    import _symtable
    report({"module": describe(_symtable), "spec": describe_spec(imp.util.find_spec("_symtable"))})
    """,
)

case(
    "a_frozen_module",
    {},
    """
    import __hello__
    report({"module": describe(__hello__), "initialized": __hello__.initialized})
    """,
)

case(
    "a_frozen_package_and_its_submodules",
    {},
    """
    import __phello__.spam
    import __phello__.ham.eggs
    report([describe(m) for m in (__phello__, __phello__.spam, __phello__.ham, __phello__.ham.eggs)])
    """,
)

case(
    "a_frozen_name_that_is_not_there",
    {},
    """
    import __phello__
    report([run("import __phello__.nothing"), run("from __phello__ import nothing")])
    """,
)

case(
    "no_finder_at_all",
    {},
    """
    import sys
    # Saying that there is none must not take an import.
    held = sys.modules.pop("warnings", None)
    finders, state.meta_path[:] = list(state.meta_path), []
    found = run("import colorsys")
    state.meta_path[:] = finders
    if held is not None:
        sys.modules["warnings"] = held
    report(found)
    """,
)

case(
    "finders_are_asked_in_order",
    {"m.py": "value = 'path'"},
    FOREIGN
    + """
first, last = Foreign({"only_last": ""}, "first"), Foreign({"m": "value = 'last'", "only_last": "value = 2"}, "last")
state.meta_path.insert(0, first)
state.meta_path.append(last)
report({"m": run("from m import value"), "again": run("from m import value"), "missing": run("import missing"), "log": log})
""",
)

case(
    "a_foreign_finder_in_front_is_what_describes_the_module",
    {"m.py": "value = 'path'"},
    FOREIGN
    + """
state.meta_path.insert(0, Foreign({"m": "value = 'foreign'"}))
import m
report({"module": describe(m), "value": m.value})
""",
)

case(
    "a_foreign_finder_is_given_the_parents_path",
    {"p": {"__init__.py": "", "m.py": ""}},
    FOREIGN
    + """
state.meta_path.insert(0, Foreign({}))
import p.m
same = Foreign.find_spec
paths = []
class Look:
    def find_spec(self, name, path, target=None):
        paths.append(path is p.__path__)
state.meta_path.insert(0, Look())
run("import p.n")
report({"log": log, "the_very_list": paths})
""",
)

case(
    "a_finder_without_find_spec",
    {"m.py": ""},
    """
    class Legacy:
        def find_module(self, name, path=None):
            log("asked", name)
    state.meta_path.insert(0, Legacy())
    report({"outcome": caught(imp.import_module, "m"), "log": log})
    """,
)

case(
    "a_finder_that_raises_ends_the_import",
    {"m.py": ""},
    """
    class Raises:
        def find_spec(self, name, path=None, target=None):
            raise LookupError(name)
    state.meta_path.insert(0, Raises())
    report({"outcome": run("import m"), "added": added()})
    """,
)

case(
    "a_finder_that_answers_for_another_name",
    {"m.py": "value = __name__", "other.py": "value = __name__"},
    """
    class Renames:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                return imp.util.spec_from_file_location("other", at("other.py"))
    state.meta_path.insert(0, Renames())
    report({"outcome": run("import m"), "added": added()})
    """,
)

case(
    "a_finder_that_imports_while_it_finds",
    {"m.py": "log('m')", "helper.py": "log('helper')"},
    """
    class Imports:
        def find_spec(self, name, path=None, target=None):
            if name == "m":
                import helper
    state.meta_path.insert(0, Imports())
    report({"outcome": run("import m"), "log": log, "added": added(ordered=True)})
    """,
)

case(
    "a_finder_that_imports_the_very_name_it_is_asked_for",
    {"m.py": "log('m')\nvalue = 1"},
    """
    class Recurses:
        asked = 0
        def find_spec(self, name, path=None, target=None):
            self.asked += 1
            if name == "m" and self.asked == 1:
                return imp.import_module("m").__spec__
    state.meta_path.insert(0, Recurses())
    report({"outcome": run("import m"), "log": log, "added": added()})
    """,
    intended={
        "report.log": Intended(["m"], "a module that its finder has imported while it was asked is not executed again")
    },
)

case(
    "a_finder_that_takes_itself_off",
    {"m.py": ""},
    """
    class Leaves:
        def find_spec(self, name, path=None, target=None):
            log("asked")
            state.meta_path.remove(self)
    state.meta_path.insert(0, Leaves())
    report({"outcome": run("import m"), "log": log})
    """,
)

case(
    "an_empty_meta_path_warns",
    {"m.py": ""},
    """
    kept, state.meta_path[:] = list(state.meta_path), []
    outcome = caught(imp.import_module, "m")
    state.meta_path[:] = kept
    report({"outcome": outcome, "after": run("import m")})
    """,
)

case(
    "meta_path_is_none_at_shutdown",
    {"m.py": ""},
    """
    kept, state.meta_path = state.meta_path, None
    outcome = run("import m")
    state.meta_path = kept
    report({"outcome": outcome, "after": run("import m")})
    """,
)

case(
    "without_the_path_finder_only_builtins_are_found",
    {"m.py": ""},
    """
    state.meta_path.remove(finder("PathFinder"))
    report({"m": run("import m"), "builtin": run("import _symtable"), "frozen": run("import __hello__")})
    """,
)

case(
    "meta_path_bound_anew_is_read_anew",
    {"m.py": "value = 'path'"},
    FOREIGN
    + """
kept = state.meta_path
state.meta_path = [Foreign({"m": "value = 'foreign'"}), *kept]
import m
state.meta_path = kept
report({"value": m.value, "gone": run("import n")})
""",
)

case(
    "reload_gives_finders_the_module_as_target",
    {},
    FOREIGN
    + """
state.meta_path.append(Foreign({"m": "value = 1"}))
import m
imp.reload(m)
report({"log": log, "same": log[1][3] is None, "module": describe(m)})
""",
)

case(
    "invalidate_caches_reaches_every_finder",
    {},
    """
    class Cached:
        def find_spec(self, name, path=None, target=None):
            return None
        def invalidate_caches(self):
            log("invalidated")
    class Plain:
        def find_spec(self, name, path=None, target=None):
            return None
    state.meta_path[:0] = [Cached(), Plain(), Cached()]
    report({"outcome": attempt(imp.invalidate_caches), "log": log})
    """,
)

case(
    "a_finder_may_be_a_class_or_a_module_like_object",
    {},
    FOREIGN
    + """
class Static:
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        if name == "m":
            return imp.util.spec_from_loader("m", Foreign({"m": "value = 1"}))
state.meta_path.append(types.SimpleNamespace(find_spec=Static.find_spec))
report({"outcome": run("from m import value")})
""",
)

case(
    "a_spec_whose_loader_is_none_is_a_namespace_package",
    {"portion": {"m.py": "value = 1"}},
    """
    class Namespace:
        def find_spec(self, name, path=None, target=None):
            if name in {"space", "nothing"}:
                spec = imp.machinery.ModuleSpec(name, None, is_package=name == "space")
                if name == "space":
                    spec.submodule_search_locations = [at("portion")]
                return spec
    state.meta_path.insert(0, Namespace())
    from space.m import value
    report({"space": describe(state.modules["space"]), "value": value, "nothing": run("import nothing")})
    """,
)

case(
    "finders_are_not_asked_for_a_child_of_a_module_that_is_no_package",
    {"m.py": ""},
    FOREIGN
    + """
import m
state.meta_path.insert(0, Foreign({}))
report({"outcome": run("import m.child"), "log": log})
""",
)

case(
    "the_standard_finders_are_there_in_order",
    {},
    """
    names = [simple(item) for item in state.meta_path]
    report([name for name in names if name in {"BuiltinImporter", "FrozenImporter", "PathFinder"}])
    """,
)
