"""One of several final states that dark matter annihilates into."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from alpfit.errors import ConfigurationError
from alpfit.numerics.arguments import positive_number
from alpfit.relic.sector_functions import Function, Parameters, values_of
from alpfit.relic.tabulated_functions import Table, check_peaks, check_resolved, power_law, read_table, velocity

Array = NDArray[np.float64]


def channel_name(number: int, of: int) -> str:
    """What errors call the cross-section of channel ``number``, from one on."""
    return "cross_section" if of == 1 else f"cross_section of channel {number}"


@dataclass(frozen=True)
class Channel:
    """Annihilation into one final state, which needs an energy.

    Attributes:
        cross_section: sigma(s) [GeV^-2], a function or table as that of a :class:`~alpfit.relic.DarkSector`, with the
            sector's parameters.
        threshold: the masses of the final state, in sqrt(s) [GeV]: at and below it there is no annihilation into this
            channel, and the function is not called. Above twice the mass of dark matter the channel is forbidden at
            rest, and the fastest particles alone annihilate into it. It may open as suddenly as a square root does.

    Raises :class:`~alpfit.errors.ConfigurationError`, a :class:`ValueError`, for a threshold that is none.

    >>> import numpy as np
    >>> from alpfit.relic import Channel
    >>> forbidden = Channel(lambda s: np.full(s.shape, 1e-9), threshold=240.0)  # two of 120 GeV each
    >>> forbidden.is_tabulated
    False
    >>> forbidden.sigma(np.array([230.0, 250.0]) ** 2, 100.0, (), (), "cross_section")
    array([0.e+00, 1.e-09])
    """

    cross_section: Function | Table
    threshold: float = 0.0

    def __post_init__(self) -> None:
        if not (isinstance(self.threshold, (int, float)) and self.threshold == 0.0):
            positive_number("threshold", self.threshold)

    @property
    def is_tabulated(self) -> bool:
        """Whether the cross-section is a table."""
        return not callable(self.cross_section)

    def sigma(
        self, s: Array, mass: float, parameters: Parameters, resonances: tuple[tuple[float, float], ...], name: str
    ) -> Array:
        """The cross-section [GeV^-2] at ``s (n,)`` [GeV^2] for particles of ``mass`` [GeV]; ``name`` in errors.

        ``parameters`` go to the function, and a table has to resolve the ``resonances``. Raises
        :class:`~alpfit.errors.ConfigurationError` for a table that does not, or begins below the threshold, and for
        values that are negative or no numbers.
        """
        lowest = self.threshold**2
        if lowest <= 4.0 * mass**2:
            return self._sigma_above(s, mass, parameters, resonances, name)
        sigma, above = np.zeros(s.shape), s > lowest
        if above.any():
            sigma[above] = self._sigma_above(s[above], mass, parameters, resonances, name)
        return sigma

    def _sigma_above(
        self, s: Array, mass: float, parameters: Parameters, resonances: tuple[tuple[float, float], ...], name: str
    ) -> Array:
        """At ``s`` above the threshold."""
        if callable(self.cross_section):
            return values_of(name, self.cross_section, s, parameters, "s", "GeV^2")
        at, values = read_table(name, self.cross_section, "s")
        lowest = max(4.0 * mass**2, self.threshold**2)
        if at[0] <= lowest:
            raise ConfigurationError(f"{name}: s = {at[0]:g} must be above threshold, {lowest:g}")
        smooth = values * velocity(at, mass)
        check_peaks(at, smooth)
        for position, width in resonances:
            check_resolved(at, position, width, mass)
        return power_law(at - lowest, smooth)(s - lowest) / velocity(s, mass)
