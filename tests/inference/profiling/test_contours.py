"""Contours of profiles that are known exactly on their grids."""

import numpy as np
import pytest
from known_profiles import ellipse, known

from alpfit.inference.profiling import contours


@pytest.mark.parametrize("names", [("x", "y"), ("x", "g")], ids=["linear", "logarithmic"])
def test_contours_lie_on_the_ellipse(names):
    lines = contours(known(ellipse, names), 0.0)
    assert [line.level for line in lines] == ["68.3 %", "95.4 %"]
    for line, threshold in zip(lines, (2.30, 6.18), strict=True):
        y = np.log(line.y) if names[1] == "g" else line.y
        np.testing.assert_allclose(-2.0 * ellipse(line.x, y), threshold, rtol=0.03)
        assert line.closed
        assert len(line.x) > 40
        assert (line.x[0], line.y[0]) == (line.x[-1], line.y[-1])


def test_a_contour_that_leaves_the_grid_is_open():
    lines = contours(known(ellipse, ("x", "y"), span=1.5), 0.0)
    assert [line.closed for line in lines if line.level == "95.4 %"] == [False, False]


def test_contours_stop_at_bins_without_a_point():
    def half(x, y):
        return np.where(x > 0.0, np.nan, ellipse(x, y))

    lines = contours(known(half, ("x", "y")), 0.0)
    assert {line.level for line in lines} == {"68.3 %", "95.4 %"}
    assert not any(line.closed for line in lines)
    assert all((line.x < 0.1).all() for line in lines)
