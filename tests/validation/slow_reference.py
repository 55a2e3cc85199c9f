"""Both Boltzmann equations of the ALP portal once more, slowly, with numpy and scipy alone.

``python tests/validation/slow_reference.py`` writes ``reference/relic_density.csv`` in 25 minutes, 2 to 6 s a point.

Ding et al. 2025, eqs. (4.8-4.10), for ln(Y) and ln(y) with derivatives in closed form, by scipy's Radau from
equilibrium at x = 2 to x = 1e6.
Largest relative changes at 20 extreme points of the table (narrowest, broadest, lightest, heaviest,
on threshold, 1e-9 ... 1e-3 beside it, earliest and latest decoupling, freeze-out at 0.12 GeV), of Omega h^2 and of the
three x: twice the nodes of all integrals, 2e-10 and 8e-10; half the steps of the splines in x, 1e-9 and 3e-9; a tenth
of the tolerance and half the largest step, 3e-10 and 2e-9; integrals to e = 90 instead of 60, 2e-10 and 2e-9; half the
steps of the plasma's splines, 3e-10 and 2e-9. At 10 points with chi chi -> a a and chi a -> chi a (r = 0.5000013, 0.74,
0.86, 0.95, 1 -+ 1e-3 ... 1e-2, 10, 15; R from 0.06): 5e-10 and 7e-10, 3e-9 and 2e-9, 9e-11 and 1e-9, 7e-10 and 2e-9,
and for twice the angles 4e-11 and 2e-9.
"""

import math
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from reference_points import samples
from scipy.integrate import solve_ivp
from scipy.optimize import brentq
from scipy.special import kve
from slow_averages import Point, Resolution, average_spline, averages_at, correction_spline, transfer_rate
from slow_pairs import alp_rate
from slow_plasma import BLEND, MEETING, bath

from alpfit.constants import RELIC_DENSITY_PER_YIELD

X_START, X_END = 2.0, 1e6
FREEZE_OUT = math.log(1.1)  # of Y/Y_eq
DECOUPLED = 0.1  # |T_chi/T - 1|


def log_equilibrium_yield(x: float, entropy_density: float, m_chi: float) -> float:
    return math.log(2.0 * m_chi**3 / (2.0 * math.pi**2 * x) * kve(2, x) / entropy_density) - x


def annihilations_per_hubble_time(point: Point, x: float, averages: Callable = averages_at) -> float:
    """n_eq <sigma v>/H at T = m_chi/x."""
    entropy, hubble, _ = bath(point.m_chi / x)
    yield_at = math.exp(log_equilibrium_yield(x, entropy, point.m_chi))
    return yield_at * entropy / hubble * float(averages(point, [x])[0, 0])


class Equations:
    """The right-hand sides of Ding et al. 2025 eqs. (4.8-4.10) and their derivatives, for ln(Y) and ln(y)."""

    def __init__(self, point: Point, resolution: Resolution):
        self.m_chi = point.m_chi
        self.averages, self.correction = average_spline(point, resolution), correction_spline()
        self.transfer, self.correction_slope = transfer_rate(point, resolution), self.correction.derivative()

    def equilibrium(self, log_x: float) -> tuple[float, float]:
        """ln(Y_eq) and ln(y_eq)."""
        x = math.exp(log_x)
        entropy = bath(self.m_chi / x)[0]
        log_y = math.log(self.m_chi**2 / x) - 2.0 / 3.0 * math.log(entropy)
        return log_equilibrium_yield(x, entropy, self.m_chi), log_y

    def density(self, log_x: float, state) -> tuple[np.ndarray, np.ndarray]:
        """dln(Y)/dln(x) of the NBE and its derivative."""
        x, log_y = math.exp(log_x), min(max(state[0], -80.0), 20.0)  # Newton's method may try anything
        entropy, _, hubble_tilde = bath(self.m_chi / x)
        rate = entropy * math.exp(log_y) / hubble_tilde * math.exp(self.averages(log_x)[0])
        creation = math.exp(2.0 * (log_equilibrium_yield(x, entropy, self.m_chi) - log_y))
        return np.array([rate * (creation - 1.0)]), np.array([[-rate * (creation + 1.0)]])

    def coupled(self, log_x: float, state) -> tuple[np.ndarray, np.ndarray]:
        """(dln(Y)/dln(x), dln(y)/dln(x)) of the CBE and their derivatives."""
        x, log_y = math.exp(log_x), min(max(state[0], -80.0), 20.0)
        entropy, hubble, hubble_tilde = bath(self.m_chi / x)
        log_x_chi = 2.0 * math.log(self.m_chi) - 2.0 / 3.0 * math.log(entropy) - state[1]
        log_x_chi = min(max(log_x_chi, self.averages.x[0]), self.averages.x[-1])
        rate = entropy * math.exp(log_y) / hubble_tilde
        creation = rate * math.exp(2.0 * (log_equilibrium_yield(x, entropy, self.m_chi) - log_y))
        first, second = (math.exp(z) for z in self.averages(log_x))
        chi_logs, (slope_first, slope_second) = self.averages.with_slope(log_x_chi)
        chi_first, chi_second = (rate * math.exp(z) for z in chi_logs)
        one_minus_w = math.exp(self.correction(log_x_chi))
        w_slope = one_minus_w * float(self.correction_slope(log_x_chi))
        ratio, expansion = math.exp(log_x_chi - log_x), 2.0 * hubble / hubble_tilde
        elastic = self.transfer(log_x) / hubble_tilde
        heating = creation * (ratio * second - first)
        change = [
            creation * first - chi_first,
            elastic * (1.0 - one_minus_w) * (ratio - 1.0) + chi_first - chi_second + heating + expansion * one_minus_w,
        ]
        elastic_slope = elastic * (w_slope * (ratio - 1.0) - (1.0 - one_minus_w) * ratio)
        chi_slope = slope_second * chi_second - slope_first * chi_first
        jacobian = [
            [-creation * first - chi_first, slope_first * chi_first],
            [chi_first - chi_second - heating,
             elastic_slope + chi_slope - creation * ratio * second - expansion * w_slope],
        ]  # fmt: skip
        return np.array(change), np.array(jacobian)


def evolve(equations: Equations, coupled: bool, resolution: Resolution) -> list:
    """scipy's dense solutions, piece by piece, with short steps where the plasma changes quickly."""
    edges, largest = [math.log(X_START)], []
    steep = (0.2, MEETING * math.exp(BLEND), MEETING * math.exp(-BLEND), 0.1)  # GeV
    steps = np.minimum([1.0, 0.02, 0.01, 0.02, 1.0], resolution.largest_step)
    for temperature, step in zip((*steep, 0.0), steps, strict=True):
        log_x = math.log(min(equations.m_chi / temperature, X_END) if temperature else X_END)
        if log_x > edges[-1]:
            edges.append(log_x)
            largest.append(step)
    rates = equations.coupled if coupled else equations.density
    state, pieces = equations.equilibrium(edges[0])[: 2 if coupled else 1], []
    for start, stop, step in zip(edges[:-1], edges[1:], largest, strict=True):
        solution = solve_ivp(
            lambda log_x, y: rates(log_x, y)[0], (start, stop), state, method="Radau", dense_output=True,
            jac=lambda log_x, y: rates(log_x, y)[1], rtol=resolution.tolerance, atol=resolution.tolerance,
            first_step=min(1e-4, stop - start), max_step=step,
        )  # fmt: skip
        assert solution.success
        state = solution.y[:, -1]
        pieces.append(solution)
    return pieces


def first_crossing(pieces: list, excess: Callable) -> float:
    """The first x where ``excess(ln(x), state)`` is positive; infinite if it never is."""
    for piece in pieces:
        fractions = np.linspace(0.0, 1.0, 9)[1:]
        log_x = np.concatenate([piece.t[:1], (piece.t[:-1, None] + np.diff(piece.t)[:, None] * fractions).ravel()])
        positive = np.array([excess(z, piece.sol(z)) > 0.0 for z in log_x])
        if positive.any():
            i = int(np.argmax(positive))
            if i == 0:
                return math.exp(log_x[0])
            return math.exp(brentq(lambda z: excess(z, piece.sol(z)), log_x[i - 1], log_x[i], xtol=1e-12))  # noqa: B023
    return math.inf


def slow_relic(point: Point, coupled: bool, resolution: Resolution | None = None) -> tuple[float, float, float]:
    """Omega h^2, x of freeze-out (Y/Y_eq > 1.1) and of kinetic decoupling (|T_chi/T - 1| > 0.1; CBE alone)."""
    resolution = resolution or Resolution()
    equations = Equations(point, resolution)
    pieces = evolve(equations, coupled, resolution)
    omega_h2 = RELIC_DENSITY_PER_YIELD.value * point.m_chi * math.exp(pieces[-1].y[0, -1])

    def overabundance(log_x: float, state) -> float:
        return state[0] - equations.equilibrium(log_x)[0] - FREEZE_OUT

    def departure(log_x: float, state) -> float:
        return abs(math.expm1(state[1] - equations.equilibrium(log_x)[1])) - DECOUPLED

    return omega_h2, first_crossing(pieces, overabundance), first_crossing(pieces, departure) if coupled else math.inf


TABLE = Path(__file__).with_name("reference") / "relic_density.csv"
COLUMNS = ("m_a", "r", "g_agg", "g_achi", "omega_h2_nbe", "omega_h2_cbe", "x_fo_nbe", "x_fo_cbe", "x_kd", "alp_rate")
PREAMBLE = """\
# Relic density of dark matter that annihilates through the ALP portal: an independent, slow, converged solution of the
# Boltzmann equations from x = 2 to 1e6, written by tests/validation/slow_reference.py with numpy and scipy alone.
# m_a [GeV], r = m_chi/m_a, g_agg and g_achi [1/GeV]; Omega h^2 from the number density alone (nbe) and coupled to the
# temperature (cbe), for the unitary cross-section; x = m_chi/T where first Y/Y_eq > 1.1 (x_fo) and where first
# |T_chi/T - 1| > 0.1 (x_kd, cbe). For r > 1/2 with chi chi -> a a and chi a -> chi a; alp_rate is the rate over H at
# which a is made and decays at x_fo of cbe. Relative numerical error of all of them below 1e-7.
"""


def read_table() -> np.ndarray:
    """The table as a structured array, one field for each of ``COLUMNS``."""
    lines = [line for line in TABLE.read_text().splitlines() if not line.startswith("#")]
    return np.genfromtxt(lines, delimiter=",", names=True)


def rows(wanted: int, candidates: Iterator[Point], averages: Callable, known: dict) -> Iterator[list]:
    """``wanted`` rows in thermal equilibrium at x = 2 and with a density within 1e-6 ... 1e6 from both equations."""
    for point in candidates:
        if wanted == 0:
            return
        parameters = [repr(float(value)) for value in (point.m_a, point.r, point.g_agg, point.g_achi)]
        if annihilations_per_hubble_time(point, X_START, averages) < 32.0:
            continue
        if tuple(parameters) in known:
            row = known[tuple(parameters)]
        else:
            nbe, cbe = slow_relic(point, coupled=False), slow_relic(point, coupled=True)
            if not (1e-6 < nbe[0] < 1e6 and 1e-6 < cbe[0] < 1e6):
                continue
            rate = alp_rate(point.m_a, point.g_agg, point.m_chi / cbe[1]) if point.has_pairs else math.nan
            row = parameters + [f"{value:.7e}" for value in (nbe[0], cbe[0], nbe[1], cbe[1], cbe[2], rate)]
        wanted -= 1
        yield row


def main() -> None:
    """Write the table anew, or go on with what an interrupted run has left beside it."""
    partial, known = TABLE.with_suffix(".partial"), {}
    if partial.exists():
        finished = [line.split(",") for line in partial.read_text().split("\n")[:-1]]
        known = {tuple(row[:4]): row for row in finished if len(row) == len(COLUMNS)}
    with partial.open("w") as file:
        file.write(PREAMBLE + ",".join(COLUMNS) + "\n")
        for name, wanted, candidates, averages in samples():
            file.write(f"# {name}\n")
            for row in rows(wanted, candidates, averages, known):
                file.write(",".join(row) + "\n")
                file.flush()
    partial.replace(TABLE)


if __name__ == "__main__":
    main()
