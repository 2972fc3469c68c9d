"""Row 5, zip archives: source and bytecode members, packages, what is found without directory members."""

import struct

from trees import Archive

from ..program import ABSENT, Intended, Row

case = Row("row05zip", "Zip archives")


def before(*version):
    """Return the condition that the interpreter is older than the version."""
    return lambda present: present < version


NAMED = "a compression method that importal does not know is named, and the archive with it"
DECODED = "source is decoded by its coding line, in an archive as elsewhere"
ATTRIBUTES = "a module of an archive has the attributes that its spec promises, however it was loaded"
SIXTY_FOUR = "archives in the 64 bit format are read on every version"

case(
    "a_source_module_in_an_archive",
    {"code.zip": Archive({"m.py": "'''Its text.'''\nvalue = __name__, __file__\n"})},
    """
    state.path.insert(0, at("code.zip"))
    import m
    report({"module": describe(m), "value": m.value, "cached": simple(state.path_importer_cache[at("code.zip")]),
            "order": list(vars(m)), "written": listing()})
    """,
)

case(
    "a_deflated_archive",
    {"code.zip": Archive({"m.py": "value = 1\n" + "# much of the same\n" * 100}, deflated=True)},
    """
    state.path.insert(0, at("code.zip"))
    report(run("from m import value"))
    """,
)

case(
    "packages_in_an_archive",
    {
        "code.zip": Archive(
            {"p": {"__init__.py": "from . import m", "m.py": "", "inner": {"__init__.py": "", "n.py": ""}}}
        )
    },
    """
    state.path.insert(0, at("code.zip"))
    import p.inner.n
    report([describe(m) for m in (p, p.m, p.inner, p.inner.n)] + [added()])
    """,
)

case(
    "a_namespace_package_without_directory_members",
    {"code.zip": Archive({"space": {"deep": {"m.py": "value = 1"}}})},
    """
    state.path.insert(0, at("code.zip"))
    report(run("from space.deep.m import value")["bound"])
    """,
    intended={
        "report.value": Intended(
            1, "a folder that only its members imply is a namespace package on every version", when=before(3, 14)
        )
    },
)

case(
    "the_attributes_of_a_namespace_package_without_directory_members",
    {"code.zip": Archive({"space": {"deep": {"m.py": "value = 1"}}})},
    """
    state.path.insert(0, at("code.zip"))
    outcome = run("from space.deep.m import value")
    report({"outcome": outcome, **{name: describe(state.modules[name]) for name in added()}})
    """,
    since=(3, 14),
)

case(
    "a_namespace_package_with_directory_members",
    {"code.zip": Archive({"space": {"deep": {"m.py": "value = 1"}}}, directories=True)},
    """
    state.path.insert(0, at("code.zip"))
    outcome = run("from space.deep.m import value")
    import space.deep
    report({"outcome": outcome, "space": describe(space), "deep": describe(space.deep)})
    """,
)

case(
    "a_namespace_package_half_in_an_archive_and_half_in_a_directory",
    {"code.zip": Archive({"space": {"zipped.py": ""}}, directories=True), "lib": {"space": {"plain.py": ""}}},
    """
    state.path[:0] = [at("code.zip"), at("lib")]
    import space.zipped, space.plain
    report({"path": list(space.__path__), "files": [space.zipped.__file__, space.plain.__file__]})
    """,
)

case(
    "a_directory_inside_an_archive_as_a_path_entry",
    {"code.zip": Archive({"lib": {"m.py": "value = 1", "p": {"__init__.py": ""}}})},
    """
    state.path.insert(0, at("code.zip", "lib"))
    import m, p
    report({"m": describe(m), "p": list(p.__path__), "cached": simple(state.path_importer_cache[at("code.zip", "lib")])})
    """,
)

case(
    "bytecode_members",
    {},
    """
    make_zip("code.zip", {"m.pyc": pyc("value = __file__", "m.py"), "p/__init__.pyc": pyc("", "p/__init__.py")})
    state.path.insert(0, at("code.zip"))
    import m, p
    report({"m": describe(m), "p": describe(p), "value": m.value, "source": m.__loader__.get_source("m")})
    """,
)

# Members carry the date of 1 January 2020, local time, in the two-second steps of the zip format.
DATED = """
import time
dated = int(time.mktime((2020, 1, 1, 0, 0, 0, 0, 0, -1)))
text = "value = 'source'"
"""

case(
    "bytecode_beside_source_is_used_when_time_and_size_agree",
    {},
    DATED
    + """
def value(name, data):
    make_zip(name + ".zip", {name + ".py": text, name + ".pyc": data})
    state.path.insert(0, at(name + ".zip"))
    return run(f"from {name} import value")
report({
    "agrees": value("agrees", pyc("value = 'bytecode'", "x.py", 0, dated, len(text))),
    "a_second_late": value("a_second_late", pyc("value = 'bytecode'", "x.py", 0, dated + 1, len(text))),
    "a_minute_late": value("a_minute_late", pyc("value = 'bytecode'", "x.py", 0, dated + 60, len(text))),
    "another_size": value("another_size", pyc("value = 'bytecode'", "x.py", 0, dated, len(text) + 1)),
    "checked": value("checked", pyc("value = 'bytecode'", "x.py", 3, imp.util.source_hash(text.encode()))),
    "checked_stale": value("checked_stale", pyc("value = 'bytecode'", "x.py", 3, b"12345678")),
    "unchecked": value("unchecked", pyc("value = 'bytecode'", "x.py", 1, b"12345678")),
    "magic": value("magic", pyc("value = 'bytecode'", "x.py", 0, dated, len(text), magic=b"abcd")),
    "short": value("short", b"abc"),
    "flags": value("flags", pyc("value = 'bytecode'", "x.py", 4, dated, len(text))),
})
""",
    private="the main program imports time",
)

case(
    "bytecode_members_that_are_broken_and_alone",
    {},
    """
    members = {
        "magic": pyc("", "x.py", magic=b"abcd"),
        "short": b"abc",
        "flags": pyc("", "x.py", 4),
        "body": pyc("", "x.py")[:20],
        "no_code": pyc("", "x.py")[:16] + b"N",
    }
    make_zip("code.zip", {name + ".pyc": data for name, data in members.items()})
    state.path.insert(0, at("code.zip"))
    report({name: run(f"import {name}") for name in members})
    """,
)

case(
    "the_methods_of_an_archives_finder",
    {"code.zip": Archive({"m.py": "value = 'ä'\n", "p": {"__init__.py": "", "data.txt": "text"}})},
    """
    state.path.insert(0, at("code.zip"))
    import m, p
    importer = m.__loader__
    report({
        "archive": [importer.archive, importer.prefix, p.__loader__.archive, p.__loader__.prefix],
        "repr": repr(importer),
        "is_package": [importer.is_package("m"), importer.is_package("p")],
        "source": [importer.get_source("m"), importer.get_source("p")],
        "code": importer.get_code("m").co_filename,
        "filename": [importer.get_filename("m"), importer.get_filename("p")],
        "data": [importer.get_data(at("code.zip", "p", "data.txt")), importer.get_data("p/data.txt")],
        "missing": {name: attempt(getattr(importer, name), "none")
                    for name in ("is_package", "get_source", "get_code", "get_filename", "get_data")},
        "spec": describe_spec(importer.find_spec("p")),
        "none": importer.find_spec("none"),
        "same": importer is state.path_importer_cache[at("code.zip")],
    })
    """,
)

case(
    "an_importer_made_by_hand",
    {"code.zip": Archive({"lib": {"m.py": ""}}), "text": "no zip", "dir": {}},
    """
    from zipimport import zipimporter
    report({
        "archive": repr(zipimporter(at("code.zip"))),
        "inside": repr(zipimporter(at("code.zip", "lib"))),
        "inside_missing": attempt(lambda: repr(zipimporter(at("code.zip", "none")))),
        "bytes": attempt(lambda: repr(zipimporter(os.fsencode(at("code.zip"))))),
        "text": attempt(zipimporter, at("text")),
        "directory": attempt(zipimporter, at("dir")),
        "missing": attempt(zipimporter, at("none.zip")),
        "empty": attempt(zipimporter, ""),
        "number": attempt(zipimporter, 3),
    })
    """,
    private="zipimport is the host's",
    intended={
        "report.text.message": Intended(
            "not a Zip file: '<DIR>/text'",
            "a file too short to be an archive is none, in the words of CPython 3.13 and later",
            when=before(3, 13),
        )
    },
)

case(
    "load_module_of_an_archives_finder",
    {"code.zip": Archive({"m.py": "value = 1", "p": {"__init__.py": ""}})},
    """
    state.path.insert(0, at("code.zip"))
    importer = imp.util.find_spec("m").loader
    def load(name):
        module = importer.load_module(name)
        seen = describe(module)
        seen["__cached__"] = seen["__cached__"] == seen["__spec__"]["cached"]
        return [seen, state.modules.get(name) is module]
    report({name: caught(load, name) for name in ("m", "p", "none")})
    """,
    intended={
        f"report.{name}.value.{place}": Intended(ours, why, when=before(3, 15), modes=modes)
        for name, package in (("m", ""), ("p", "p"))
        for place, ours, why, modes in (
            ("0.__cached__", True, ATTRIBUTES, ("host", "private")),
            ("0.__package__", package, ATTRIBUTES, ("host", "private")),
            (
                "1",
                False,
                "load_module is defined to load into sys.modules, whichever system has made the loader",
                ("private",),
            ),
        )
    },
)

case(
    "an_archive_with_something_before_it",
    {"app": Archive({"m.py": "value = 1"}, prefix=b"#!/usr/bin/env python3\n")},
    """
    state.path.insert(0, at("app"))
    report(run("from m import value"))
    """,
)

case(
    "an_archive_with_a_comment_after_it",
    {"code.zip": Archive({"m.py": "value = 1"})},
    """
    data = read("code.zip")
    text = b"a comment"
    write("code.zip", data[:-2] + len(text).to_bytes(2, "little") + text)
    state.path.insert(0, at("code.zip"))
    report(run("from m import value"))
    """,
)

case(
    "an_archive_replaced_and_invalidate_caches",
    {"code.zip": Archive({"old.py": "value = 'old'", "both.py": "value = 'old'"})},
    """
    state.path.insert(0, at("code.zip"))
    import old
    make_zip("code.zip", {"new.py": "value = 'new'", "both.py": "value = 'a longer new'"})
    before = run("import new")
    imp.invalidate_caches()
    report({"before": before, "new": run("from new import value"), "both": run("from both import value"),
            "gone": attempt(imp.reload, old)})
    """,
)

case(
    "an_archive_that_vanishes",
    {"code.zip": Archive({"m.py": "", "n.py": ""})},
    """
    state.path.insert(0, at("code.zip"))
    import m
    os.remove(at("code.zip"))
    behind = run("import n")
    imp.invalidate_caches()
    report({"behind": behind, "after": run("import n"), "m": attempt(m.__loader__.get_source, "m")})
    """,
)

case(
    "an_empty_archive",
    {"empty.zip": Archive({}), "m.py": ""},
    """
    state.path.insert(0, at("empty.zip"))
    report({"m": run("import m"), "none": run("import none"), "cached": simple(state.path_importer_cache[at("empty.zip")])})
    """,
)

case(
    "archives_that_are_damaged",
    {"code.zip": Archive({"m.py": "value = 1"})},
    """
    good = read("code.zip")
    middle = good.index(b"PK\\1\\2")
    damaged = {
        "cut": good[:-5],
        "no_header": b"XXXX" + good[4:],
        "no_member": good[middle:],
        "directory": good[:middle] + b"XXXX" + good[middle + 4:],
        "size": good[:middle + 20] + (9999).to_bytes(4, "little") + good[middle + 24:],
    }
    outcomes = {}
    for name, data in damaged.items():
        place = write(name + ".zip", data)
        state.path.insert(0, place)
        outcome = run("import m")
        outcomes[name] = [outcome, simple(state.path_importer_cache.get(place))]
        state.path.remove(place)
        state.modules.pop("m", None)
    report(outcomes)
    """,
    intended={
        "report.directory.1": Intended(
            None,
            "an archive that lists another number of members than it says is refused, as CPython 3.13 and later do",
            when=before(3, 13),
        )
    },
)

case(
    "a_member_packed_by_an_unknown_method",
    {"code.zip": Archive({"m.py": "value = 1"})},
    """
    good = read("code.zip")
    middle = good.index(b"PK\\1\\2")
    write("code.zip", good[:8] + b"\\x63\\0" + good[10:middle + 10] + b"\\x63\\0" + good[middle + 12:])
    state.path.insert(0, at("code.zip"))
    report(run("import m"))
    """,
    intended={
        "report.error": Intended("ZipImportError", NAMED, when=before(3, 15)),
        "report.message": Intended(
            "can't decompress 'm.py' in '<DIR>/code.zip': its compression method is 99; store or deflate it", NAMED
        ),
        "report.name": Intended(None, NAMED, when=before(3, 15)),
        "report.name_from": Intended(None, NAMED, when=lambda version: (3, 12) <= version < (3, 15)),
        "report.path": Intended("<DIR>/code.zip", NAMED),
    },
)

case(
    "names_outside_ascii",
    {"code.zip": Archive({"größe.py": "value = 'ä'", "übung": {"__init__.py": "", "ß.py": "value = 2"}})},
    """
    state.path.insert(0, at("code.zip"))
    import größe
    report({"value": größe.value, "file": größe.__file__, "inner": attempt(lambda: imp.import_module("übung.ß").value)})
    """,
)

case(
    "source_with_carriage_returns_and_a_coding_line",
    {"code.zip": Archive({"m.py": b"# coding: latin-1\r\nvalue = '\xe4'\r\nother = 1\r"})},
    """
    state.path.insert(0, at("code.zip"))
    import m
    report({"value": m.value, "other": m.other, "source": attempt(m.__loader__.get_source, "m")})
    """,
    intended={
        "report.source.error": Intended(ABSENT, DECODED),
        "report.source.message": Intended(ABSENT, DECODED),
        "report.source.value": Intended("# coding: latin-1\nvalue = 'ä'\nother = 1\n", DECODED),
    },
)

case(
    "errors_in_archived_source",
    {"code.zip": Archive({"bad.py": "value = = 1\n", "fails.py": "def f():\n    raise ValueError(1)\nf()\n"})},
    """
    state.path.insert(0, at("code.zip"))
    report({"syntax": traced(lambda: imp.import_module("bad")), "fails": traced(lambda: imp.import_module("fails")),
            "added": added()})
    """,
)

case(
    "resources_in_an_archive",
    {"code.zip": Archive({"p": {"__init__.py": "", "data.txt": "text", "sub": {"deep.txt": "deep"}}})},
    """
    state.path.insert(0, at("code.zip"))
    import p
    root = imp.resources.files(p)
    with imp.resources.as_file(root / "data.txt") as path:
        copied = path.read_text(encoding="utf-8")
    report({
        "names": sorted(item.name for item in root.iterdir()),
        "text": (root / "data.txt").read_text(encoding="utf-8"),
        "deep": (root / "sub" / "deep.txt").read_bytes(),
        "copied": copied,
        "kinds": [root.is_dir(), (root / "sub").is_dir(), (root / "data.txt").is_file(), (root / "none").is_file()],
        "reader": simple(p.__loader__.get_resource_reader("p")),
    })
    """,
)

case(
    "pkgutil_lists_an_archive",
    {"code.zip": Archive({"m.py": "", "p": {"__init__.py": "", "n.py": ""}})},
    """
    import pkgutil
    state.path.insert(0, at("code.zip"))
    report({
        "modules": [(item.name, item.ispkg) for item in pkgutil.iter_modules([at("code.zip")])],
        "walk": [(item.name, item.ispkg) for item in pkgutil.walk_packages([at("code.zip")])],
        "data": pkgutil.get_data("p", "n.py"),
    })
    """,
    private="pkgutil works on the host's sys",
)


def _zip64(name: bytes, data: bytes) -> bytes:
    """Return a one-member archive whose end record points to the 64-bit records, as archives over 4 GB do."""
    crc = __import__("zlib").crc32(data)
    local = (
        struct.pack("<4s5H3I2H", b"PK\3\4", 45, 0, 0, 0, 0x5021, crc, len(data), len(data), len(name), 0) + name + data
    )
    extra = struct.pack("<2HQ", 1, 8, 0)  # the header's offset is the one field given in 64 bits
    entry = struct.pack(
        "<4s6H3I5H2I",
        b"PK\1\2",
        45,
        45,
        0,
        0,
        0,
        0x5021,
        crc,
        len(data),
        len(data),
        len(name),
        len(extra),
        0,
        0,
        0,
        0,
        0xFFFFFFFF,
    )
    directory = entry + name + extra
    end64 = struct.pack("<4sQ2H2I4Q", b"PK\6\6", 44, 45, 45, 0, 0, 1, 1, len(directory), len(local))
    locator = struct.pack("<4sIQI", b"PK\6\7", 0, len(local) + len(directory), 1)
    end = struct.pack("<4s4H2IH", b"PK\5\6", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    return local + directory + end64 + locator + end


case(
    "a_member_with_64_bit_sizes",
    {},
    """
    import zipfile
    with zipfile.ZipFile(at("code.zip"), "w") as archive:
        with archive.open("m.py", "w", force_zip64=True) as member:
            member.write(b"value = 64")
    state.path.insert(0, at("code.zip"))
    report(run("from m import value"))
    """,
    private="the main program imports zipfile",
)

case(
    "an_archive_in_the_64_bit_format",
    {"big.zip": _zip64(b"m.py", b"value = 64\n"), "m.py": "value = 'directory'"},
    """
    place = at("big.zip")
    state.path.insert(0, place)
    report({"outcome": run("from m import value"), "finder": simple(state.path_importer_cache.get(place))})
    """,
    intended={
        "report.finder": Intended("zipimporter", SIXTY_FOUR, when=before(3, 13)),
        "report.outcome.bound.value": Intended(64, SIXTY_FOUR, when=before(3, 13)),
    },
)
