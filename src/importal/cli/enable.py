"""``importal enable`` and ``importal disable``: the start-up file that makes a plain python use importal."""

from __future__ import annotations

import argparse
import glob
import os
import subprocess
import sys
import sysconfig

from ..errors import PackError
from ..lean import slim
from ..own import kept_in
from ..pack.reader import Pack

__all__ = ["main", "start_file"]

# A longer path than this is indexed; loading an index takes longer than looking at so many directories.
_FEW = 20

# A .pth line that begins with "import" is executed by site at start. Should importal have been uninstalled meanwhile,
# the interpreter has to start all the same, and say what is left over.
_CODE = """try:
 from importal._start import start
except ModuleNotFoundError:
 sys.stderr.write("importal is enabled here but not installed; remove " + {file} + "\\n")
else:
 start({folder}, {packs}, {freeze})"""


def main(command: str, arguments: list[str]) -> int:
    """Carry out *command*, ``enable`` or ``disable``; print what was done. Returns 0, or 1 and why on stderr."""
    parser = argparse.ArgumentParser(
        prog=f"importal {command}",
        description={
            "enable": "Write the start-up file that makes a plain python of this environment use importal.",
            "disable": "Remove the start-up file that importal enable wrote.",
        }[command],
    )
    if command == "enable":
        parser.add_argument("--pack", metavar="FILE", action="append", default=[],
                            help="take modules from this pack (importal pack -o FILE); may be repeated")  # fmt: skip
        parser.add_argument("--freeze", action=argparse.BooleanOptionalAction, default=None,
                            help="as importal run --freeze and --no-freeze")  # fmt: skip
        parser.add_argument("--index", action=argparse.BooleanOptionalAction, default=None,
                            help=f"save which names are in which entries of the path (importal index); "
                            f"by default where these are more than {_FEW}")  # fmt: skip
    options = parser.parse_args(arguments)
    file = start_file()
    try:
        if command == "disable":
            return _disable(file)
        return _enable(file, options.pack, freeze=options.freeze, index=options.index)
    except OSError as error:
        print(f"importal {command}: {file}: {error.strerror}; nothing was changed", file=sys.stderr)
        return 1


def start_file() -> str:
    """Return the path of the start-up file of the running Python's environment; it need not exist."""
    return os.path.join(sysconfig.get_path("purelib"), "importal.pth")


def _enable(file: str, packs: list[str], *, freeze: bool | None, index: bool | None) -> int:
    if not _finds_importal():
        print(
            f"importal enable: importal is not installed in {sys.prefix}; install it there first "
            f"({sys.executable} -m pip install FOLDER, importal's checkout)",
            file=sys.stderr,
        )
        return 1
    try:
        for pack in packs:
            Pack(pack)
    except PackError as error:
        print(f"importal enable: {error}; nothing was changed", file=sys.stderr)
        return 1
    folder = os.path.dirname(file)
    packs = [os.path.abspath(pack) for pack in packs]
    indexed = ""
    entries = [] if index is False else _plain_path()
    if index or len(entries) > _FEW:
        from .index import said_of_index, write_index

        packs.append(os.path.join(folder, f"importal-index-{sys.implementation.cache_tag}.pack"))
        indexed = f"  wrote {packs[-1]}: {said_of_index(*write_index(packs[-1], entries))}\n"
    code = _CODE.format(file=ascii(file), folder=ascii(folder), packs=ascii(packs), freeze=freeze)
    line = f"import sys; exec({code!a})\n"
    if os.path.exists(file):
        with open(file, encoding="utf-8") as present:
            if present.read() == line:
                print(f"importal was enabled already: {file}")
                _make_starts_light(folder)  # importal may have been replaced since
                print(indexed, end="")
                return 0
    temporary = f"{file}.{os.getpid()}"
    with open(temporary, "w", encoding="utf-8") as written:
        written.write(line)
    os.replace(temporary, file)
    print(f"importal enabled for {sys.executable}\n  wrote {file}")
    own = _make_starts_light(folder)
    if own is not None:
        print(f"  wrote {own}")
    print(f"{indexed}  undo with: importal disable")
    return 0


def _make_starts_light(folder: str) -> str | None:
    """Return the file in *folder* that starts read importal's own modules from, made now; None if it cannot be."""
    # The first start that imports something makes it.
    options = ["-" + "O" * sys.flags.optimize] if sys.flags.optimize else []
    subprocess.run([sys.executable, "-P", *options, "-c", "import this"], capture_output=True, check=False)
    own = kept_in(folder, "start")
    slim(own)
    return own if os.path.exists(own) else None


def _disable(file: str) -> int:
    if os.path.exists(file):
        os.unlink(file)
        print(f"importal disabled for {sys.executable}\n  removed {file}")
    else:
        print(f"importal was not enabled: there is no {file}")
    for pattern in ("importal-start-*.modules", "importal-index-*.pack"):
        for own in glob.glob(os.path.join(glob.escape(os.path.dirname(file)), pattern)):
            os.unlink(own)
            print(f"  removed {own}")
    return 0


def _plain_path() -> list[str]:
    """Return the entries of the path of a plain start of this Python, without the folder it was called from."""
    program = "import os, sys; sys.stdout.buffer.write(os.fsencode('\\0'.join(sys.path)))"
    command = [sys.executable, "-P", "-c", program]
    said = subprocess.run(command, env=_plain_environment(), capture_output=True, check=True).stdout
    return os.fsdecode(said).split("\0")


def _finds_importal() -> bool:
    """Tell whether a plain start of this Python, without the folder it was called from, finds importal."""
    probe = [sys.executable, "-P", "-c", "import importal._start"]
    return subprocess.run(probe, env=_plain_environment(), capture_output=True, check=False).returncode == 0


def _plain_environment() -> dict[str, str]:
    # -P and a clean PYTHONPATH: what only this process can import would be missing at the next start.
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
