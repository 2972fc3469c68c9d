"""Run one of the programs here with modules from a place, the standard library and importal, and from nowhere else.

`run_alone.py SOURCES ENTRY PROGRAM [DRIVERS]`, started with -I and -S: SOURCES holds importal, ENTRY is what is put on the
path. DRIVERS holds what opening the entry needs (a database's driver); it is on the path meanwhile, and no longer.
Prints where the program's modules are from, and the traceback of its `fail`, each frame with its source line.
"""

import os
import runpy
import sys

sources, entry, program, *drivers = sys.argv[1:]
sys.path.append(sources)

from importal import ImportSystem
from importal.sources.places import without_secrets

ImportSystem.host().install()
root = without_secrets(entry)
if drivers:
    from importal.sources.opening import opened

    sys.path += drivers
    source = opened(entry)
    for path, _ in source.files():
        source.read(f"{root}/{path}")
    del sys.path[-1]
sys.path.append(entry)
# Drivers bring modules that packages use, too; they are there already, whatever names a package gives them.
before = {id(module) for module in list(sys.modules.values())}
namespace = runpy.run_path(program, run_name="program")
for module in namespace["modules"]:
    print(module.__name__, module.__file__)
    assert module.__file__.startswith(f"{root}/"), module.__file__
library = os.path.dirname(os.__file__)
outside = {
    name: file
    for name, module in list(sys.modules.items())
    if id(module) not in before
    and (file := getattr(module, "__file__", None))
    and name not in {"__main__", "__mp_main__"}
    if "site-packages" in file or not file.startswith((f"{root}/", sources, library))
}
assert not outside, outside

import traceback

try:
    namespace["fail"]()
except Exception as error:
    placed = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(f"{root}/")]
    for frame in placed:
        assert frame.line, f"{frame.filename}:{frame.lineno} has no source line"
        print(f"{frame.filename}:{frame.lineno}: {frame.line}")
    assert placed, "no frame of the package"
else:
    raise AssertionError("it did not fail")
