"""What every test relies on: bytecode gets written, and slow machines do not fail property tests."""

from __future__ import annotations

import os
import signal
import sys
import tempfile

import hypothesis

# A set PYTHONDONTWRITEBYTECODE would quietly empty the tests about bytecode, here and in the processes tests start.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# What importal keeps for a user is not this user's here.
_cache = tempfile.TemporaryDirectory(prefix="importal-cache-")
os.environ["IMPORTAL_CACHE"] = _cache.name

# A shell starts what runs in the background with these ignored, and the processes that tests start would inherit that.
if os.name == "posix":
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN:
        signal.signal(signal.SIGHUP, signal.SIG_DFL)

hypothesis.settings.register_profile("importal", deadline=None, print_blob=True)
hypothesis.settings.load_profile("importal")


def pytest_report_header() -> str:
    """Say exactly which interpreter runs; `3.14` alone has been ambiguous in reports before."""
    return f"interpreter: {sys.version.split(chr(10))[0]} at {sys.executable}"
