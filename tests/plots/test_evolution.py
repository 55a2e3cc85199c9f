"""The history of dark matter: yield and temperature against m_chi/T."""

from io import BytesIO

import numpy as np
from published import POINTS

from alpfit import evolve
from alpfit.plots.evolution import evolution_figure
from alpfit.plots.style import paper_style


def test_both_engines_are_drawn_with_their_relic_densities():
    histories = {engine: evolve(*POINTS["BP1u"], engine=engine) for engine in ("cbe", "nbe")}
    with paper_style():
        figure = evolution_figure(histories, {"cbe": 0.12, "nbe": 0.025})
        figure.savefig(BytesIO(), format="png", dpi=50)
    above, below = figure.axes
    for panel, values in ((above, "Y"), (below, "temperature_ratio")):
        for line, history in zip(panel.lines, histories.values(), strict=False):
            np.testing.assert_array_equal(line.get_ydata(), getattr(history, values))
    assert [line.get_linestyle() for line in below.lines] == ["-", "--"]
    assert below.get_xlabel() == r"$x = m_\chi/T$"
    texts = [text.get_text() for text in above.get_legend().get_texts()]
    assert texts == [r"$Y$, CBE: $\Omega h^2 = 0.12$", r"$Y$, NBE: $\Omega h^2 = 0.025$", r"$Y_\mathrm{eq}$"]
