"""Plain names: words, as near to the quantity's name as that allows, and no two the same."""

import re

import pytest

from alpfit.chains.exports.names import plain_names
from alpfit.scenarios import SCENARIOS, scenario_for


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("m_a", "m_a"),
        ("Omega_h2", "Omega_h2"),
        ("BR(B+->K+ a(inv))", "BR_Bp_to_Kp_a_inv"),
        ("BR(B0->K*0 a(inv), BaBar)", "BR_B0_to_K_0_a_inv_BaBar"),
        ("g_agg*sqrt(P_inv), Belle II", "g_agg_sqrt_P_inv_Belle_II"),
        ("x? # y", "x_y"),
    ],
)
def test_a_name_becomes_a_word(name, plain):
    assert plain_names([name]) == {name: plain}


def test_names_that_become_the_same_word_are_numbered():
    assert plain_names(["a b", "a*b", "a(b)"]) == {"a b": "a_b", "a*b": "a_b_2", "a(b)": "a_b_3"}


def test_a_name_that_is_a_word_keeps_it():
    assert plain_names(["a b", "a_b", "a_b_2"]) == {"a b": "a_b_3", "a_b": "a_b", "a_b_2": "a_b_2"}


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_quantity_of_a_scenario_has_its_own_word(scenario):
    quantities = scenario_for(scenario)
    names = [*quantities.parameters, *quantities.optional, *quantities.observables]
    words = plain_names(names).values()
    assert len(set(words)) == len(set(names))
    assert all(re.fullmatch("[A-Za-z0-9_]+", word) for word in words)
    assert not any(re.search(r"_[0-9]$", word) for word in words if word not in names)
