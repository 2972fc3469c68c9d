"""The engine broken on purpose, one line at a time: where, how, which row of the project's promises it breaks.

Rows: 1 modules by hand, 2 module table, 3 finders, 4 path entries, 5 loaders, 6 packages, 7 statements, 8 specs and
attributes, 9 bytecode, 10 functions, 11 locks, 12 audit events and tracebacks, and the process-wide installation.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One broken line: in `file` below src/importal, `old` becomes `new`; `tests` (pytest arguments) must turn red."""

    name: str
    row: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def unit(*names: str) -> tuple[str, ...]:
    return tuple(f"tests/unit/{name}" for name in names)


MUTANTS = (
    Mutant("load_source_forgets_the_table", "1", "standard.py",
           "        module = self.load_spec(spec)\n", "        module = module_from_spec(spec)\n",
           unit("test_standard.py")),
    Mutant("a_failing_module_stays", "2", "loaders/module.py",
           "        table.pop(name, None)\n        if events", "        if events",
           unit("loaders/test_module.py")),
    Mutant("None_in_the_table_is_a_module", "2", "system.py",
           "            if module is None:\n                raise ModuleNotFoundError(f\"import of",
           "            if module is ...:\n                raise ModuleNotFoundError(f\"import of",
           unit("test_system.py")),
    Mutant("a_module_that_replaces_itself_is_ignored", "2", "loaders/module.py",
           "    module = table[name] = table.pop(name)\n    return module\n\n\nload =",
           "    table[name] = module\n    return module\n\n\nload =",
           unit("loaders/test_module.py")),
    Mutant("only_the_first_finder_is_asked", "3", "system.py",
           "            if spec is not None:\n                break\n", "            break\n",
           unit("test_system.py")),
    Mutant("a_stale_directory_listing", "4", "finders/entry.py",
           "        if stamp is None or stamp != self._path_mtime:\n", "        if stamp is None or self._path_mtime == _NO_STAMP:\n",
           unit("finders/test_entry.py")),
    Mutant("a_listing_in_the_same_tick_is_trusted", "4", "sources/directory.py",
           "        return abs(time.time() - stamp) > _TICK\n", "        return True\n",
           unit("finders/test_entry.py", "sources")),
    Mutant("path_hooks_are_asked_each_time", "4", "finders/path.py",
           "            finder = cache[entry] = self.ask_hooks(entry)\n", "            finder = self.ask_hooks(entry)\n",
           unit("finders/test_path.py")),
    Mutant("a_lazy_module_runs_at_once", "5", "loaders/lazy.py",
           "        module.__class__ = _LazyModule\n", "        self.loader.exec_module(module)\n",
           unit("loaders")),
    Mutant("what_stands_before_a_zip_is_ignored", "5", "sources/archive.py",
           "    return start, length, start - offset, count\n", "    return start, length, 0, count\n",
           unit("sources/test_archive.py")),
    Mutant("a_namespace_path_is_not_live", "6", "loaders/namespace.py",
           "        if parent_path != self._last_parent_path or", "        if False and parent_path != self._last_parent_path or",
           unit("loaders")),
    Mutant("a_submodule_is_not_bound", "6", "system.py",
           "            setattr(parent, child, module)\n", "            pass\n",
           unit("test_system.py")),
    Mutant("a_fromlist_error_is_swallowed", "7", "statement.py",
           "        if error.name != name or forbidden:\n            raise\n", "        if forbidden:\n            raise\n",
           unit("test_statement.py")),
    Mutant("one_dot_too_many_is_accepted", "7", "names.py",
           "    if level > len(parts):\n", "    if level > len(parts) + 1:\n",
           unit("test_names.py")),
    Mutant("the_package_attribute_is_the_name", "8", "loaders/module.py",
           '    facts["__package__"] = spec.parent\n', '    facts["__package__"] = spec.name\n',
           unit("loaders/test_module.py")),
    Mutant("unknown_flag_bits_are_accepted", "9", "bytecode/validity.py",
           "    if header.unknown_flags:\n", "    if False:\n",
           unit("bytecode")),
    Mutant("bytecode_is_written_in_place", "9", "bytecode/store.py",
           "        os.replace(temporary, location)\n",
           "        io.open(location, 'wb').write(data); os.unlink(temporary)\n",
           unit("bytecode")),
    Mutant("checked_hashes_are_never_checked", "9", "bytecode/validity.py",
           '    if mode == "never" or not', '    if True or not',
           unit("bytecode", "loaders/test_source.py")),
    Mutant("the_sources_size_is_not_compared", "9", "bytecode/validity.py",
           "    if size is not None and header.size", "    if False and header.size",
           unit("bytecode")),
    Mutant("find_spec_ignores_the_table", "10", "standard.py",
           "        if fullname in table:\n", "        if False:\n",
           unit("test_standard.py")),
    Mutant("reload_makes_a_new_namespace", "10", "loaders/module.py",
           "        set_attributes(spec, module, override=True)\n        if loader is None:",
           "        module.__dict__.clear(); set_attributes(spec, module, override=True)\n        if loader is None:",
           unit("loaders/test_module.py")),
    Mutant("the_initialising_mark_is_missing", "11", "loaders/module.py",
           "    spec._initializing = True\n", "    spec._initializing = False\n",
           unit("loaders/test_module.py", "test_system.py")),
    Mutant("nobody_looks_for_deadlocks", "11", "locks.py",
           "                if self._leads_to(lock.owner, me):\n", "                if False:\n",
           ("tests/unit/test_locks.py", "--timeout=20")),
    Mutant("finders_are_called_under_the_modules_lock", "11", "system.py",
           "        spec = self._find(name, path)\n        if spec is None:\n            if lazy:",
           "        under = self.locks.acquire(name); spec = self._find(name, path); under and self.locks.release(under)\n"
           "        if spec is None:\n            if lazy:",
           ("tests/concurrency", "tests/unit/test_system.py", "-k", "finder or finds or lock")),
    Mutant("a_fork_keeps_the_other_threads_locks", "11", "locks.py",
           "        for name in orphans:\n            del self.held[name]\n", "        for name in ():\n            del self.held[name]\n",
           ("tests/unit/test_locks.py", "tests/concurrency/test_forks.py", "--timeout=60")),
    Mutant("importals_frames_are_shown", "12", "interpreter.py",
           "    keep_callers = not isinstance(error, ImportError)\n", "    return error\n",
           unit("test_interpreter.py")),
    Mutant("no_audit_event_for_a_private_miss", "12", "statement.py",
           "        if name not in state.modules and not AUDITS_IN_PYTHON:\n", "        if False:\n",
           ("tests/unit/test_statement.py", "tests/unit/test_standard.py", "tests/unit/test_system.py")),
    Mutant("undo_leaves_the_finders", "process-wide", "install.py",
           "                items[index] = item\n                return\n", "                return\n",
           unit("test_install.py")),
)  # fmt: skip
