"""What a main program of the corpus is given: `report`, and helpers that turn what it saw into plain JSON values.

The first line of a main program executes this text and takes over the names that `given` returns. Under a private
system the driver does so instead (see private_driver.py), because the program's own import statements must not reach
the host's standard library. Nothing here may depend on which of the two import systems is at work.
"""

import builtins
import importlib
import importlib.machinery
import importlib.util
import json
import marshal
import os
import re
import runpy
import struct
import sys
import textwrap
import threading
import types
import warnings

DIR = os.environ["DIFFERENTIAL_DIR"]
SRC = os.environ["DIFFERENTIAL_SRC"]
MISSING = "<missing>"
NEEDS_SOMETHING = 77  # the exit status by which a program says that this machine lacks what it is about
PATIENCE = 20  # seconds a thread is waited for
NOBODY = 65534  # the user of that name, who owns nothing

# Class names are compared without the module they live in: `_frozen_importlib_external` there, `importal` here.
IMPORT_MODULES = r"(?:_frozen_importlib_external|_frozen_importlib|importlib(?:\.\w+)*|zipimport|importal(?:\.\w+)*)"
CLASS_NAME = re.compile(rf"<(class ')?{IMPORT_MODULES}\.(?=[\w.]+(?:'| object at))")

# Where the frames of CPython's own import code are: frozen modules, the package importlib, runpy.
CPYTHON_IMPORT = ("<frozen ", os.path.join(os.path.dirname(importlib.__file__), ""), runpy.__file__)


# Under a private system some finders and loaders are variants, bound to its state, of the public classes: they count
# under the public names.
VARIANTS = {
    "PrivateBuiltinImporter": "BuiltinImporter",
    "PrivateExtensionFileLoader": "ExtensionFileLoader",
    "PathSearch": "PathFinder",
}
VARIANT = re.compile(rf"\b({'|'.join(VARIANTS)})\b")


class Log(list):
    """A list that is called to append: modules of the tree reach it as the built-in `log`."""

    def __call__(self, *values):
        self.append(values[0] if len(values) == 1 else list(values))


class Systems:
    """`importlib` as the program reaches it: the real one, or a private system's methods and importal's own rooms."""

    def __init__(self, system=None):
        self.system = system
        if system is None:
            self.util, self.machinery = importlib.util, importlib.machinery
        else:
            import importal.machinery
            import importal.util

            self.util, self.machinery = Room(system, importal.util), importal.machinery

    @property
    def abc(self):
        """Return `importlib.abc`, which few programs want, and which takes half as long as all the rest to import."""
        if self.system is None:
            return importlib.import_module("importlib.abc")
        return importlib.import_module("importal.abc")

    @property
    def resources(self):
        """Return `importlib.resources`, the host's in every mode: it asks the loaders of the packages it is given."""
        import importlib.resources

        return importlib.resources

    def __getattr__(self, name):
        if self.system is not None:
            return getattr(self.system, name)
        return getattr(runpy if name in {"run_module", "run_path"} else importlib, name)

    def load_source(self, name, path):
        """Make a module by hand: what `importal.load_source` is documented to do, spelt out for CPython."""
        if self.system is not None:
            return self.system.load_source(name, path)
        if "importal" in sys.modules:
            return sys.modules["importal"].load_source(name, path)
        if name in sys.modules:
            return sys.modules[name]
        loader = importlib.machinery.SourceFileLoader(name, path)
        module = importlib.util.module_from_spec(importlib.util.spec_from_file_location(name, path, loader=loader))
        sys.modules[name] = module
        try:
            loader.exec_module(module)
        except BaseException:
            sys.modules.pop(name, None)
            raise
        return sys.modules[name]


class Room:
    """A system's own method where it has one of that name, and what importal's module has otherwise."""

    def __init__(self, system, module):
        self.system, self.module = system, module

    def __getattr__(self, name):
        return getattr(self.system, name) if hasattr(self.system, name) else getattr(self.module, name)


def normal(text):
    """Return the text without what differs from run to run: the directory, addresses, modules of import classes."""
    # Below a pycache prefix the directory's path stands without its first slash.
    text = text.replace(DIR, "<DIR>").replace(DIR[1:], "<DIR>").replace(SRC, "<SRC>")
    text = CLASS_NAME.sub(lambda match: "<" + (match[1] or ""), re.sub(r"0x[0-9a-fA-F]{6,}", "<ADDR>", text))
    return text if state is sys else VARIANT.sub(lambda match: VARIANTS[match[0]], text)


def plain(value):
    """Return the value as JSON has it; what JSON does not have becomes its normalised repr."""
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, str):
        return normal(value)
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        return {normal(str(key)): plain(item) for key, item in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(item) for item in value)
    if isinstance(value, type):
        return f"class {value.__name__}"
    if isinstance(value, BaseException):
        return error(value)
    return normal(repr(value))


def report(value):
    """Write what the program observed; the runner compares it."""
    with open(os.environ["DIFFERENTIAL_REPORT"], "w", encoding="utf-8") as file:
        json.dump(plain(value), file, indent=1, sort_keys=True)


def error(exc):
    """Return what a user sees of an exception: type, text, notes, what it is about and what it was caused by."""
    seen = {"error": type(exc).__name__, "message": normal(str(exc))}
    if getattr(exc, "__notes__", None):
        seen["notes"] = plain(exc.__notes__)
    if isinstance(exc, ImportError):
        seen.update(name=plain(exc.name), path=plain(exc.path))
        if hasattr(exc, "name_from"):
            seen["name_from"] = plain(exc.name_from)
    if isinstance(exc, SyntaxError):
        seen.update(filename=plain(exc.filename), lineno=exc.lineno, text=exc.text)
    if exc.__cause__ is not None:
        seen["cause"] = error(exc.__cause__)
    elif not exc.__suppress_context__:
        context = exc.__context__
        while context is not None and made_by_machinery(context):
            context = context.__context__
        if context is not None:
            seen["context"] = error(context)
    return seen


def made_by_machinery(exc):
    """Say whether an exception was raised, and handled again, inside an import system.

    What a system asks itself on the way to its answer (is there a `__spec__`? a `__name__`?) is its own matter.
    """
    trace = exc.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    where = "" if trace is None else trace.tb_frame.f_code.co_filename
    return where.startswith((*CPYTHON_IMPORT, os.path.join(SRC, "importal")))


def attempt(function, *args, **kwargs):
    """Call the function; return {"value": ...} or what a user sees of the exception."""
    try:
        return {"value": plain(function(*args, **kwargs))}
    except BaseException as exc:
        return error(exc)


def run(source, **variables):
    """Execute statements in a namespace of their own, with the program's built-ins; return what they bound."""
    caller = sys._getframe(1)
    while caller.f_code.co_filename == "<prelude>":  # called through `attempt` or `unprivileged`
        caller = caller.f_back
    namespace = {"__builtins__": caller.f_builtins, "__name__": "statements", **variables}
    try:
        exec(compile(textwrap.dedent(source).strip(), "<statements>", "exec"), namespace)
    except BaseException as exc:
        failure = error(exc)
    else:
        failure = {}
    own = {"__builtins__", "__name__", "__warningregistry__", *variables}
    bound = {key: plain(item) for key, item in namespace.items() if key not in own}
    return {"bound": bound, **failure}


def caught(function, *args):
    """Call the function as `attempt` does, and return the warnings it raised beside what came of it."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        result = attempt(function, *args)
    result["warnings"] = [f"{item.category.__name__}: {normal(str(item.message))}" for item in seen]
    return result


def simple(thing):
    """Return the simple class name of a loader or finder, which may itself be a class."""
    if thing is None:
        return None
    return normal(thing.__name__ if isinstance(thing, type) else type(thing).__name__)


def describe_spec(spec):
    """Return every field of a module spec."""
    if spec is None:
        return None
    fields = ("name", "origin", "has_location", "cached", "parent", "loader_state")
    seen = {field: plain(getattr(spec, field, MISSING)) for field in fields}
    locations = spec.submodule_search_locations
    seen["submodule_search_locations"] = None if locations is None else plain(list(locations))
    seen["locations_type"] = simple(locations)
    seen["loader"] = simple(spec.loader)
    seen["type"] = type(spec).__name__
    return seen


def describe(module):
    """Return every import-related attribute of a module, its spec and its repr."""
    names = ("__name__", "__package__", "__file__", "__cached__", "__doc__")
    seen = {name: plain(getattr(module, name, MISSING)) for name in names}
    seen["__path__"] = plain(list(module.__path__)) if hasattr(module, "__path__") else MISSING
    seen["__loader__"] = simple(module.__loader__) if hasattr(module, "__loader__") else MISSING
    spec = getattr(module, "__spec__", MISSING)
    seen["__spec__"] = spec if spec is MISSING else describe_spec(spec)
    if spec is not MISSING and spec is not None:
        seen["same_loader"] = spec.loader is getattr(module, "__loader__", MISSING)
        seen["initializing"] = bool(getattr(spec, "_initializing", False))  # a spec made by hand has none
    seen["repr"] = normal(repr(module))
    seen["type"] = type(module).__name__
    return seen


def frames(exc):
    """Return the frames of a traceback as "file:line function", without those of this prelude.

    Frames of CPython's own import code are left out. Those of importal are left out only where they lead to a method
    of a finder or loader that is not its own, as there both show who called it; anywhere else none should be seen.
    """
    seen, own, trace = [], [], exc.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if str(trace.tb_frame.f_globals.get("__name__")).startswith("importal."):
            own.append(f"importal's own {code.co_name}")
        elif code.co_filename != "<prelude>" and not code.co_filename.startswith(CPYTHON_IMPORT):
            if isinstance(exc, ImportError) or code.co_name == "<module>":
                seen += own
            own = []
            seen.append(f"{normal(code.co_filename)}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return seen + own


def traced(function, *args):
    """Call the function as `attempt` does, and return the frames of the traceback beside the exception."""
    try:
        return {"value": plain(function(*args))}
    except BaseException as exc:
        return {**error(exc), "frames": frames(exc)}


def at(*parts):
    """Return the absolute path of a file of the program's directory."""
    return os.path.join(DIR, *parts)


def write(name, content, mtime=None):
    """Write a file of the program's directory, creating its parents; `mtime` in seconds sets its time."""
    place = at(name)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    with open(place, "wb") as file:
        file.write(content if isinstance(content, bytes) else textwrap.dedent(content.removeprefix("\n")).encode())
    if mtime is not None:
        os.utime(place, (mtime, mtime))
    return place


def read(name):
    """Return the bytes of a file of the program's directory."""
    with open(at(name), "rb") as file:
        return file.read()


def age(name, mtime):
    """Set the time of a file or directory, in seconds."""
    os.utime(at(name), (mtime, mtime))


def listing(name="."):
    """Return every file below a directory of the program, by relative path, sorted."""
    root = at(name)
    return sorted(os.path.relpath(os.path.join(top, file), root) for top, _, files in os.walk(root) for file in files)


def tag(suffix=""):
    """Return the end of a bytecode file's name: tag(".opt-1") is ".cpython-311.opt-1.pyc"."""
    return f".{sys.implementation.cache_tag}{suffix}.pyc"


def pyc(source, name, flags=0, first=0, second=0, magic=None, optimize=-1):
    """Return a bytecode file made by hand (PEP 552): magic, flags, two words or one hash of eight bytes, code."""
    code = compile(textwrap.dedent(source), at(name), "exec", dont_inherit=True, optimize=optimize)
    words = first if isinstance(first, bytes) else struct.pack("<II", first & 0xFFFFFFFF, second & 0xFFFFFFFF)
    return (
        (importlib.util.MAGIC_NUMBER if magic is None else magic)
        + struct.pack("<I", flags)
        + words
        + marshal.dumps(code)
    )


def pyc_for(name, source, flags=0, **options):
    """Return the bytecode of other text that claims to belong to a source file as it is now.

    The text differs from the file on purpose: what a module's `value` is tells which of the two was used.
    """
    if flags & 1:
        return pyc(source, name, flags, importlib.util.source_hash(read(name)), **options)
    stat = os.stat(at(name))
    return pyc(source, name, flags, int(stat.st_mtime), stat.st_size, **options)


def read_pyc(name):
    """Return what the header of a bytecode file says, and the constants and file name of its code."""
    data = read(name)
    flags, first, second = struct.unpack("<III", data[4:16])
    code = marshal.loads(data[16:])
    return {
        "magic": data[:4] == importlib.util.MAGIC_NUMBER,
        "flags": flags,
        "words": [first, second],
        "filename": normal(code.co_filename),
        "constants": [plain(item) for item in code.co_consts if isinstance(item, (str, int))],
    }


def make_zip(name, members, deflated=False):
    """Write a zip file of the program's directory from a dict of member name to text or bytes."""
    import zipfile

    packing = zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED
    with zipfile.ZipFile(at(name), "w", packing) as archive:
        for member, content in members.items():
            info = zipfile.ZipInfo(member, (2020, 1, 1, 0, 0, 0))
            info.compress_type = packing
            archive.writestr(info, content if isinstance(content, bytes) else textwrap.dedent(content))
    return at(name)


def copy_extension(name, target=None):
    """Copy an extension module of the standard library into the program's directory and return its path."""
    import shutil

    for entry in sys.path:
        for suffix in importlib.machinery.EXTENSION_SUFFIXES:
            file = os.path.join(entry, name + suffix)
            if os.path.isfile(file):
                place = at((target or name) + suffix)
                os.makedirs(os.path.dirname(place), exist_ok=True)
                return shutil.copy(file, place)
    print(f"this interpreter has no extension module {name} as a file", file=sys.stderr)
    os._exit(NEEDS_SOMETHING)


def added(*, ordered=False):
    """Return the keys the program put in the module table, sorted unless the order is the point.

    Modules of the standard library and of importal are left out: what an import system needs itself is its own matter.
    """
    own = sys.stdlib_module_names | {"importal", "_distutils_hack", "sitecustomize", "usercustomize", "__main__"}
    keys = [key for key in list(state.modules) if key not in BEFORE and key.partition(".")[0] not in own]
    return keys if ordered else sorted(keys)


def finder(name):
    """Return the finder on meta_path whose simple class name this is."""
    return next(item for item in state.meta_path if simple(item) == name)


def unprivileged(function, *args):
    """Call the function as a user whom permissions hold: the superuser lays its rights down meanwhile.

    On a machine where the tests do not run as root, permissions hold anyway.
    """
    if os.geteuid() != 0:
        return function(*args)
    os.seteuid(NOBODY)
    try:
        return function(*args)
    finally:
        os.seteuid(0)


def audit(names, function, *args):
    """Call the function and return the audit events of these names it raised (PEP 578), with their arguments.

    Of the events about files, those outside the program's directory are left out.
    """
    seen, listening = [], True

    def hook(event, arguments):
        if not listening or event not in names:
            return
        if event.startswith(("open", "os.")) and not str(arguments[0]).startswith(DIR):
            return
        seen.append([event, *(argument(item) for item in arguments)])

    def argument(item):
        for name in ("path", "meta_path", "path_hooks", "modules"):
            if item is getattr(state, name):
                return f"state.{name}"
        if isinstance(item, types.CodeType):
            return f"code {item.co_name} of {normal(item.co_filename)}"
        return item

    sys.addaudithook(hook)
    try:
        result = attempt(function, *args)
    finally:
        listening = False
    return {"result": result, "events": plain(seen)}


def together(*functions):
    """Run each function in a thread of its own, all released at once; return what came of each, in order."""
    barrier, results = threading.Barrier(len(functions)), [{"error": "did not end"}] * len(functions)

    def body(index, function):
        barrier.wait(PATIENCE)
        results[index] = attempt(function)

    threads = [threading.Thread(target=body, args=pair, daemon=True) for pair in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return results


def start(used_state):
    """Set what depends on the state at work; called before there is a system, which may copy the built-ins."""
    global state, log, BEFORE
    state, log = used_state, Log()
    builtins.log, builtins.state = log, state  # modules of the tree see no other names of the prelude
    BEFORE = frozenset(state.modules)


def given(system=None):
    """Return the names a main program finds in its globals; `system` is the private one, if there is one."""
    if system is None:
        start(sys)
    imp = Systems(system)
    modules = {"os": os, "sys": sys, "types": types, "threading": threading}
    helpers = (
        report, attempt, run, caught, simple, describe_spec, describe, frames, traced, at, write, read, age, listing,
        tag, pyc, pyc_for, read_pyc, make_zip, copy_extension, added, finder, together, plain, unprivileged, audit,
    )  # fmt: skip
    return {**modules, **{item.__name__: item for item in helpers}, "state": state, "imp": imp, "log": log, "DIR": DIR}
