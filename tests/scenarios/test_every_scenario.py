"""What holds for every scenario: its names are distinct, and each is described and can be drawn."""

import pytest
from matplotlib.mathtext import MathTextParser

from alpfit.scenarios import SCENARIOS, Quantity


@pytest.fixture(params=SCENARIOS)
def scenario(request):
    return SCENARIOS[request.param](
        engine="cbe",
        annihilation_scale="unitary",
        plasma="saikawa-shirai-2018",
        form_factor="hpqcd2022",
        top_mass="msbar",
    )


def test_parameters_and_observables_have_distinct_names(scenario):
    names = [*scenario.parameters, *scenario.optional, *scenario.observables]
    assert len(names) == len(set(names))


def test_every_quantity_is_described_and_its_label_is_mathtext(scenario):
    parser = MathTextParser("path")
    for quantities in (scenario.parameters, scenario.optional, scenario.observables):
        for name, quantity in quantities.items():
            assert quantity.description, name
            assert parser.parse(quantity.axis_label).width > 0.0, name


def test_an_axis_label_ends_with_the_unit_if_there_is_one():
    assert Quantity(r"m_a", "GeV", "ALP mass").axis_label == "$m_a$ [GeV]"
    assert Quantity(r"\Omega h^2", "", "relic density").axis_label == r"$\Omega h^2$"
