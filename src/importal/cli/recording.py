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


# The least number of the journal's descriptor, the first one that the process's limit allows.
_FAR = (500, 200, 60)


def _far(descriptor: int) -> int:
    """Return the open file as a descriptor that is far from the numbers which programs close, or expect to be free.

    Like all of Python's it is not inherited by the program's children.
    """
    try:
        import fcntl
    except ModuleNotFoundError:
        return descriptor  # on Windows, nobody goes through descriptors by their numbers
    import os

    for least in _FAR:
        try:
            far = fcntl.fcntl(descriptor, fcntl.F_DUPFD_CLOEXEC, least)
        except OSError:
            continue
        os.close(descriptor)
        return far
    return descriptor


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

    descriptor = _far(os.open(journal, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0)))
    run = prepare(_AT_START)
    if sys.flags.safe_path:
        del sys.path[0]
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
