"""Row 11: several threads that import: each module runs once, and nobody sees one that is half initialised.

Every program is made so that CPython's outcome does not depend on chance: modules wait for each other on events, never
on time. Races and deadlocks that CPython loses are no matter of comparison; they are tested under tests/concurrency.
"""

from ..program import Row

case = Row("row11", "Threads and locks")

# Modules of the tree reach events through the log, which they see as a built-in.
EVENTS = """
log.started, log.release = threading.Event(), threading.Event()
def in_thread(function, *args):
    result = []
    thread = threading.Thread(target=lambda: result.append(attempt(function, *args)), daemon=True)
    thread.start()
    return thread, result
def joined(thread, result):
    thread.join(20)
    return result[0] if result else "did not end"
"""
SLOW = "log('begin')\nlog.started.set()\nlog.release.wait(20)\nvalue = 1\nlog('end')"

case(
    "many_threads_import_one_module",
    {"m.py": "log('ran')\nvalue = object()"},
    """
    def load():
        import m
        return id(m.value)
    results = together(*[load] * 8)
    report({"same": len({str(item) for item in results}), "log": log, "errors": [item for item in results if "error" in item]})
    """,
)

case(
    "many_threads_import_many_modules",
    {f"m{number}.py": f"import shared\nvalue = shared.value + {number}" for number in range(8)}
    | {"shared.py": "log('shared')\nvalue = 100"},
    """
    results = together(*[lambda number=number: imp.import_module(f"m{number}").value for number in range(8)])
    report({"results": results, "log": log, "added": added()})
    """,
)

case(
    "a_second_thread_waits_until_the_module_has_run",
    {"slow.py": SLOW},
    EVENTS
    + """
def use():
    import slow
    return slow.value
def use_from():
    from slow import value
    return value
first = in_thread(use)
log.started.wait(20)
others = [in_thread(use), in_thread(use_from), in_thread(lambda: imp.import_module("slow").value)]
waiting = [thread.is_alive() for thread, _ in others]
log.release.set()
report({"waiting": waiting, "first": joined(*first), "others": [joined(*other) for other in others], "log": log})
""",
)

case(
    "a_thread_waits_for_a_package_before_its_submodule",
    {"p": {"__init__.py": SLOW, "m.py": "import p\nvalue = p.value + 1\nlog('p.m')"}},
    EVENTS
    + """
first = in_thread(lambda: imp.import_module("p").value)
log.started.wait(20)
second = in_thread(lambda: imp.import_module("p.m").value)
third = in_thread(run, "from p.m import value")
log.release.set()
report({"first": joined(*first), "second": joined(*second), "third": joined(*third), "log": log})
""",
)

case(
    "a_module_that_failed_in_one_thread_is_run_again_by_another",
    {"m.py": "log('begin')\nif len(log) == 1: raise ValueError('first time')\nvalue = 1"},
    EVENTS
    + """
def use():
    import m
    return m.value
report({"first": joined(*in_thread(use)), "second": joined(*in_thread(use)), "log": log, "added": added()})
""",
)

case(
    "two_threads_enter_a_circle_from_both_sides",
    {
        "a.py": "log.in_a.set()\nlog.in_b.wait(20)\nimport b\nvalue = 'a'",
        "b.py": "log.in_b.set()\nlog.in_a.wait(20)\nimport a\nvalue = 'b'",
    },
    """
    log.in_a, log.in_b = threading.Event(), threading.Event()
    def a():
        import a
        return a.__name__
    def b():
        import b
        return b.__name__
    results = together(a, b)
    import a as first, b as second
    report({"results": results, "values": [first.value, second.value], "added": added()})
    """,
)

case(
    "a_module_that_starts_a_thread_which_imports_another",
    {
        "m.py": "import other_main\nother_main.start()\nvalue = 1",
        "other_main.py": "def start():\n    log.run_thread()",
        "n.py": "value = 2",
    },
    """
    results = []
    def body():
        import n
        results.append(n.value)
    def run_thread():
        thread = threading.Thread(target=body, daemon=True)
        thread.start()
        thread.join(20)
    log.run_thread = run_thread
    import m
    report({"value": m.value, "results": results, "added": added()})
    """,
)

case(
    "a_finder_is_called_by_every_thread_that_misses",
    {"m.py": "value = 1"},
    """
    lock = threading.Lock()
    class Counts:
        names = set()
        def find_spec(self, name, path=None, target=None):
            with lock:
                self.names.add(name)
    state.meta_path.insert(0, Counts())
    results = together(*[lambda: imp.import_module("m").value] * 4, *[lambda: imp.import_module("gone")] * 2)
    report({"results": results, "names": sorted(name for name in Counts.names if name in ("m", "gone"))})
    """,
)

case(
    "invalidate_caches_beside_imports",
    {f"m{number}.py": "value = 1" for number in range(20)},
    """
    def load():
        return [imp.import_module(f"m{number}").value for number in range(20)]
    def invalidate():
        for _ in range(50):
            imp.invalidate_caches()
    report(together(load, invalidate, load))
    """,
)

case(
    "a_lazy_module_is_executed_once_by_many_threads",
    {"m.py": "log('ran')\nvalue = 1"},
    """
    spec = imp.util.find_spec("m")
    spec.loader = imp.util.LazyLoader(spec.loader)
    module = state.modules["m"] = imp.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    results = together(*[lambda: module.value] * 4)
    report({"results": results if sys.version_info >= (3, 13) else "older ones take no lock", "log": log[:1]})
    """,
)

case(
    "after_a_fork_the_child_imports",
    {"slow.py": SLOW, "other.py": "value = 2", "p": {"__init__.py": "", "m.py": "value = 3"}},
    EVENTS
    + """
import warnings
warnings.simplefilter("ignore")  # a fork beside threads warns from 3.12 on
thread, result = in_thread(lambda: imp.import_module("slow").value)
log.started.wait(20)
reading, writing = os.pipe()
child = os.fork()
if child == 0:
    try:
        import other, p.m
        os.write(writing, repr([other.value, p.m.value]).encode())
    finally:
        os._exit(0)
os.close(writing)
seen = os.read(reading, 1000).decode()
os.waitpid(child, 0)
log.release.set()
report({"child": seen, "parent": joined(thread, result)})
""",
    private="the main program imports warnings",
)

case(
    "a_fork_inside_a_module_that_is_imported",
    {"m.py": "value = log.fork()\nimport n", "n.py": "value = 2"},
    """
    def fork():
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            log.child = writing
            return "child"
        os.close(writing)
        log.seen = os.read(reading, 1000).decode()
        os.waitpid(child, 0)
        return "parent"
    log.fork = fork
    import m
    if m.value == "child":
        os.write(log.child, repr([m.n.value, m.__spec__._initializing]).encode())
        os._exit(0)
    report({"value": m.value, "child": log.seen})
    """,
)

case(
    "imports_while_the_interpreter_ends",
    {"m.py": "value = 1", "n.py": "value = 2"},
    """
    import atexit
    def last():
        import m
        report([m.value, run("import gone")])
    atexit.register(last)
    """,
)

PROCESSES = {
    "work.py": "def square(number):\n    import helper\n    return helper.square(number), __name__\n",
    "helper.py": "def square(number):\n    return number * number\n",
}

for method in ("spawn", "forkserver"):
    case(
        f"a_program_that_starts_processes_by_{method}",
        PROCESSES,
        f"""
        def main_name(_):
            return __name__
        if __name__ == "__main__":
            import multiprocessing, work
            with multiprocessing.get_context("{method}").Pool(1) as pool:
                report({{"results": pool.map(work.square, [2, 3]), "main": pool.map(main_name, [0])}})
        """,
        private="multiprocessing starts a program of its own",
    )

case(
    "a_package_resolves_its_own_lazy_name_while_others_run",
    {
        "p": {
            "__init__.py": "lazy from . import m\nlazy from .m import other\nvalue = m.value + other",
            "m.py": "value, other = 1, 2",
        }
    },
    EVENTS
    + """
other = in_thread(log.release.wait)
report({"value": imp.import_module("p").value, "added": added()})
log.release.set()
""",
    private="programs in a private system are given an import function, by which nothing is lazy",
    since=(3, 15),
)

case(
    "a_cycle_of_lazy_names_while_others_run",
    {
        "m1.py": "lazy from m2 import y\nx = 1\nimport m3",
        "m2.py": "log('m2')\nimport m1\nlog(m1.y)\ny = 2",
        "m3.py": "import m1\ntry:\n    log(m1.y)\nexcept BaseException as error:\n    log(type(error).__name__)",
    },
    EVENTS
    + """
other = in_thread(log.release.wait)
import m1
report(log)
log.release.set()
""",
    private="programs in a private system are given an import function, by which nothing is lazy",
    since=(3, 15),
)

case(
    "a_module_that_answers_for_names_while_others_run",
    {
        "old.py": """
            import sys, warnings
            def __getattr__(name):
                warnings.warn(f"{name} is old", DeprecationWarning, stacklevel=2)
                return name
            import user
        """,
        "user.py": "import old\nvalue = old.thing",
    },
    EVENTS
    + """
import warnings
other = in_thread(log.release.wait)
with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    import old, user
report([os.path.basename(one.filename) for one in said] + [user.value])
log.release.set()
""",
    private="the main program imports warnings",
)
