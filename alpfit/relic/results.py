"""What a calculation of the relic density returns."""

from dataclasses import dataclass, fields
from enum import IntEnum
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from alpfit.numerics.notebook import html_table

Array = NDArray[np.float64]


class Status(IntEnum):
    """How the calculation at a point ended; ``message`` says it in words.

    >>> from alpfit.relic import Status
    >>> Status(0), Status.OK.message
    (<Status.OK: 0>, 'solved')
    """

    OK = 0
    NEVER_EQUILIBRATED = 1
    STEP_LIMIT = 2
    ALPS_DECOUPLED = 3
    WIDE_RESONANCE = 4
    FREEZE_IN = 5
    UNKNOWN_BEGINNING = 6
    UNRESOLVED = 7
    STRONG_COUPLING = 8
    REFUSED = 9

    @property
    def message(self) -> str:
        """One sentence for a human."""
        return _MESSAGES[self]


_MESSAGES = {
    Status.OK: "solved",
    Status.NEVER_EQUILIBRATED: "chi is not in full equilibrium at x = 2 or later: its couplings are too small for this "
    "engine, and what is made of it from nothing is known to the engine nbe alone",
    Status.STEP_LIMIT: "the integrator used all its steps before the end",
    Status.ALPS_DECOUPLED: "at freeze-out the ALPs that chi annihilates to are not in equilibrium: neither decay nor "
    "scattering makes one in a Hubble time, the dark sector has a temperature of its own, and no engine applies",
    Status.WIDE_RESONANCE: "the width of the ALP is more than half its mass: the cross-section of a resonance means "
    "nothing there, and the couplings are too large",
    Status.FREEZE_IN: "chi is not in full equilibrium at x = 2 or later: this is what annihilation backwards makes of "
    "it (freeze-in) if there is none at T = 10 m_a, or 20 m_chi if that is more; beginning ten times as hot changes it "
    "by less than 1 %. The plasma is Maxwell-Boltzmann: Bose statistics would make up to 1.8 times as much",
    Status.UNKNOWN_BEGINNING: "chi is not in full equilibrium at x = 2 or later, and what is made of it from nothing "
    "depends on the temperature at which that begins: off the resonance in proportion to it",
    Status.UNRESOLVED: "r is within 2e-5 of 1/2, where the engine fbe does not resolve which momenta reach the "
    "resonance; the engines cbe and nbe have a number",
    Status.STRONG_COUPLING: "g_achi m_chi is above 1.77 (the square root of pi), where the lowest order of "
    "chi chi -> a a means nothing",
    Status.REFUSED: "the sector means nothing, or its functions gave no numbers or a peak that is not resolved",
}

ANSWERED = (Status.OK, Status.FREEZE_IN)
"""Where there is a number."""

MOST_ROWS = 20
"""A notebook shows as many points."""


@dataclass(frozen=True)
class RelicDensity:
    """Omega h^2 of chi today, what led to it, and how far it can be trusted; arrays of the points' broadcast shape.

    Where ``status`` is neither OK nor FREEZE_IN the numbers are NaN, and the :class:`Status` says why.

    Attributes:
        omega_h2: the relic density.
        x_fo: m_chi/T at chemical freeze-out, where Y has left Y_eq by 10 %; NaN for freeze-in, and so is
            ``elastic_rate``.
        x_kd: m_chi/T at kinetic decoupling, where T_chi has left T by 10 %; infinite where it never does, as in an
            engine that enforces kinetic equilibrium.
        status: a :class:`Status` for each point.
        elastic_rate: momentum transfer rate over Hubble rate at ``x_fo``: far above one, both engines agree.
        late_annihilation: -dln(Y)/dln(x) where the integration ends, about the fraction of chi yet to annihilate.
        self_scattering: on-shell chi chi -> a -> chi chi over chi chi -> a -> gamma gamma, BR(a -> chi chi) over
            BR(a -> gamma gamma). Far above one, scattering restores the Maxwellian that annihilation distorts, and
            the coupled equations can be trusted. None for a sector given by functions, which do not tell.
        alp_rate: how many times in a Hubble time an ALP is made at ``x_fo``, by inverse decay or Primakoff scattering;
            far above one where ALPs are in equilibrium. Infinite for r < 1/2, where they are as much so as chi. None
            for a sector given by functions, and so is
        alp_share: the part of annihilation at ``x_fo`` that makes two ALPs.
        refusals: the sentence for each sector that is REFUSED, and an empty one for the others; None where none is.

    >>> import alpfit
    >>> found = alpfit.relic_density(0.75, [0.477, 0.6], 9.037e-5, 6.93e-5)
    >>> found.omega_h2.round(3)
    array([0.076,   nan])
    >>> found.ok
    array([ True, False])
    >>> for message in found.messages:
    ...     print(message.partition(":")[0])
    solved
    chi is not in full equilibrium at x = 2 or later
    >>> found.from_nothing, found.still_annihilating
    (array([False, False]), array([False, False]))
    """

    omega_h2: Array
    x_fo: Array
    x_kd: Array
    status: NDArray[np.int64]
    elastic_rate: Array
    late_annihilation: Array
    self_scattering: Array | None = None
    alp_rate: Array | None = None
    alp_share: Array | None = None
    refusals: NDArray[np.str_] | None = None

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Where there is an answer: from equilibrium, or from nothing (see :attr:`from_nothing`)."""
        return np.isin(self.status, ANSWERED)

    @property
    def from_nothing(self) -> NDArray[np.bool_]:
        """Where the answer assumes that there was no chi in the beginning, since it never was in equilibrium."""
        return np.asarray(self.status == Status.FREEZE_IN)

    @property
    def still_annihilating(self) -> NDArray[np.bool_]:
        """Where annihilation still changes the yield by more than a thousandth when the integration ends."""
        return np.asarray(self.late_annihilation > 1e-3)

    @property
    def messages(self) -> NDArray[np.str_]:
        """The status of each point in words, and of a sector that was refused why."""
        messages = np.array([Status(int(value)).message for value in self.status.flat]).reshape(self.status.shape)
        if self.refusals is None:
            return messages
        return np.asarray(np.where(self.refusals == "", messages, self.refusals))

    def _repr_html_(self) -> str:
        """What a notebook shows: one point as a list, or the first of several as rows."""
        given = (field.name for field in fields(self) if field.name != "refusals")
        names, messages = [name for name in given if getattr(self, name) is not None], self.messages

        def shown(name: str, place: tuple[int, ...]) -> str:
            return str(messages[place]) if name == "status" else f"{getattr(self, name)[place]:.4g}"

        title = "Relic density"
        if self.status.ndim == 0:
            return html_table(title, [(name, shown(name, ())) for name in names])
        places = islice(np.ndindex(self.status.shape), MOST_ROWS)
        rows = [(", ".join(map(str, place)), *(shown(name, place) for name in names)) for place in places]
        if (left := self.status.size - len(rows)) > 0:
            rows.append((f"{left} more",))
        return html_table(title, rows, ("", *names))


@dataclass(frozen=True)
class MomentumDistribution:
    """The momentum distribution of chi at one temperature of the plasma; arrays ``(n,)``.

    Attributes:
        x: m_chi/T.
        mass: m_chi [GeV].
        momentum: p [GeV], ascending from zero.
        f: occupation of each spin state.
        maxwellian: that of a Maxwellian with the same number of chi and the same T_chi.
        temperature: T_chi = <p^2/3E> [GeV].

    >>> import alpfit
    >>> history = alpfit.evolve(0.75, 0.477, 9.037e-5, 6.93e-5, engine="fbe", distribution_at=[20.0])
    >>> (found,) = history.distributions
    >>> found.f.shape == found.maxwellian.shape == found.momentum.shape
    True
    >>> print(f"T_chi/T = {found.temperature / (found.mass / found.x):.2f}")
    T_chi/T = 0.94
    """

    x: float
    mass: float
    momentum: Array
    f: Array
    maxwellian: Array
    temperature: float


@dataclass(frozen=True)
class Evolution:
    """The history of chi at one point, arrays ``(n,)`` from equilibrium, or nothing, to the end of the integration.

    Attributes:
        x: m_chi/T, T the temperature of the plasma.
        Y: number density over entropy density of the plasma.
        Y_eq: the same in equilibrium at T.
        temperature_ratio: T_chi/T.
        y: m_chi T_chi/s^(2/3), s the entropy density, which stays constant once chi has decoupled.
        distributions: f(p) where it was asked for.

    >>> import alpfit
    >>> history = alpfit.evolve(0.75, 0.477, 9.037e-5, 6.93e-5)
    >>> late = history.x > 100.0
    >>> bool((history.Y > history.Y_eq)[late].all())
    True
    >>> bool((history.temperature_ratio < 0.1)[late].all())  # chi cools with the square of the plasma's temperature
    True
    """

    x: Array
    Y: Array
    Y_eq: Array
    temperature_ratio: Array
    y: Array
    distributions: tuple[MomentumDistribution, ...] = ()
