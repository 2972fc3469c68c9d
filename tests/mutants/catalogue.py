"""The ways in which the engine is broken on purpose: one line each, and the tests that have to notice.

`row` is the row of what importal has to do (the same rows as in tests/differential/cases); `old` stands exactly once in
`file` and `new` takes its place; `tests` are what is run, and at least one of them has to fail.
"""

from __future__ import annotations

from dataclasses import dataclass

ROWS = {
    1: "a module made by hand",
    2: "the module cache",
    3: "finders on meta_path",
    4: "path entries",
    5: "loaders",
    6: "packages",
    7: "statements",
    8: "specs and attributes",
    9: "bytecode",
    10: "functions",
    11: "locks",
    12: "audit events and tracebacks",
    13: "process-wide use",
}


@dataclass(frozen=True, slots=True)
class Mutant:
    """One break: what it does to the engine, where, and who is to see it."""

    row: int
    what: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


def unit(*names: str) -> tuple[str, ...]:
    """Return test names below tests/unit: `file::test`, the ending .py left out."""
    made = []
    for name in names:
        file, _, test = name.partition("::")
        head, _, tail = file.rpartition("/")
        made.append(f"tests/unit/{head + '/' if head else ''}test_{tail}.py::{test}")
    return tuple(made)


MUTANTS = [
    # ------------------------------------------------------------ 1: a module made by hand
    Mutant(
        1, "a second file under a taken name passes for the first", "standard.py",
        "        if file != spec.origin:",
        "        if False:",
        unit("standard::test_load_source_of_another_place_under_a_taken_name"),
    ),
    # ------------------------------------------------------------ 2: the module cache
    Mutant(
        2, "an entry None does not forbid the module", "system.py",
        "            if module is None:\n                raise ModuleNotFoundError(f\"import of",
        "            if module is None and False:\n                raise ModuleNotFoundError(f\"import of",
        unit("system::test_none_in_the_table_forbids_the_module"),
    ),
    Mutant(
        2, "a failing module stays in the table", "loaders/module.py",
        "        table.pop(name, None)\n",
        "        pass\n",
        unit("loaders/module::test_a_failing_module_goes_and_nothing_else", "system::test_its_parent_fails"),
    ),
    Mutant(
        2, "what a failing module has imported is taken out with it", "loaders/module.py",
        "        table.pop(name, None)\n",
        "        table.clear()\n",
        unit("loaders/module::test_a_failing_module_goes_and_nothing_else"),
    ),
    Mutant(
        2, "a module that replaces itself in the table is not heeded", "loaders/module.py",
        "    # modules were completed.\n    module = table[name] = table.pop(name)",
        "    # modules were completed.\n    table[name] = module",
        unit("loaders/module::test_a_module_may_put_something_else_in_its_place", "system::test_it_replaces_itself"),
    ),
    Mutant(
        2, "a module whose reload fails is taken out of the table", "standard.py",
        "            del self._reloading[name]",
        "            del self._reloading[name], (table if sys.exc_info()[0] else {name: 0})[name]",
        unit("standard::test_reload_keeps_a_failing_module"),
    ),
    # ------------------------------------------------------------ 3: finders on meta_path
    Mutant(
        3, "finders are asked in the wrong order", "search.py",
        "for finder in tuple(meta_path):",
        "for finder in reversed(meta_path):",
        unit("system::test_finders_are_asked_in_order_with_the_parents_path"),
    ),
    Mutant(
        3, "finders do not hear of the parent's path", "search.py",
        "            spec = _ask(finder, name, path, target)",
        "            spec = _ask(finder, name, None, target)",
        unit("system::test_finders_are_asked_in_order_with_the_parents_path"),
    ),
    Mutant(
        3, "a finder that changes meta_path makes another be passed over", "search.py",
        "for finder in tuple(meta_path):",
        "for finder in meta_path:",
        unit("system::test_a_finder_that_changes_the_meta_path"),
    ),
    Mutant(
        3, "only the first finder is asked", "search.py",
        "        if spec is not None:\n            break\n",
        "        break\n",
        unit("system::test_finders_are_asked_in_order_with_the_parents_path", "system::test_a_finder_that_changes_the_meta_path"),
    ),
    # ------------------------------------------------------------ 4: path entries
    Mutant(
        4, "a listing is kept although its directory may have changed within the same tick", "sources/directory.py",
        "return abs(Machine.now() - stamp) > _TICK",
        "return True",
        unit("finders/entry::test_a_file_added_within_the_tick_of_the_listing_is_found",
             "sources/directory::test_a_stamp_is_settled_when_the_clock_has_moved_on"),
    ),
    Mutant(
        4, "a stale directory listing is used for ever", "finders/entry.py",
        "        if stamp is None or stamp != self._path_mtime:",
        "        if self._path_mtime == _NO_STAMP:",
        unit("finders/entry::test_a_settled_listing_is_kept_until_the_stamp_changes",
             "finders/entry::test_a_listing_is_kept_as_long_as_the_directorys_time"),
    ),
    Mutant(
        4, "a file that is gone is found by an old listing", "finders/entry.py",
        "                status = self.source.stat(location + suffix)\n                if status is not None:",
        "                status = self.source.stat(location + suffix)\n                if True:",
        unit("finders/entry::test_a_file_that_goes_is_not_found_even_by_an_old_listing", "finders/entry::test_what_is_found"),
    ),
    Mutant(
        4, "invalidate_caches keeps the listing", "finders/entry.py",
        '        """Forget the listing."""\n        self._path_mtime = _NO_STAMP',
        '        """Forget the listing."""',
        unit("finders/entry::test_invalidation_forgets_the_listing"),
    ),
    Mutant(
        4, "the first hook that refuses an entry ends the search for one", "finders/path.py",
        "                continue  # a hook's way to say that the entry is not its own (PEP 302)",
        "                return None",
        unit("finders/path::test_hooks_are_asked_in_order_and_once"),
    ),
    Mutant(
        4, "hooks are asked again at every search", "finders/path.py",
        "                cache[entry] = finder",
        "                pass",
        unit("finders/path::test_hooks_are_asked_in_order_and_once", "finders/path::test_an_entry_nobody_claims_is_remembered"),
    ),
    Mutant(
        4, "an entry that nobody claimed is never asked about again", "finders/path.py",
        "            if finder is None or not Machine.is_absolute(entry):",
        "            if not Machine.is_absolute(entry):",
        unit("finders/path::test_invalidation", "finders/path::test_an_entry_that_appears_is_found_after_invalidation"),
    ),
    # ------------------------------------------------------------ 5: loaders
    Mutant(
        5, "a module goes before a package", "finders/entry.py",
        "        if is_folder:\n            for init",
        "        if is_folder and not any(tail + suffix in names for suffix, _ in self._loaders):\n            for init",
        unit("finders/entry::test_what_is_found"),
    ),
    Mutant(
        5, "the lazy loader executes at once", "loaders/lazy.py",
        "        module.__class__ = _LazyModule",
        "        self.loader.exec_module(module)",
        unit("loaders/lazy::test_nothing_runs_before_an_attribute_is_used"),
    ),
    Mutant(
        5, "what was set on a lazy module is lost when it is executed", "loaders/lazy.py",
        "    namespace.update(set_meanwhile)",
        "    pass",
        unit("loaders/lazy::test_setting_an_attribute_does_not_execute_and_wins"),
    ),
    Mutant(
        5, "what stands before a zip archive is not allowed for", "sources/archive.py",
        "wide[0], wide[2] + self._shift, stamp",
        "wide[0], wide[2], stamp",
        unit("sources/archive::test_everything_is_read", "finders/archive::test_an_archive_behind_a_script_prefix"),
    ),
    Mutant(
        5, "the zip64 end record is not looked at", "sources/archive.py",
        "    record64 = _end64(tail, end)",
        "    record64 = None",
        unit("sources/archive::test_zip64"),
    ),
    Mutant(
        5, "folders of an archive that only members imply are not there", "sources/archive.py",
        "            folder = folder.rpartition(SEPARATOR)[0]\n",
        "            folder = ''\n",
        unit("sources/archive::test_folders_with_and_without_members_of_their_own"),
    ),
    Mutant(
        5, "stale bytecode in an archive is executed", "finders/archive.py",
        "        return None if isinstance(verdict, validity.Fresh) else verdict.reason",
        "        return None",
        unit("finders/archive::test_bytecode_beside_its_source"),
    ),
    Mutant(
        5, "archives' names in code page 437 are taken for Latin-1", "sources/archive.py",
        '        name = raw.decode("cp437")',
        '        name = raw.decode("latin-1")',
        unit("sources/archive::test_names_in_code_page_437"),
    ),
    # ------------------------------------------------------------ 6: packages
    Mutant(
        6, "a namespace package's __path__ is not live", "loaders/namespace.py",
        "        if parent_path != self._last_parent_path or self._forgotten() != self._last_epoch:",
        "        if False:",
        unit("loaders/namespace::test_the_path_follows_the_systems_path"),
    ),
    Mutant(
        6, "a namespace package does not notice that caches were invalidated", "finders/path.py",
        "        self.epoch += 1",
        "        pass",
        unit("loaders/namespace::test_a_portion_that_appears_later_is_found_after_invalidation"),
    ),
    Mutant(
        6, "a namespace package has its first portion only", "finders/path.py",
        "            portions.extend(spec.submodule_search_locations)",
        "            portions = portions or list(spec.submodule_search_locations)",
        unit("loaders/namespace::test_portions_are_gathered_along_the_path",
             "finders/path::test_portions_are_gathered_until_a_loader_turns_up"),
    ),
    Mutant(
        6, "an __init__ file is not a package", "loaders/base.py",
        '        return stem == "__init__" and fullname.rpartition(".")[2] != "__init__"',
        "        return False",
        unit("loaders/source::test_is_package", "loaders/location::test_the_suffix_decides"),
    ),
    # ------------------------------------------------------------ 7: statements
    Mutant(
        7, "an error in a submodule that a from-list names is swallowed", "statement.py",
        "        if error.name != name or forbidden:",
        "        if False:",
        unit("statement::test_a_submodule_that_fails_is_an_error"),
    ),
    Mutant(
        7, "a submodule that is forbidden passes for a missing name", "statement.py",
        "        if error.name != name or forbidden:",
        "        if error.name != name:",
        unit("statement::test_a_submodule_that_is_forbidden_is_an_error"),
    ),
    Mutant(
        7, "a star does not import what __all__ lists", "statement.py",
        '            if not listed_in_all and hasattr(module, "__all__"):',
        "            if False:",
        unit("statement::test_star"),
    ),
    Mutant(
        7, "relative imports count one level too many", "names.py",
        'parts[: len(parts) - level + 1]',
        'parts[: len(parts) - level]',
        unit("names::test_resolve", "statement::test_every_level"),
    ),
    Mutant(
        7, "a relative import may lead out of the top-level package", "names.py",
        "    if level > len(parts):",
        "    if False:",
        unit("names::test_resolve_beyond_the_top", "statement::test_wrong_relative_imports"),
    ),
    Mutant(
        7, "a circular import does not say which modules import each other", "system.py",
        "                error.add_note(describe_circle(circle, error, sys._getframe(1), ImportSystem._load.__code__))",
        "                pass",
        unit("system::test_a_cycle_is_shown"),
    ),
    # ------------------------------------------------------------ 8: specs and attributes
    Mutant(
        8, "a submodule is not bound on its package", "system.py",
        "                self._bind(spec.name, child, module)",
        "                pass",
        unit("system::test_it_is_loaded_bound_and_kept"),
    ),
    Mutant(
        8, "a module's place does not become its __file__", "finders/entry.py",
        "        spec._set_fileattr = True",
        "        spec._set_fileattr = False",
        unit("finders/entry::test_what_is_found"),
    ),
    Mutant(
        8, "__package__ is the module itself", "loaders/module.py",
        '    facts["__package__"] = spec.parent',
        '    facts["__package__"] = spec.name',
        unit("loaders/module::test_attributes_are_what_importlib_sets"),
    ),
    Mutant(
        8, "a loader's own module has its attributes overwritten", "loaders/module.py",
        '        if override or name == "__spec__" or getattr(module, name, None) is None:',
        "        if True:",
        unit("loaders/module::test_a_loaders_own_module_keeps_what_it_has"),
    ),
    # ------------------------------------------------------------ 9: bytecode
    Mutant(
        9, "unknown flag bits of a bytecode file are ignored", "bytecode/validity.py",
        "    if header.unknown_flags:",
        "    if False:",
        unit("bytecode/validity::test_refusals_have_the_interpreters_words",
             "loaders/source::test_unknown_flag_bits_are_refused"),
    ),
    Mutant(
        9, "bytecode is written in place", "files.py",
        "        write_whole(location, data, mode)",
        '        open(location, "wb").write(data)',
        unit("files::test_a_reader_never_sees_half_a_file",
             "files::test_a_write_cut_short_leaves_the_old_file"),
    ),
    Mutant(
        9, "hash-based bytecode files are never compared", "bytecode/validity.py",
        '    if mode == "never" or not (header.check_source or mode == "always"):',
        "    if True:",
        unit("bytecode/validity::test_a_checked_hash_is_compared", "loaders/source::test_hash_based"),
    ),
    Mutant(
        9, "--check-hash-based-pycs always is ignored", "bytecode/validity.py",
        '(header.check_source or mode == "always")',
        "header.check_source",
        unit("bytecode/validity::test_check_hash_based_pycs_decides"),
    ),
    Mutant(
        9, "the size of the source does not count", "bytecode/validity.py",
        "    if size is not None and header.size != size & 0xFFFF_FFFF:",
        "    if False:",
        unit("bytecode/validity::test_other_size", "loaders/source::test_another_size_makes_it_stale"),
    ),
    Mutant(
        9, "a hash-based bytecode file is replaced by one with a time", "loaders/source.py",
        "        if previous is not None and previous.hash_based:",
        "        if False:",
        unit("loaders/source::test_hash_based"),
    ),
    Mutant(
        9, "bytecode is written although PYTHONDONTWRITEBYTECODE is set", "loaders/source.py",
        "        if self.state.dont_write_bytecode:",
        "        if False:",
        unit("loaders/source::test_nothing_is_written_when_that_is_asked"),
    ),
    Mutant(
        9, "a bytecode file does not have its source's rights", "files.py",
        "    return mode | 0o200",
        "    return 0o666",
        unit("loaders/source::test_bytecode_has_the_sources_rights", "files::test_source_mode_is_the_sources_and_writable"),
    ),
    Mutant(
        9, "-O and -OO share the plain bytecode file", "loaders/source.py",
        'return bytecode_location(path, tag, state.flags.optimize or "", state.pycache_prefix)',
        'return bytecode_location(path, tag, "", state.pycache_prefix)',
        unit("loaders/source::test_optimization_has_files_of_its_own"),
    ),
    # ------------------------------------------------------------ 10: functions
    Mutant(
        10, "decode_source leaves line ends as they are", "loaders/decoding.py",
        "newline=None",
        'newline=""',
        unit("loaders/decoding::test_as_importlib"),
    ),
    Mutant(
        10, "source_from_cache takes any number of dots", "locations.py",
        "    if dots not in (2, 3):",
        "    if dots < 2:",
        unit("locations::test_source_location_refuses_other_forms"),
    ),
    Mutant(
        10, "run_module does not alter sys", "run.py",
        "    if not alter_sys:",
        "    if True:",
        unit("run::test_alter_sys"),
    ),
    Mutant(
        10, "run_path leaves sys.argv[0] changed", "run.py",
        "            sys.argv[0] = argument_before",
        "            pass",
        unit("run::test_run_path", "run::test_alter_sys"),
    ),
    Mutant(
        10, "find_spec of a forbidden module looks for it", "standard.py",
        "            if module is None:\n                return None",
        "            if module is None:\n                return self._find(fullname, self._path_above(fullname))",
        unit("standard::test_find_spec_of_what_is_in_the_table"),
    ),
    Mutant(
        10, "find_spec does not look into the table", "standard.py",
        "        if fullname in table:\n",
        "        if False:\n",
        unit("standard::test_find_spec_of_what_is_in_the_table"),
    ),
    Mutant(
        10, "reload begins with an empty namespace", "loaders/module.py",
        "        set_attributes(spec, module, override=True)\n        if loader is None:",
        "        module.__dict__.clear(); set_attributes(spec, module, override=True)\n        if loader is None:",
        unit("loaders/module::test_execute_again_works_in_the_modules_own_namespace",
             "standard::test_reload_executes_again_in_the_same_namespace"),
    ),
    # ------------------------------------------------------------ 11: locks
    Mutant(
        11, "a module is not marked while it is executed", "loaders/module.py",
        "    spec._initializing = True",
        "    spec._initializing = False",
        unit("loaders/module::test_it_is_in_the_table_and_marked_while_it_is_executed",
             "system::test_a_module_is_never_seen_half_done"),
    ),
    Mutant(
        11, "a package that another thread executes is not awaited", "system.py",
        "        elif not _is_initializing(parent) or not self._wait(parent_name, patient=False):",
        "        elif True:",
        unit("system::test_a_submodule_waits_for_the_package_another_thread_is_executing"),
    ),
    Mutant(
        11, "finders are called while the module's lock is held", "system.py",
        "        spec = find(self.state, self.events, name, path)\n        if spec is None:\n            if lazy",
        "        self.locks.acquire(name)\n        spec = find(self.state, self.events, name, path)\n        if spec is None:\n            if lazy",
        unit("system::test_no_lock_is_held_while_finders_are_asked"),
    ),
    Mutant(
        11, "a module that another thread has loaded meanwhile is loaded again", "system.py",
        "            return self._load(spec, name, parent, child) if module is _MISSING else module",
        "            return self._load(spec, name, parent, child)",
        unit("system::test_two_threads_that_find_the_same_module_execute_it_once",
             "standard::test_load_source", "standard::test_load_spec_loads_once"),
    ),
    Mutant(
        11, "threads that wait for each other are not noticed", "locks.py",
        "                if self._leads_to(lock.owner, me, turn, frames):",
        "                if False:",
        unit("locks::test_waiting_for_a_thread_that_waits_for_this_one_is_refused"),
    ),
    Mutant(
        11, "a thread that is joined by the one it waits for is not noticed", "locks.py",
        "                ahead.append(_joined(frames[thread]))",
        "                pass",
        unit("locks::test_waiting_for_a_thread_that_joins_this_one_is_refused"),
    ),
    Mutant(
        11, "all threads of a circle are refused, and not only the last to wait", "locks.py",
        "                if its_turn < turn:",
        "                if True:",
        unit("locks::test_a_circle_of_waiting_threads_is_refused",
             "locks::test_only_the_last_to_wait_in_a_circle_is_refused"),
    ),
    Mutant(
        11, "the names of a module that another thread executes are not awaited", "loaders/partial.py",
        "        if not wait(own_name):",
        "        if False:",
        unit("system::test_a_name_of_a_module_that_another_thread_executes_is_awaited"),
    ),
    Mutant(
        11, "a thread is left with a module that has put another in its place", "loaders/partial.py",
        "if other is None or other is self or question in asked:",
        "if True:",
        ("tests/concurrency/test_threads.py::test_a_module_that_puts_another_in_its_place[module.value]",),
    ),
    Mutant(
        11, "an interrupt leaves the lock taken", "system.py",
        "                if not depth:\n                    lock.owner = None\n",
        "",
        unit("system::test_an_interrupt_on_the_way_out_of_the_lock_leaves_it_free"),
    ),
    Mutant(
        11, "after a fork the child waits for threads that are gone", "system.py",
        "                for name in system.locks.after_fork_in_child():",
        "                for name in ():",
        unit("system::test_after_a_fork_the_child_can_import_what_another_thread_was_importing"),
    ),
    Mutant(
        11, "after a fork other threads' locks are still held", "locks.py",
        "        for name in orphans:\n            del self.held[name]\n",
        "        for name in ():\n            del self.held[name]\n",
        unit("locks::test_after_a_fork_only_this_threads_locks_are_left"),
    ),
    # ------------------------------------------------------------ 12: audit events and tracebacks
    Mutant(
        12, "tracebacks show the import system's own frames", "interpreter.py",
        "    if sys.flags.verbose:\n        return error",
        "    if True:\n        return error",
        unit("interpreter::test_a_failing_module_shows_the_users_frames"),
    ),
    Mutant(
        12, "frames of the import system do not say so to warnings", "interpreter.py",
        "    function.__code__ = function.__code__.replace(co_filename=FRAME_NAME)",
        "    pass",
        unit("interpreter::test_a_warning_in_a_module_body_is_put_on_its_importer"),
    ),
    Mutant(
        12, "what called a broken finder is not shown", "interpreter.py",
        "    keep_callers = not isinstance(error, ImportError)",
        "    keep_callers = False",
        unit("interpreter::test_a_failing_finder_keeps_what_called_it"),
    ),
    Mutant(
        12, "an import in a private system is announced to audit hooks more than once", "private.py",
        "            audit(\"import\", name, None, state.path, state.meta_path, state.path_hooks)\n        return system.find_and_load",
        "            pass\n        audit(\"import\", name, None, state.path, state.meta_path, state.path_hooks)\n        return system.find_and_load",
        unit("statement::test_audit_events_of_a_private_system"),
    ),
    # ------------------------------------------------------------ 13: process-wide use
    Mutant(
        13, "undoing an installation forgets the attributes", "install.py",
        "        self._undo.append(put_back)\n\n    def put(",
        "        pass\n\n    def put(",
        unit("install::test_undo_puts_everything_back", "install::test_imports_work_by_each_in_turn"),
    ),
    Mutant(
        13, "code in a private system sees the interpreter's own sys", "private.py",
        '            self.modules["sys"] = SysView(self)',
        "            pass",
        unit("standard::test_its_modules_see_its_own_sys_and_table", "standard::test_the_host_is_left_alone"),
    ),
    Mutant(
        13, "code in a private system imports by the interpreter", "loaders/module.py",
        '        module.__dict__["__builtins__"] = builtins',
        "        pass",
        unit("standard::test_its_modules_import_by_it_at_every_depth"),
    ),
    Mutant(
        13, "an observer that raises breaks the import", "events.py",
        "            except Exception as error:  # noqa",
        "            except ZeroDivisionError as error:  # noqa",
        unit("events::test_an_observer_that_raises_is_dropped_and_remembered", "system::test_observers_cannot_break_an_import"),
    ),
    Mutant(
        13, "undoing an installation leaves the finders", "install.py",
        "                items[index] = item\n",
        "                pass\n",
        unit("install::test_undo_puts_everything_back", "install::test_installing_twice_is_one_installation"),
    ),
]  # fmt: skip
