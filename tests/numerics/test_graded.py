"""Nodes graded around any number of peaks and kinks, against closed forms in the Faddeeva function and scipy's quad."""

import math
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import wofz

from alpfit.numerics.graded import GradedNodes, graded_nodes
from alpfit.numerics.quadrature import legendre_rule

LEGENDRE = legendre_rule(16)
PANEL, SMALLEST, LARGEST = 2.3, 1e-12, 60.0

Peaks = list[tuple[float, float]]


def nodes(peaks: Peaks, kinks: list[float] | None = None) -> GradedNodes:
    return graded_nodes(peaks, kinks or [], SMALLEST, LARGEST, PANEL, LEGENDRE)


def peak_shape(e, position: float, half_width: float):
    """A Breit-Wigner, one at its peak."""
    return half_width**2 / ((e - position) ** 2 + half_width**2)


def average(peaks: Peaks, x: float) -> float:
    """The rule applied to sqrt(e) exp(-x e) times the sum of the Breit-Wigners."""
    e, weights, _, _ = nodes(peaks)
    return float(np.sum(weights * np.sqrt(e) * np.exp(-x * e) * sum(peak_shape(e, *peak) for peak in peaks)))


def exact_average(peaks: Peaks, x: float) -> float:
    """The same from zero to infinity: a sum of pi h Re[sqrt(z) w(sqrt(x z))], z = position + i h."""
    roots = [(half_width, np.sqrt(complex(position, half_width))) for position, half_width in peaks]
    return sum(float((math.pi * h * root * wofz(math.sqrt(x) * root)).real) for h, root in roots)


def temperatures(position: float) -> np.ndarray:
    """x from where a peak at ``position`` is hardly suppressed to where it is dead, but within reach of the nodes."""
    return np.geomspace(max(1.0, 0.01 / position), 200.0 / position, 40)


@pytest.mark.parametrize("x", [1.0, 20.0, 1e3, 1e6, 1e9])
def test_without_peaks_and_kinks_the_scales_down_to_the_smallest_are_resolved(x):
    e, weights, n_low, first_peak = nodes([])
    integral = np.sum(weights * np.sqrt(e) * np.exp(-x * e))
    assert integral == pytest.approx(math.gamma(1.5) / x**1.5, rel=1e-6, abs=0.0)
    assert (n_low, first_peak) == (e.size, 0.0)


@pytest.mark.parametrize("half_width", [1e-13, 1e-9, 1e-5, 1e-3, 0.1, 1.0])
@pytest.mark.parametrize("position", [-1.0, -0.05, -1e-6, 0.0], ids=lambda p: f"peak at {p:g}")
def test_the_tail_of_a_peak_at_or_below_threshold_is_integrated(position, half_width):
    for x in (1.0, 20.0, 1e3, 1e6):
        expected = exact_average([(position, half_width)], x)
        assert average([(position, half_width)], x) == pytest.approx(expected, rel=1e-9, abs=0.0)


@pytest.mark.parametrize(
    ("position", "half_width"),
    [
        *[(1e-8, 1e-9), (1e-6, 1e-9), (1e-6, 1e-7), (1e-4, 1e-9), (1e-4, 1e-7), (1e-4, 1e-5), (0.05, 1e-9)],
        *[(0.05, 1e-7), (0.05, 1e-5), (0.05, 1e-3), (0.05, 0.1), (0.8, 1e-9), (0.8, 1e-3), (0.8, 1.0), (5.0, 0.1)],
    ],
)
def test_a_peak_above_threshold_is_integrated_with_its_tails(position, half_width):
    for x in temperatures(position):
        expected = exact_average([(position, half_width)], x)
        assert average([(position, half_width)], x) == pytest.approx(expected, rel=1e-8, abs=0.0)


@pytest.mark.parametrize("half_width", [1e-16, 1e-14, 9e-14])
@pytest.mark.parametrize("position", [0.05, 0.8, 5.0])
def test_a_peak_too_narrow_for_double_precision_is_a_point_with_the_weight_of_all_of_it(position, half_width):
    e, weights, n_low, first_peak = nodes([(position, half_width)])
    on_the_peak = e == position
    assert np.abs(e[~on_the_peak] - position).min() > 1e3 * half_width
    assert weights[on_the_peak].sum() == pytest.approx(math.pi * half_width, rel=1e-4, abs=0.0)
    assert first_peak == position
    assert e[n_low - 1] < position
    for x in temperatures(position):
        expected = exact_average([(position, half_width)], x)
        assert average([(position, half_width)], x) == pytest.approx(expected, rel=1e-9, abs=0.0)


PAIRS = {
    "far apart": [(0.1, 1e-4), (2.0, 1e-3)],
    "near each other": [(0.5, 1e-5), (0.501, 1e-5)],
    "overlapping": [(0.5, 1e-2), (0.505, 2e-2)],
    "narrow on the flank of a broad one": [(0.5, 1e-6), (0.6, 0.1)],
    "narrow within a broad one": [(0.6, 1e-6), (0.601, 0.1)],
    "both too narrow": [(0.3, 1e-15), (0.4, 1e-14)],
    "in the wrong order": [(2.0, 1e-3), (0.1, 1e-4)],
    "one below threshold": [(-0.2, 1e-3), (0.3, 1e-4)],
    "one beyond the nodes": [(0.3, 1e-4), (70.0, 1e-4)],
    "five": [(-0.2, 1e-3), (0.01, 1e-6), (0.3, 1e-4), (0.9, 1e-2), (2.0, 0.1)],
}


@pytest.mark.parametrize("peaks", PAIRS.values(), ids=PAIRS.keys())
def test_any_number_of_peaks_is_integrated_however_close(peaks):
    for x in np.geomspace(1.0, 1e4, 30):
        assert average(peaks, x) == pytest.approx(exact_average(peaks, x), rel=1e-8, abs=0.0)


@pytest.mark.parametrize("peak", [(1e-4, 0.1), (1e-9, 1e-3), (0.3, 0.3)], ids=str)
def test_a_peak_broader_than_its_distance_from_threshold_is_integrated(peak):
    for x in np.geomspace(1.0, 1e6, 20):
        assert average([peak], x) == pytest.approx(exact_average([peak], x), rel=1e-7, abs=0.0)


@pytest.mark.parametrize("broad", [1e-4, 1e-2, 0.1])
def test_of_two_peaks_in_one_place_both_are_integrated(broad):
    peaks = [(0.6, 1e-6), (0.6, broad)]
    for x in np.geomspace(1.0, 1e3, 10):
        assert average(peaks, x) == pytest.approx(exact_average(peaks, x), rel=1e-7, abs=0.0)


KINKED = {
    "a kink alone": ([], [0.4]),
    "two kinks": ([], [0.4, 0.9]),
    "a kink above a peak": ([(0.3, 1e-3)], [0.31]),
    "a kink below a peak": ([(0.3, 1e-3)], [0.2]),
    "a kink within a peak": ([(0.3, 1e-2)], [0.301]),
    "a kink almost on a peak": ([(0.3, 1e-2)], [0.3 + 1e-9]),
    "a kink close to threshold": ([(0.3, 1e-2)], [1e-3]),
    "a kink at threshold and one beyond the nodes": ([(0.3, 1e-2)], [0.0, -0.5, 70.0]),
}


@pytest.mark.parametrize(("peaks", "kinks"), KINKED.values(), ids=KINKED.keys())
def test_a_final_state_that_opens_with_a_square_root_is_integrated(peaks, kinks):
    """Each kink adds sqrt(e - kink) above it; scipy integrates between all special places, where all is smooth."""
    x = 3.0
    opening = [kink for kink in kinks if kink > 0.0]

    def function(e):
        peaked = 1.0 + sum(1e3 * peak_shape(e, *peak) for peak in peaks)
        return np.exp(-x * e) * peaked * (1.0 + sum(np.sqrt(np.maximum(e - kink, 0.0)) for kink in opening))

    def smooth_at_both_ends(z: float, left: float, right: float) -> float:
        length = right - left
        e = left + length * math.sin(0.5 * math.pi * z) ** 2
        jacobian = length * math.pi * math.sin(0.5 * math.pi * z) * math.cos(0.5 * math.pi * z)
        return math.sqrt(e) * float(function(e)) * jacobian

    special = {position + k * width for position, width in peaks for k in (-30.0, -5.0, 0.0, 5.0, 30.0)}
    edges = sorted({0.0, 12.0} | {e for e in special | set(opening) if 0.0 < e < 12.0})
    expected = sum(
        quad(smooth_at_both_ends, 0.0, 1.0, args=ends, epsabs=0.0, epsrel=1e-11, limit=300)[0]
        for ends in pairwise(edges)
    )
    e, weights, _, _ = nodes(peaks, kinks)
    assert np.sum(weights * np.sqrt(e) * function(e)) == pytest.approx(expected, rel=1e-8, abs=0.0)


ALL = [(peaks, []) for peaks in PAIRS.values()] + list(KINKED.values())


@pytest.mark.parametrize(("peaks", "kinks"), ALL, ids=[*PAIRS.keys(), *KINKED.keys()])
def test_nodes_ascend_within_the_interval_and_have_positive_weights(peaks, kinks):
    e, weights, _, _ = nodes(peaks, kinks)
    assert e.shape == weights.shape
    assert (np.diff(e) >= 0.0).all()
    assert 0.0 < e[0] <= e[-1] < LARGEST
    assert (weights > 0.0).all()


@pytest.mark.parametrize(("peaks", "kinks"), ALL, ids=[*PAIRS.keys(), *KINKED.keys()])
def test_the_lower_nodes_end_between_threshold_and_the_first_narrow_peak(peaks, kinks):
    """A peak is narrow whose half-width is less than 0.3 of its position."""
    e, _, n_low, first_peak = nodes(peaks, kinks)
    narrow = [position for position, half_width in peaks if 0.0 < half_width < 0.3 * position < 0.3 * LARGEST]
    assert first_peak == min(narrow, default=0.0)
    if narrow:
        assert 0 < n_low < e.size
        assert e[n_low - 1] < first_peak
        assert e[n_low] < first_peak
    else:
        assert n_low == e.size


def test_with_nothing_else_around_the_split_is_at_three_quarters_of_the_way_to_the_peak():
    e, weights, n_low, _ = nodes([(0.4, 1e-4)])
    assert e[n_low - 1] < 0.3 < e[n_low]
    assert np.sum(weights[:n_low]) == pytest.approx(0.3, rel=1e-10, abs=0.0)


def test_a_kink_on_the_way_to_the_peak_belongs_to_the_lower_nodes():
    e, _, n_low, _ = nodes([(0.4, 1e-4)], [0.2])
    assert e[n_low - 1] < 0.3 < e[n_low]


@pytest.mark.parametrize(("peaks", "kinks"), KINKED.values(), ids=KINKED.keys())
def test_the_weights_add_up_to_the_interval(peaks, kinks):
    """Of resolved peaks; one that is a point stands for less than the length around it."""
    assert np.sum(nodes(peaks, kinks).weights) == pytest.approx(LARGEST, rel=1e-8, abs=0.0)
