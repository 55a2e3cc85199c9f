"""One way to tabulate points below the public function, where the settings can be changed."""

from collections.abc import Callable

import numpy as np
import pytest

from alpfit.physics.plasma import saikawa_shirai_2018
from alpfit.relic import validity
from alpfit.relic.boltzmann import SectorTable, SectorTables, sector_at
from alpfit.relic.portal import portal_sectors
from alpfit.relic.portal_nodes import Grids, default_grids, portal_points


@pytest.fixture(scope="session")
def build_sectors() -> Callable[..., SectorTables]:
    """Points of the ALP portal, numbers or arrays, as sectors."""

    def build(m_a, r, g_agg, g_achi, grids: Grids | None = None, scale: float = 1.0, both: bool = True) -> SectorTables:
        m_a, r, g_agg, g_achi = (np.atleast_1d(values).astype(float) for values in (m_a, r, g_agg, g_achi))
        points = portal_points(m_a, r, g_agg, g_achi, scale)
        return portal_sectors(points, both, saikawa_shirai_2018(), grids or default_grids())

    return build


@pytest.fixture
def equations_everywhere(monkeypatch) -> None:
    """Solve the equations also where the model has no relic density, so that engines are tested there too."""
    monkeypatch.setattr(validity, "refusals", lambda points, *_: np.zeros(points.shape[1], dtype=np.int64))
    monkeypatch.setattr(validity, "alps_are_missing", lambda rate, _: np.zeros(rate.size, dtype=bool))


@pytest.fixture(scope="session")
def build_sector(build_sectors) -> Callable[..., SectorTable]:
    """One point as a sector."""

    def build(*point: float, **settings) -> SectorTable:
        return sector_at(build_sectors(*point, **settings), 0)

    return build
