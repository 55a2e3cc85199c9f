"""Thermal averages of the annihilation cross-section at one temperature.

With e = sqrt(s)/m - 2, u = sqrt(s)/T and theta the rapidity of the pair, the two averages of the seed
paper (eqs. 4.12 and 4.13, the latter with the weight p.p/(3E), not p.q/(3E)) are

    <sigma v>_i = P int ds sigma(s) (s - 4 m^2) sqrt(s) int d theta exp(-u cosh) w_i,    P = 1/(8 m^4 T K_2(m/T)^2),
    w_1 = cosh,    w_2 = (u/6) [2 sinh^2 + (beta^2 + eps sinh^2)/(1 + eps sinh^2)],

with eps = 4 m^2/s and beta^2 = 1 - eps. The inner integral of the first is K_1(u); that of the second is the
integral over the pair's energy in a form in which all terms are positive, so that nothing cancels at small T.
"""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.compile import inlined_kernel, inner_kernel, kernel
from alpfit.numerics.exponential import exponentials
from alpfit.numerics.quadrature import Rule, half_hermite_rule, scaled_bessel_k2

Array = NDArray[np.float64]


class Shape(NamedTuple):
    """What is known of a cross-section besides its values.

    Nodes from number ``n_low`` on belong to the resonances, the lowest of which is at e = ``suppression``. Below e =
    ``smooth`` sigma(s) sqrt(e) is constant but for corrections of order e/``smooth``. While m/T is below ``hidden``
    what is below the resonances is nothing beside them, and above ``dead`` they are nothing beside it.
    """

    n_low: int
    suppression: float
    smooth: float
    hidden: float
    dead: float


class Nodes(NamedTuple):
    """The cross-section at quadrature nodes ``e (n,)``, ascending.

    ``flux (n,)`` is sigma(s) e (e + 4) (2 + e)^(3/2) [GeV^-2] times the weight of the node.
    """

    e: Array
    flux: Array
    shape: Shape


class ThermalRules(NamedTuple):
    """Rules for the rapidity integrals.

    Eight points, four, and two where chi is cold enough, with errors below 5e-6. The integrals are smooth functions of
    the energy: a polynomial through ``points (m,)`` in (-1, 1), with coefficients ``matrix (m, m)`` times the values.
    With ``energy`` the second average is that of :func:`energy_closure`.
    """

    hot: Rule
    warm: Rule
    cold: Rule
    points: Array
    matrix: Array
    energy: bool = False


def thermal_rules(hot: int, warm: int, cold: int, n_points: int, energy: bool = False) -> ThermalRules:
    """Rules with these numbers of points; the polynomials go through Chebyshev points."""
    points = np.cos(math.pi * (np.arange(n_points) + 0.5) / n_points)
    matrix = np.linalg.inv(np.vander(points, increasing=True))
    rules = half_hermite_rule(hot), half_hermite_rule(warm), half_hermite_rule(cold)
    return ThermalRules(*rules, points, matrix, energy)


@inner_kernel
def weigh_nodes(e: Array, weighted_sigma: Array, shape: Shape) -> Nodes:
    """:class:`Nodes` from sigma(s) [GeV^-2] at the nodes times their weights.

    ds (s - 4 m^2) sqrt(s) is 2 m^5 e (e + 4) (2 + e)^2 de, and the rapidity integrals are proportional to u^(-1/2).
    """
    flux = np.empty(e.size)
    for i in range(e.size):
        root_s = 2.0 + e[i]
        flux[i] = weighted_sigma[i] * e[i] * (e[i] + 4.0) * root_s * math.sqrt(root_s)
    return Nodes(e, flux, shape)


@inlined_kernel
def fill_rapidity_integrals(e: Array, x: float, hermite: Rule, first: Array, second: Array) -> None:
    """Write exp(u) sqrt(u/2) times the two rapidity integrals above, the second over u/6, at each of the ``e (n,)``.

    sqrt(s) = m (2 + e), T = m/x. The energies are what is next to each other, so that the compiler does several at
    once; with one division for two.
    """
    for k in range(e.size):
        first[k], second[k] = 0.0, 0.0
    for i in range(hermite.nodes.size):
        per_root, weight = 0.5 * hermite.nodes[i] / x, hermite.weights[i]
        for k in range(e.size):
            inverse = 1.0 / (2.0 + e[k])
            tau, eps = per_root * inverse, 4.0 * inverse * inverse
            beta_squared = e[k] * (e[k] + 4.0) * inverse * inverse
            sinh_squared = 4.0 * tau * (1.0 + tau)
            denominator = 1.0 + eps * sinh_squared
            measure = weight / (math.sqrt(1.0 + tau) * denominator)
            first[k] += measure * denominator * (1.0 + 2.0 * tau)
            second[k] += measure * (2.0 * sinh_squared * denominator + beta_squared + eps * sinh_squared)


@inner_kernel
def fill_energy_integrals(e: Array, x: float, hermite: Rule, first: Array, second: Array) -> None:
    """As :func:`fill_rapidity_integrals`, with the kinetic energy of each of the pair over m, times 6/(2 + e), for w_2.

    E/m makes (1 + e/2) K_2(u) of the K_1(u) that w_1 is, that is cosh(2 theta) of cosh(theta).
    """
    for k in range(e.size):
        first[k], second[k] = 0.0, 0.0
    for i in range(hermite.nodes.size):
        per_root, weight = 0.5 * hermite.nodes[i] / x, hermite.weights[i]
        for k in range(e.size):
            inverse = 1.0 / (2.0 + e[k])
            tau = per_root * inverse
            measure = weight / math.sqrt(1.0 + tau)
            sinh_squared = 4.0 * tau * (1.0 + tau)
            kinetic = 0.5 * e[k] * (1.0 + 2.0 * sinh_squared) + 6.0 * tau + 8.0 * tau * tau
            first[k] += measure * (1.0 + 2.0 * tau)
            second[k] += measure * kinetic * 6.0 * inverse


@inlined_kernel
def _fill_integrals(e: Array, x: float, rules: ThermalRules, first: Array, second: Array) -> None:
    """One of the two above, by the rule for this ``x``."""
    hermite = _rule_at(x, rules)
    if rules.energy:
        fill_energy_integrals(e, x, hermite, first, second)
    else:
        fill_rapidity_integrals(e, x, hermite, first, second)


@kernel
def energy_moments(x: float, hermite: Rule) -> tuple[float, float]:
    """<E - m>/T and d<E>/dT of a Maxwellian at T = m/``x``: 3/2 and 3/2 for the slow, 3 and 3 for the fast.

    The second is the variance of E over T^2; no difference between large numbers is taken in either.
    """
    number, energy, square = 0.0, 0.0, 0.0
    for i in range(hermite.nodes.size):
        tau = hermite.nodes[i] / (2.0 * x)
        kinetic = hermite.nodes[i]  # K/T: K = 2 tau m, and p E dE ~ tau sqrt(1 + tau) (1 + 2 tau) dt
        weight = hermite.weights[i] * tau * math.sqrt(1.0 + tau) * (1.0 + 2.0 * tau)
        number += weight
        energy += weight * kinetic
        square += weight * kinetic * kinetic
    mean = energy / number
    return mean, square / number - mean * mean


@inner_kernel
def energy_closure(first: float, energy: float, x: float, hermite: Rule) -> float:
    """The second average [GeV^-2] that conserves energy: <sigma v> + (<E sigma v> - <E> <sigma v>)/(T d<E>/dT).

    For a Maxwellian the two equations close with any moment of f. That with p^2/3E has <sigma v>_2, that with E this in
    the same place. ``energy`` is <(E - m) sigma v>/T, both [GeV^-2].
    """
    mean, capacity = energy_moments(x, hermite)
    return first + (energy - mean * first) / capacity


@inner_kernel
def _rule_at(x: float, rules: ThermalRules) -> Rule:
    if x < 6.0:
        return rules.hot
    if x < 60.0:
        return rules.warm
    return rules.cold


@inlined_kernel
def _energy_polynomials(
    low: float, high: float, x: float, rules: ThermalRules, coefficients: Array, values: Array
) -> None:
    """Fill the ``coefficients (2, m)`` of the rapidity integrals against t; ``values (3, m)`` is scratch.

    t runs from -1 to 1 as e/(2 + e) runs from ``low`` to ``high``.
    """
    n = rules.points.size
    e, first, second = values[0], values[1], values[2]
    for k in range(n):
        fraction = 0.5 * (low + high) + 0.5 * (high - low) * rules.points[k]
        e[k] = 2.0 * fraction / (1.0 - fraction)
    _fill_integrals(e, x, rules, first, second)
    for i in range(n):
        row, of_first, of_second = rules.matrix[i], 0.0, 0.0
        for k in range(n):
            of_first += row[k] * first[k]
            of_second += row[k] * second[k]
        coefficients[0, i], coefficients[1, i] = of_first, of_second


class Scratch(NamedTuple):
    """Memory for :func:`thermal_averages`: five arrays as long as the nodes, and two for the polynomials.

    ``fraction`` is e/(2 + e) at each node, which is in them from the start.
    """

    fraction: Array
    thermal: Array
    t: Array
    first: Array
    second: Array
    coefficients: Array
    values: Array


@inner_kernel
def scratch_for(nodes: Nodes, rules: ThermalRules) -> Scratch:
    """Enough memory for these nodes."""
    n, m = nodes.e.size, rules.points.size
    fraction = np.empty(n)
    for i in range(n):
        fraction[i] = nodes.e[i] / (2.0 + nodes.e[i])
    polynomials = np.empty((2, m)), np.empty((3, m))
    return Scratch(fraction, np.empty(n), np.empty(n), np.empty(n), np.empty(n), *polynomials)


@inlined_kernel
def thermal_averages(
    x: float,
    nodes: Nodes,
    begin: int,
    end: int,
    suppression: float,
    both: bool,
    rules: ThermalRules,
    scratch: Scratch,
) -> tuple[float, float]:
    """<sigma v> and, if ``both``, <sigma v>_2 [GeV^-2] at T = m/x, times exp(``suppression`` x).

    From nodes ``begin`` to ``end`` alone, all with abs(e - ``suppression``) below 100/x.
    """
    e, flux, hermite = nodes.e, nodes.flux, _rule_at(x, rules)
    first, second = 0.0, 0.0
    if end - begin > rules.points.size:
        first, second = _polynomial_sums(x, e, flux, begin, end, suppression, both, rules, scratch)
    else:
        e, flux = e[begin:end], flux[begin:end]
        _fill_integrals(e, x, rules, scratch.first, scratch.second)
        for i in range(e.size):
            thermal = flux[i] * math.exp((suppression - e[i]) * x)
            first += thermal * scratch.first[i]
            second += thermal * scratch.second[i] * (2.0 + e[i])
    prefactor = 0.25 * math.sqrt(2.0 * x) / scaled_bessel_k2(x, hermite) ** 2
    average, other = prefactor * first, prefactor * x / 6.0 * second
    return average, energy_closure(average, other, x, hermite) if rules.energy else other


@inlined_kernel
def _polynomial_sums(
    x: float,
    e: Array,
    flux: Array,
    begin: int,
    end: int,
    suppression: float,
    both: bool,
    rules: ThermalRules,
    scratch: Scratch,
) -> tuple[float, float]:
    """The sums over nodes with the rapidity integrals' polynomials."""
    _, thermal, t, of_first, of_second, coefficients, values = scratch
    n, e, flux, fraction = end - begin, e[begin:end], flux[begin:end], scratch.fraction[begin:end]
    low, high = fraction[0], fraction[n - 1]
    _energy_polynomials(low, high, x, rules, coefficients, values)
    middle, stretch = 0.5 * (low + high), 2.0 / (high - low)
    for i in range(n):
        thermal[i] = (suppression - e[i]) * x
        t[i] = (fraction[i] - middle) * stretch
    exponentials(thermal, n)
    for i in range(n):
        thermal[i] *= flux[i]
    _fill_polynomial(coefficients[0], t, of_first, n)
    first, second = _sum_of_products(thermal, of_first, n), 0.0
    if both:
        _fill_polynomial(coefficients[1], t, of_second, n)
        for i in range(n):
            thermal[i] *= 2.0 + e[i]
        second = _sum_of_products(thermal, of_second, n)
    return first, second


@inlined_kernel
def _sum_of_products(a: Array, b: Array, n: int) -> float:
    """That of the first ``n``, as four sums, so that no addition waits for the one before."""
    s0, s1, s2, s3, q = 0.0, 0.0, 0.0, 0.0, n // 4
    a1, a2, a3, b1, b2, b3 = a[q:], a[2 * q :], a[3 * q :], b[q:], b[2 * q :], b[3 * q :]
    for i in range(q):
        s0 += a[i] * b[i]
        s1 += a1[i] * b1[i]
        s2 += a2[i] * b2[i]
        s3 += a3[i] * b3[i]
    for i in range(q, n - 3 * q):
        s3 += a3[i] * b3[i]
    return (s0 + s1) + (s2 + s3)


@inlined_kernel
def _fill_polynomial(coefficients: Array, t: Array, polynomial: Array, n: int) -> None:
    """Write the ``polynomial`` with these ``coefficients (m,)`` at the first ``n`` of ``t``.

    Loops are short and without function calls, so that the compiler does several nodes at once; four coefficients in
    each, so that what is between is not written down.
    """
    k = coefficients.size - 1
    for i in range(n):
        polynomial[i] = coefficients[k]
    while k >= 4:
        a, b, c, d = coefficients[k - 1], coefficients[k - 2], coefficients[k - 3], coefficients[k - 4]
        for i in range(n):
            polynomial[i] = (((polynomial[i] * t[i] + a) * t[i] + b) * t[i] + c) * t[i] + d
        k -= 4
    for rest in range(k - 1, -1, -1):
        for i in range(n):
            polynomial[i] = polynomial[i] * t[i] + coefficients[rest]
