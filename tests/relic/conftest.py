"""One way to build the dark matter sector of a point below the public function, where its settings can be changed."""

from collections.abc import Callable

import pytest

from alpfit.physics.plasma import saikawa_shirai_2018
from alpfit.physics.widths import alp_widths
from alpfit.relic.boltzmann import Sector
from alpfit.relic.portal import SPIN_STATES, Grids, default_grids, portal_sector


@pytest.fixture(scope="session")
def build_sector() -> Callable[..., Sector]:
    def build(
        m_a: float, r: float, g_agg: float, g_achi: float, grids: Grids | None = None, scale: float = 1.0
    ) -> Sector:
        width = float(alp_widths(m_a, r, g_agg, g_achi).total)
        strength = (g_agg * g_achi) ** 2
        plasma, grids = saikawa_shirai_2018(), grids or default_grids()
        return portal_sector(m_a, r, strength, width, scale, SPIN_STATES, plasma, grids)

    return build
