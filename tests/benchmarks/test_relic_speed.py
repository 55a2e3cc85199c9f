"""How long a relic density takes; `make bench` prints the table. Kernels are compiled before the clock starts."""

import numpy as np
import pytest

from alpfit.relic import ENGINES, relic_density

POINT = (0.75, 0.477, 9.037e-5, 6.93e-5)


@pytest.mark.parametrize("engine", ENGINES)
def test_one_point(benchmark, engine):
    relic_density(*POINT, engine=engine)
    assert benchmark(relic_density, *POINT, engine=engine).ok


@pytest.mark.parametrize("engine", ENGINES)
def test_an_array_of_64_points(benchmark, engine):
    rng = np.random.default_rng(1)
    points = (
        rng.uniform(0.3, 4.5, 64),
        rng.uniform(0.4, 0.52, 64),
        np.exp(rng.uniform(np.log(3e-5), np.log(1e-3), 64)),
        np.exp(rng.uniform(np.log(1e-4), np.log(1e-1), 64)),
    )
    relic_density(*POINT, engine=engine)
    assert benchmark(relic_density, *points, engine=engine).ok.all()
