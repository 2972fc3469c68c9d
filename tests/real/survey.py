"""The process that imports many modules and writes down what it saw: ``survey.py MODE NAMES RECORDS``.

MODE is "cpython", "importal", or the path of a pack that importal uses, NAMES a file with one module name a line, RECORDS
the file that gets one JSON object a line: the name when its import begins, and what came of it. A process that a module
ends half-way is seen by that.
"""

import sys

MODE, NAMES, RECORDS = sys.argv[1:4]
sys.argv[1:] = []
if MODE != "cpython":
    from importal import ImportSystem

    ImportSystem.host().install()
    if MODE != "importal":
        from importal.pack.use import use_all

        use_all([MODE])

import hashlib
import io
import json
import os
import traceback
import warnings

MISSING = "<missing>"


def digest(data):
    """Return a short name of some bytes or text."""
    data = data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data
    return hashlib.sha256(data).hexdigest()[:12]


def class_of(value):
    """Return the name of the class that *value* is or is of; importal's classes go by the interpreter's names."""
    # Not isinstance: it asks the value for its __class__, which a lazy object makes up, or fails to.
    return value.__name__ if issubclass(type(value), type) else type(value).__name__


def plain(value):
    """Return *value* as JSON has it: simple ones as they are, a path as the list of its entries, others by class."""
    if value is None or type(value) in {bool, int, str}:
        return value
    if hasattr(type(value), "__iter__"):
        return [class_of(value), *map(str, value)]
    return class_of(value)


def of_spec(spec):
    """Return the facts a spec holds."""
    if spec is None or spec is MISSING:
        return spec
    names = ["name", "origin", "cached", "parent", "has_location", "submodule_search_locations", "loader_state"]
    return {
        "class": class_of(spec),
        "loader": class_of(spec.loader),
        **{name: plain(getattr(spec, name)) for name in names},
    }


def of_loader(loader, name):
    """Return what a loader answers about the module it loaded."""
    facts = {"class": class_of(loader), "path": plain(getattr(loader, "path", MISSING))}
    for method in ("get_code", "get_source", "get_filename", "is_package"):
        if not hasattr(loader, method):
            facts[method] = MISSING
            continue
        try:
            answer = getattr(loader, method)(name)
        except Exception as error:
            facts[method] = f"{type(error).__name__}: {error}"
            continue
        if method == "get_source" and answer is not None:
            answer = digest(answer)
        elif method == "get_code" and answer is not None:
            answer = [answer.co_filename, answer.co_firstlineno, digest(answer.co_code)]
        facts[method] = plain(answer) if not isinstance(answer, list) else answer
    return facts


def of_resources(module):
    """Return what lies in a package."""
    from importlib import resources

    try:
        return sorted(item.name for item in resources.files(module).iterdir() if item.name != "__pycache__")
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def of_module(module, name):
    """Return what the import has made: the attributes that importing sets, and the names and types of all others."""
    if not isinstance(module, type(sys)):
        return {"class": class_of(module)}
    namespace = vars(module)
    spec = namespace.get("__spec__", MISSING)
    loader = namespace.get("__loader__", MISSING)
    facts = {
        "class": class_of(module),
        "repr": repr(module),
        "doc": digest(str(namespace.get("__doc__"))),
        "spec": of_spec(spec),
        "loader": of_loader(loader, name),
        "same_loader": loader is getattr(spec, "loader", MISSING),
        "names": {key: class_of(value) for key, value in sorted(namespace.items(), key=lambda item: str(item[0]))},
    }
    for attribute in ("__name__", "__file__", "__cached__", "__package__", "__path__"):
        facts[attribute] = plain(namespace.get(attribute, MISSING))
    if "__path__" in namespace:
        facts["resources"] = of_resources(module)
    return facts


def of_error(error, seen=()):
    """Return what an exception shows: class, message, what it knows, the user's frames, and what it came from."""
    if error is None or error in seen:
        return None
    facts = {
        "class": f"{type(error).__module__}.{type(error).__qualname__}",
        "message": str(error),
        "notes": list(getattr(error, "__notes__", [])),
        "frames": [
            [frame.filename, frame.name, frame.lineno]
            for frame in traceback.extract_tb(error.__traceback__)
            if not frame.filename.startswith("<frozen importlib.") and frame.filename != __file__
        ],
        "cause": of_error(error.__cause__, (*seen, error)),
        "context": None if error.__suppress_context__ else of_error(error.__context__, (*seen, error)),
    }
    if isinstance(error, ImportError):
        facts["about"] = [plain(getattr(error, key, None)) for key in ("name", "path", "name_from")]
    return facts


class Warned(list):
    """Takes the place of `warnings.showwarning` and keeps what it is given."""

    def __call__(self, message, category, filename, lineno, file=None, line=None):
        self.append([category.__name__, str(message), filename, lineno])


def look(name, warned, output):
    """Import *name* and return what came of it."""
    before = set(sys.modules)
    del warned[:]
    said = output.tell()
    record = {"name": name, "error": None}
    try:
        __import__(name)
        module = sys.modules[name]
    except BaseException as error:
        record["error"] = of_error(error)
        # The frames of the error keep modules alive, and with them what they would close.
        error.__traceback__ = None
    # In the order of the table, in which modules were completed.
    record["new"] = [str(key) for key in sys.modules if key not in before]
    record["gone"] = sorted(str(key) for key in before if key not in sys.modules)
    record["warnings"] = list(warned)
    record["output"] = output.getvalue()[said:]
    if record["error"] is None:
        record["module"] = of_module(module, name)
    return record


def main():
    """Survey every name."""
    with open(NAMES, encoding="utf-8") as file:
        names = file.read().split()
    warned = warnings.showwarning = Warned()
    warnings.simplefilter("always")
    warnings.simplefilter("ignore", ResourceWarning)
    output = sys.stdout = sys.stderr = io.StringIO()
    home = os.getcwd()
    with open(RECORDS, "a", encoding="utf-8", errors="backslashreplace") as records:

        def write(record):
            records.write(json.dumps(record) + "\n")
            records.flush()

        write({"start": sorted(map(str, sys.modules))})
        for name in names:
            write({"begin": name})
            try:
                record = look(name, warned, output)
            except BaseException:
                write({"broken": traceback.format_exc()})
                raise
            write(record)
            os.chdir(home)
            if sys.stdout is not output or sys.stderr is not output:
                sys.stdout = sys.stderr = output


if __name__ == "__main__":
    main()
    # Anything said from here on, at the end of the process, is seen by whoever started it.
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
