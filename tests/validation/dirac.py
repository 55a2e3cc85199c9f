"""Squared matrix elements of chi and two ALPs as traces of 4 x 4 matrices, with no algebra done by hand.

L = -g d_mu a chi-bar gamma^mu gamma^5 chi for a Majorana chi with 1/2 chi-bar i d-slash chi: the vertex, in which
either of two identical fields may stand in each place, is 2 g k-slash gamma^5. Momenta are arrays ``(..., 4)`` in GeV
with the metric (+, -, -, -).
"""

import numpy as np

PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
GAMMA = np.array(
    [np.kron([[1, 0], [0, -1]], np.eye(2)), *(np.kron([[0, 1], [-1, 0]], sigma) for sigma in PAULI)]
)  # the Dirac representation
GAMMA_5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
METRIC = np.array([1.0, -1.0, -1.0, -1.0])


def slash(momentum):
    return np.einsum("...m,mij->...ij", momentum * METRIC, GAMMA)


def dot(left, right):
    return np.sum(left * METRIC * right, axis=-1)


def vertex(momentum):
    """Over g."""
    return 2.0 * slash(momentum) @ GAMMA_5


def propagator(momentum, mass):
    return (slash(momentum) + mass * np.eye(4)) / (dot(momentum, momentum) - mass**2)[..., None, None]


def squared(left, amplitude, right):
    """The trace of |M|^2 with the spin sums ``left`` and ``right`` on either side of the ``amplitude``."""
    conjugate = GAMMA[0] @ np.conj(np.swapaxes(amplitude, -1, -2)) @ GAMMA[0]
    trace = np.trace(left @ amplitude @ right @ conjugate, axis1=-2, axis2=-1)
    assert np.all(np.abs(trace.imag) <= 1e-9 * np.abs(trace.real))
    return trace.real


def annihilation_squared(p_1, p_2, k_1, k_2, mass):
    """The sum over spins of |M|^2/g^4 [GeV^4] for chi(p_1) chi(p_2) -> a(k_1) a(k_2)."""
    amplitude = vertex(k_2) @ propagator(p_1 - k_1, mass) @ vertex(k_1)
    amplitude = amplitude + vertex(k_1) @ propagator(p_1 - k_2, mass) @ vertex(k_2)
    return squared(slash(p_2) - mass * np.eye(4), amplitude, slash(p_1) + mass * np.eye(4))


def scattering_squared(p, k, p_out, k_out, mass):
    """The sum over spins of |M|^2/g^4 [GeV^4] for chi(p) a(k) -> chi(p_out) a(k_out)."""
    amplitude = vertex(k_out) @ propagator(p + k, mass) @ vertex(k)
    amplitude = amplitude + vertex(k) @ propagator(p - k_out, mass) @ vertex(k_out)
    return squared(slash(p_out) + mass * np.eye(4), amplitude, slash(p) + mass * np.eye(4))


def along(energy, momentum, cosine):
    """Four-momenta of these energies, in a plane, at this angle to the axis."""
    energy, momentum, cosine = np.broadcast_arrays(energy, momentum, cosine)
    return np.stack([energy, momentum * np.sqrt(1.0 - cosine**2), 0.0 * cosine, momentum * cosine], axis=-1)
