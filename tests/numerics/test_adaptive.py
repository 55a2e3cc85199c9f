"""Nodes that find peaks, steps and kinks by themselves, against closed forms in the Faddeeva function."""

import math

import numpy as np
import pytest
from scipy import signal
from scipy.special import wofz

from alpfit.numerics.adaptive import AdaptiveNodes, adaptive_nodes
from alpfit.numerics.peaks import find_peaks
from alpfit.numerics.quadrature import legendre_rule

LEGENDRE = legendre_rule(16)
SMALLEST, LARGEST, TOLERANCE = 1e-12, 60.0, 1e-9

Peaks = list[tuple[float, float]]


def sum_of(peaks: Peaks):
    """Breit-Wigners, each one at its peak."""
    return lambda e: sum(half_width**2 / ((e - position) ** 2 + half_width**2) for position, half_width in peaks)


def nodes(function, places: Peaks | None = None) -> AdaptiveNodes:
    return adaptive_nodes(function, places or [], SMALLEST, LARGEST, TOLERANCE, LEGENDRE)


def average(found: AdaptiveNodes, x: float) -> float:
    """The rule applied to sqrt(e) exp(-x e) times the function."""
    return float(np.sum(found.weights * found.values * np.sqrt(found.nodes) * np.exp(-x * found.nodes)))


def exact_average(peaks: Peaks, x: float) -> float:
    """The same from zero to infinity: a sum of pi h Re[sqrt(z) w(sqrt(x z))], z = position + i h."""
    roots = [(half_width, np.sqrt(complex(position, half_width))) for position, half_width in peaks]
    return sum(float((math.pi * h * root * wofz(math.sqrt(x) * root)).real) for h, root in roots)


CASES = {
    "narrow": [(0.2, 1e-9)],
    "narrower": [(0.8, 1e-10)],
    "broad": [(0.2, 0.1)],
    "as broad as far": [(0.3, 0.3)],
    "close to threshold": [(1e-6, 1e-9)],
    "on threshold": [(0.0, 1e-6)],
    "below threshold": [(-0.05, 1e-5)],
    "far above": [(5.0, 1e-7)],
    "two": [(0.1, 1e-5), (2.0, 1e-3)],
    "near each other": [(0.5, 1e-5), (0.501, 1e-5)],
    "overlapping": [(0.5, 1e-2), (0.505, 2e-2)],
    "narrow on the flank of a broad one": [(0.5, 1e-6), (0.6, 0.1)],
    "one beyond the nodes": [(0.3, 1e-4), (70.0, 1e-4)],
    "five": [(-0.2, 1e-3), (0.01, 1e-6), (0.3, 1e-4), (0.9, 1e-2), (2.0, 0.1)],
}
each_case = pytest.mark.parametrize("peaks", CASES.values(), ids=CASES.keys())


@each_case
def test_peaks_are_integrated_whether_they_are_named_or_not_or_named_wrongly(peaks):
    """Of the narrowest the argument's rounding moves the sides: 1e-16 over 1e-10."""
    wrong = [(1.01 * position + 1e-3, 30.0 * half_width) for position, half_width in peaks]
    for places in (peaks, [], wrong, [(position, 1e-3 * half_width) for position, half_width in peaks]):
        found = nodes(sum_of(peaks), places)
        for x in np.geomspace(1.0, 1e3, 12):
            assert average(found, x) == pytest.approx(exact_average(peaks, x), rel=1e-6, abs=0.0)
        assert (np.diff(found.nodes) >= 0.0).all()
        assert (found.weights > 0.0).all()
        assert np.sum(found.weights) == pytest.approx(LARGEST, rel=1e-10)


def test_the_error_of_what_is_resolved_is_small_and_of_what_is_not_is_large():
    for half_width, unresolved in ((1e-3, False), (1e-15, True)):
        found = nodes(sum_of([(0.2, half_width)]))
        assert (found.errors.sum() > 1e-2 * math.pi * half_width) == unresolved


def test_kinks_and_steps_are_found():
    found = nodes(lambda e: np.where(e < 0.3, 0.0, 1.0) + np.sqrt(np.maximum(e - 0.7, 0.0)))
    above = LARGEST - 0.3 + 2.0 / 3.0 * (LARGEST - 0.7) ** 1.5
    assert float(np.sum(found.weights * found.values)) == pytest.approx(above, rel=1e-8)


def test_noise_does_not_end_in_an_endless_search():
    rng = np.random.default_rng(1)
    found = nodes(lambda e: 1.0 + 1e-6 * rng.normal(size=e.size))
    assert found.nodes.size < 100_000
    assert average(found, 1.0) == pytest.approx(math.gamma(1.5), rel=1e-5)


def test_prominent_peaks_have_a_place_and_a_width():
    peaks = [(0.3, 1e-4), (0.9, 1e-2)]
    found = nodes(sum_of(peaks))
    places, half_widths = find_peaks(found.nodes, found.values, 2.0)
    assert places == pytest.approx([0.3, 0.9], rel=1e-3)
    assert half_widths == pytest.approx([1e-4, 1e-2], rel=0.1)


def test_peaks_are_those_that_scipy_finds():
    rng = np.random.default_rng(3)
    e = np.sort(rng.uniform(0.01, 1.0, 3000))
    values = np.exp(np.cumsum(rng.normal(scale=0.2, size=e.size)))
    values[100:104] = values[500:503] = 1e3  # flat on top
    height = np.log(values * np.sqrt(e))
    at, found = signal.find_peaks(height, prominence=math.log(2.0))
    level = (np.full(at.size, math.log(2.0)), found["left_bases"], found["right_bases"])
    left, right = signal.peak_widths(height, at, rel_height=1.0, prominence_data=level)[2:]
    widths = 0.5 * (np.interp(right, np.arange(e.size), e) - np.interp(left, np.arange(e.size), e))
    seen = np.transpose(find_peaks(e, values, 2.0))
    np.testing.assert_array_equal(seen[:, 0], e[at])
    np.testing.assert_allclose(seen[:, 1], widths, rtol=1e-9)


@pytest.mark.parametrize("x", [1.0, 20.0, 1e3, 1e6])
def test_without_peaks_the_scales_down_to_the_smallest_are_resolved(x):
    assert average(nodes(np.ones_like), x) == pytest.approx(math.gamma(1.5) / x**1.5, rel=1e-8, abs=0.0)
