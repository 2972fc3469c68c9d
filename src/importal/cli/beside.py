"""The first lines of a process for a program, which another of importal's processes has started.

``beside.py recording JOURNAL TARGET...`` and ``beside.py loading OUT [TARGET...]``, executed by its path: what was
loaded at the start is noted, importal is found, and the module of that name does the rest.
"""

import sys

_AT_START = list(sys.modules)
# The frames below are on the stack while the program runs, and are none of the program's: what the interpreter imports
# by itself (to show a traceback) is not to be put on a line of this file.
_IS_PROGRAM = __name__ == "__main__"
__name__ = "importal.cli.beside"


def _main() -> int:
    what, *arguments = sys.argv[1:]
    import os

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if sys.flags.safe_path:
        sys.path.insert(0, root)
    else:
        sys.path[0] = root  # in the place of the folder of this file, where there are modules that nobody means
    from importal import Eagerly, own

    kept = own.kept_in(own.users_folder(), what)
    with Eagerly():
        complete = own.load(kept)
        if what == "recording":
            from importal.cli.recording import main
        else:
            from importal.cli.loading import main
    return main(arguments, _AT_START, None if complete else kept)


if _IS_PROGRAM:
    sys.exit(_main())
