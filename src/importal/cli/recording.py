"""A program that records the imports of another: ``importal trace`` executes it by its path, in a new process.

``recording.py JOURNAL TARGET...`` runs a program as ``importal run`` does. What it imports is in the journal when it
ends, however it ends.
"""

import sys

_AT_START = list(sys.modules)
# The frame below is on the stack while the program runs, and is none of the program's: what the interpreter imports by
# itself (to show a traceback) is not to be put on a line of this file.
_IS_PROGRAM = __name__ == "__main__"
__name__ = "importal.cli.recording"


def _main() -> int:
    journal, *target = sys.argv[1:]
    import os

    root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    if sys.flags.safe_path:
        sys.path.insert(0, root)
    else:
        sys.path[0] = root  # in the place of the folder of this file, where there are modules that nobody means
    import atexit

    from importal import ImportSystem
    from importal.cli.fresh import prepare
    from importal.observe.recorder import Recorder

    run = prepare(_AT_START)
    if sys.flags.safe_path:
        del sys.path[0]
    # Not inherited by the program's children, and far from the numbers that programs expect theirs to have.
    descriptor = os.open(journal, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
    system = ImportSystem.host()
    system.install()
    recorder = Recorder(descriptor)
    # Registered before the program runs, so called after all that it registers.
    atexit.register(recorder.close)
    recorder.attach(system)
    try:
        status: int = run(target)
    except BaseException as error:
        if not isinstance(error, SystemExit):
            recorder.fails(error)
        raise
    return status


if _IS_PROGRAM:
    sys.exit(_main())
