"""Import real packages under CPython and under importal: time, instructions, file-system calls.

Each set is imported by a fresh process, bytecode warm. "section" is the import statements alone; "process" is all of the
process, the loading of importal itself included. Instructions and system calls of the section are those of the process
less those of one that imports nothing.
"""

from __future__ import annotations

import json
import sys

import _measure as measure

STANDARD_LIBRARY = """
argparse ast asyncio base64 bisect bz2 calendar cmd code codecs codeop collections.abc colorsys compileall
concurrent.futures configparser contextlib contextvars copy csv ctypes ctypes.util curses dataclasses datetime dbm
decimal difflib dis doctest email.message email.mime.multipart email.policy enum fileinput filecmp fnmatch fractions
ftplib functools getopt getpass gettext glob graphlib gzip hashlib heapq hmac html.parser http.client http.cookiejar
http.server imaplib importlib.metadata importlib.resources inspect ipaddress json keyword linecache locale logging.config
logging.handlers lzma mailbox mimetypes mmap modulefinder multiprocessing.connection multiprocessing.pool netrc numbers
operator optparse pathlib pdb pickle pickletools pkgutil platform plistlib poplib pprint profile pstats pty py_compile
pyclbr pydoc queue quopri random reprlib rlcompleter runpy sched secrets selectors shelve shlex shutil signal smtplib
socketserver sqlite3 ssl statistics string stringprep subprocess symtable sysconfig tabnanny tarfile tempfile textwrap
threading timeit tokenize tomllib trace tracemalloc types typing unittest.mock urllib.parse urllib.request
urllib.robotparser uuid venv wave weakref webbrowser wsgiref.simple_server xml.dom.minidom xml.etree.ElementTree xml.sax
xmlrpc.client xmlrpc.server zipapp zipfile zoneinfo
"""

SETS = {
    "stdlib": "\n".join(f"import {name}" for name in STANDARD_LIBRARY.split()),
    "django": """
import django
from django.conf import settings
applications = ["admin", "auth", "contenttypes", "sessions", "messages", "staticfiles"]
settings.configure(
    SECRET_KEY="x",
    INSTALLED_APPS=[f"django.contrib.{name}" for name in applications],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    ROOT_URLCONF="django.contrib.admin.sites",
)
django.setup()
from django.contrib import admin
from django.core.handlers.wsgi import WSGIHandler
admin.site.urls
""",
    "pandas": "import pandas",
    "sqlalchemy": "import sqlalchemy, sqlalchemy.orm\nsqlalchemy.create_engine('sqlite://')",
    "sympy": "import sympy",
    "boto3": """
import boto3
boto3.client("s3", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
""",
}


def command(variant: str, code: str) -> list[str]:
    return [sys.executable, str(measure.HERE / "_child.py"), variant, code]


def timed(variant: str, code: str) -> dict[str, float]:
    """Return the figures of one run of *code*: seconds of the section and of the process, and modules loaded."""
    run = measure.Run(command(variant, code))
    section = json.loads(run.stdout)
    return {
        "section": section["wall"],
        "section cpu": section["cpu"],
        "process": run.wall,
        "process cpu": run.cpu,
        "modules": section["modules"],
    }


def time_sets(names: list[str], rounds: int) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        f"Time, importal to CPython: median of {rounds} paired rounds (lowest-highest)",
        ["set", "modules", "CPython s", "section", "section cpu", "process", "process cpu"],
    )
    figures: dict[str, object] = {}
    medians: dict[str, list[float]] = {}
    for name in names:
        runs = {variant: lambda variant=variant: timed(variant, SETS[name]) for variant in measure.VARIANTS}  # noqa: B023
        results = measure.interleave(runs, rounds)
        base, other = (results[variant] for variant in measure.VARIANTS)
        parts = ("section", "section cpu", "process", "process cpu")
        ratios = {part: measure.Ratio(base[part], other[part]) for part in parts}
        for part, ratio in ratios.items():
            medians.setdefault(part, []).append(ratio.median)
        seconds = measure.statistics.median(base["section"])
        table.add(name, int(base["modules"][0]), f"{seconds:.3f}", *ratios.values())
        figures[name] = {"results": results, "ratios": {part: vars(ratio) for part, ratio in ratios.items()}}
    if len(names) > 1:
        means = {part: measure.geometric_mean(values) for part, values in medians.items()}
        table.add("geometric mean", "", "", *(f"{mean:.3f}" for mean in means.values()))
        figures["geometric mean"] = means
    return table, figures


def count_instructions(names: list[str]) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        "Instructions in millions; section: less a process that imports nothing",
        ["set", "CPython", "importal", "section", "process", "a module: CPython", "importal"],
    )
    empty = {variant: measure.instructions(command(variant, "pass")) for variant in measure.VARIANTS}
    table.add("(nothing)", *(f"{empty[variant] / 1e6:.1f}" for variant in measure.VARIANTS), None, None, None, None)
    figures: dict[str, object] = {"nothing": empty}
    sections, processes = [], []
    for name in names:
        whole = {variant: measure.instructions(command(variant, SETS[name])) for variant in measure.VARIANTS}
        section = {variant: whole[variant] - empty[variant] for variant in measure.VARIANTS}
        modules = timed("cpython", SETS[name])["modules"]
        sections.append(section["importal"] / section["cpython"])
        processes.append(whole["importal"] / whole["cpython"])
        table.add(
            name,
            *(f"{section[variant] / 1e6:.1f}" for variant in measure.VARIANTS),
            f"{sections[-1]:.4f}",
            f"{processes[-1]:.4f}",
            *(f"{section[variant] / modules / 1e3:.0f} k" for variant in measure.VARIANTS),
        )
        figures[name] = {"process": whole, "section": section, "section ratio": sections[-1], "modules": modules}
    if len(names) > 1:
        means = [measure.geometric_mean(ratios) for ratios in (sections, processes)]
        table.add("geometric mean", "", "", *(f"{mean:.4f}" for mean in means), "", "")
        figures["geometric mean"] = {"section": means[0], "process": means[1]}
    return table, figures


def count_calls(names: list[str]) -> tuple[measure.Table, dict[str, object]]:
    table = measure.Table(
        "File-system calls of the section, for each module loaded",
        ["set", "modules", "CPython", "importal", "ratio", "opens: CPython", "importal"],
    )
    empty = {variant: measure.system_calls(command(variant, "pass")) for variant in measure.VARIANTS}
    figures: dict[str, object] = {}
    for name in names:
        modules = timed("cpython", SETS[name])["modules"]
        section = {variant: measure.system_calls(command(variant, SETS[name])) for variant in measure.VARIANTS}
        for variant in measure.VARIANTS:
            section[variant].subtract(empty[variant])
        files = [measure.file_calls(section[variant]) for variant in measure.VARIANTS]
        opens = [measure.opens(section[variant]) for variant in measure.VARIANTS]
        table.add(
            name,
            int(modules),
            *(f"{count / modules:.2f}" for count in files),
            f"{files[1] / files[0]:.3f}",
            *(f"{count / modules:.2f}" for count in opens),
        )
        figures[name] = {"modules": modules, "calls": section}
    return table, figures


def main() -> None:
    parser = measure.parser(__doc__ or "", rounds=11)
    parser.add_argument("--warm", action="store_true", help="only import every set once, so that its bytecode is there")
    parser.add_argument("sets", nargs="*", help=f"which sets, of: {', '.join(SETS)} (all)")
    options = parser.parse_args()
    unknown = set(options.sets) - set(SETS)
    if unknown:
        parser.error(f"no set {', '.join(sorted(unknown))}; there are {', '.join(SETS)}")
    names = options.sets or list(SETS)
    for name in names:
        timed("cpython", SETS[name])
        timed("importal", SETS[name])
    if options.warm:
        return
    tables, figures = [], {}
    if not options.no_count:
        if measure.available("valgrind", "instructions are"):
            table, figures["instructions"] = count_instructions(names)
            tables.append(table)
        if measure.available("strace", "system calls are"):
            table, figures["calls"] = count_calls(names)
            tables.append(table)
    if options.rounds:
        table, figures["time"] = time_sets(names, options.rounds)
        tables.append(table)
    measure.show("imports", tables, figures, options.json)


if __name__ == "__main__":
    main()
