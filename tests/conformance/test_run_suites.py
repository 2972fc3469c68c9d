"""The comparison in run_suites.py lets nothing through: one test for each way in which importal can fall short."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import pytest

HERE = Path(__file__).resolve().parent


@pytest.fixture
def suites(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(str(HERE))
    import run_suites

    return run_suites


def result(suites: ModuleType, who: str, **facts: object):
    answered_by = {"stock": "_frozen_importlib", "importal": "importal.system"}[who]
    facts = {"outcomes": {"t.good": "pass"}, "import_at_start": answered_by, "import_at_end": answered_by} | facts
    return suites.SuiteResult("test_x", **facts)


def unexpected(suites: ModuleType, stock, importal, known: dict[str, str] | None = None) -> list[str]:
    return [one.test for one in suites.compare(stock, importal, known or {}).unexpected]


def test_the_same_outcomes_are_no_difference(suites: ModuleType) -> None:
    outcomes = {"t.good": "pass", "t.skipped": "skip", "t.bad": "fail"}
    stock, importal = (result(suites, who, outcomes=outcomes) for who in ("stock", "importal"))
    assert unexpected(suites, stock, importal) == []


@pytest.mark.parametrize("outcome", ["fail", "error", "skip", "expected failure", None])
def test_whatever_stock_passes_must_pass(suites: ModuleType, outcome: str | None) -> None:
    ours = {} if outcome is None else {"t.good": outcome}
    assert unexpected(suites, result(suites, "stock"), result(suites, "importal", outcomes=ours)) == ["t.good"]


def test_a_failure_of_a_test_that_stock_skips_or_does_not_have_counts(suites: ModuleType) -> None:
    stock = result(suites, "stock", outcomes={"t.a": "skip"})
    importal = result(suites, "importal", outcomes={"t.a": "error", "t.b": "error"})
    assert unexpected(suites, stock, importal) == ["t.a", "t.b"]


def test_an_explained_difference_is_told_and_accepted(suites: ModuleType) -> None:
    found = suites.compare(
        result(suites, "stock"), result(suites, "importal", outcomes={"t.good": "fail"}), {"t.good": "because"}
    )
    assert [(one.test, one.why) for one in found.explained] == [("t.good", "because")]
    assert found.unexpected == []


def test_an_explanation_for_a_test_that_passes_is_refused(suites: ModuleType) -> None:
    assert unexpected(suites, result(suites, "stock"), result(suites, "importal"), {"t.good": "x"}) == ["t.good"]


def test_passing_a_test_that_is_expected_to_fail_is_told_and_accepted(suites: ModuleType) -> None:
    found = suites.compare(
        result(suites, "stock", outcomes={"t.a": "expected failure"}),
        result(suites, "importal", outcomes={"t.a": "unexpected success"}),
        {},
    )
    assert [one.test for one in found.better] == ["t.a"]
    assert found.unexpected == []


def test_a_suite_without_a_result_counts(suites: ModuleType) -> None:
    crashed = result(suites, "importal", outcomes={}, crash="exit status -11")
    assert unexpected(suites, result(suites, "stock"), crashed) == ["test_x"]


def test_a_test_module_that_did_not_load_counts(suites: ModuleType) -> None:
    importal = result(suites, "importal", not_loaded=["test.test_x.test_y"])
    assert unexpected(suites, result(suites, "stock"), importal) == ["test_x: test.test_x.test_y"]


@pytest.mark.parametrize("moment", ["import_at_start", "import_at_end"])
def test_importal_must_have_been_active_and_stock_must_be_stock(suites: ModuleType, moment: str) -> None:
    inactive = result(suites, "importal", **{moment: "_frozen_importlib"})
    assert len(unexpected(suites, result(suites, "stock"), inactive)) == 1
    not_stock = result(suites, "stock", **{moment: "importal.system"})
    assert len(unexpected(suites, not_stock, result(suites, "importal"))) == 1


def test_an_environment_where_importal_is_not_active_is_refused(suites: ModuleType, tmp_path: Path) -> None:
    """Ask a real interpreter: this one, which nobody has enabled importal for."""
    import sys

    environment = suites.Environment(tmp_path, {})
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "python").symlink_to(sys.executable)
    suites.check_who_imports(environment, importal=False)
    with pytest.raises(suites.CannotRun, match="not active"):
        suites.check_who_imports(environment, importal=True)


def test_no_version_has_more_explanations_than_allowed(suites: ModuleType) -> None:
    for minor in range(11, 16):
        assert len(suites.known_for((3, minor))) <= suites.LIMIT


def test_every_suite_is_one_that_this_python_has(suites: ModuleType) -> None:
    test = pytest.importorskip(
        "test.support", reason="this Python comes without the `test` package, CPython's own test suite"
    )
    folder = Path(test.__file__).parent.parent
    present = {path.name.removesuffix(".py") for path in folder.glob("test_*")}
    assert set(suites.SUITES) <= present
