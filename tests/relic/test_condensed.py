"""Few nodes give the averages of many."""

import math

import numpy as np
import pytest

from alpfit.relic import DarkSector
from alpfit.relic.average_table import tabulate
from alpfit.relic.condensed import condense
from alpfit.relic.general import default_grids
from alpfit.relic.sector_nodes import sector_nodes

MASS = 50.0
GRIDS = default_grids()


def flat(s):
    return 1e-9 / np.sqrt(1.0 - 4.0 * MASS**2 / s)


def rising(s):
    return 1e-9 * np.sqrt(1.0 - 4.0 * MASS**2 / s)


def forbidden(s):
    return 1e-9 * np.sqrt(np.maximum(1.0 - 110.0**2 / s, 0.0))


def peaked(position: float, width: float):
    return lambda s: flat(s) * (1.0 + 1e6 / (1.0 + ((np.sqrt(s) - position) / (0.5 * width)) ** 2))


SIGMAS = {
    "s-wave": (flat, ()),
    "p-wave": (rising, ()),
    "forbidden": (forbidden, ()),
    "narrow": (peaked(108.0, 1e-4), ((108.0, 1e-4),)),
    "at threshold": (peaked(100.001, 1e-5), ((100.001, 1e-5),)),
    "below threshold": (peaked(99.9, 1e-2), ((99.9, 1e-2),)),
    "wide": (peaked(150.0, 20.0), ((150.0, 20.0),)),
}


@pytest.mark.parametrize(("sigma", "resonances"), SIGMAS.values(), ids=SIGMAS.keys())
def test_the_averages_are_those_of_all_nodes(sigma, resonances):
    sector = DarkSector(MASS, 1, sigma, None, resonances)
    nodes = sector_nodes(sector, GRIDS.smallest, GRIDS.largest, GRIDS.legendre)
    few = condense(nodes, GRIDS.thermal)
    assert few.e.size < 0.35 * nodes.e.size
    assert (np.diff(few.e) > 0.0).all()
    assert few.flux.sum() == pytest.approx(nodes.flux.sum(), rel=1e-12)
    n = 90  # to m/T = 1e4
    averages = []
    for each in (nodes, few):
        table = np.empty((n, 4, 2))
        tabulate(math.log(GRIDS.x_first), GRIDS.step, each, True, GRIDS.thermal, table)
        x = np.exp(math.log(GRIDS.x_first) + GRIDS.step * np.arange(n))
        matters = np.exp(-np.minimum(each.shape.suppression * x, 700.0))[:, None]
        averages.append(np.exp(table[:, 2:, 0]) + matters * np.exp(table[:, :2, 0]))
    counts = x * nodes.shape.suppression < 60.0
    np.testing.assert_allclose(averages[1][counts], averages[0][counts], rtol=2e-6)
