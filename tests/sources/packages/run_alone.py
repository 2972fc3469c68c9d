"""Run one of the programs here with modules from a place, the standard library and importal, and from nowhere else.

`run_alone.py SOURCES ENTRY PROGRAM`, started with -I and -S: SOURCES holds importal, ENTRY is what is put on the path.
Prints where the program's modules are from, and the traceback of its `fail`, each frame with its source line.
"""

import os
import runpy
import sys

sources, entry, program = sys.argv[1:]
sys.path.append(sources)

from importal import ImportSystem

ImportSystem.host().install()
sys.path.append(entry)
namespace = runpy.run_path(program, run_name="program")
for module in namespace["modules"]:
    print(module.__name__, module.__file__)
    assert module.__file__.startswith(f"{entry}/"), module.__file__
library = os.path.dirname(os.__file__)
outside = {
    name: file
    for name, module in list(sys.modules.items())
    if (file := getattr(module, "__file__", None)) and name not in {"__main__", "__mp_main__"}
    if "site-packages" in file or not file.startswith((f"{entry}/", sources, library))
}
assert not outside, outside

import traceback

try:
    namespace["fail"]()
except Exception as error:
    placed = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.startswith(f"{entry}/")]
    for frame in placed:
        assert frame.line, f"{frame.filename}:{frame.lineno} has no source line"
        print(f"{frame.filename}:{frame.lineno}: {frame.line}")
    assert placed, "no frame of the package"
else:
    raise AssertionError("it did not fail")
