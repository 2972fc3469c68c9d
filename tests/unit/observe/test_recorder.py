"""What the recorder and the reader of its journal have to agree on."""

from __future__ import annotations

from importal.observe import lanes
from importal.observe.record import PHASES


def test_the_phases_have_their_places() -> None:
    assert [PHASES[getattr(lanes, phase.upper())] for phase in PHASES] == list(PHASES)
