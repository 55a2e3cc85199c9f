"""Cells on which the same parameters act: any tables fall into blocks, and come out of them as they went in."""

import numpy as np
import pytest
from derivatives import assert_derivatives_hold

from alpfit.likelihoods.forms.binned.blocks import Term, blocks_of, blocks_of_cells, flat

UNEQUAL = """\
parameter,channel,sample,bin,high [events],low [events]
efficiency,S,signal,0,4.4,3.6
efficiency,S,signal,1,6.9,5.1
form_factor,S,signal,1,5.7,6.2
tilt,S,background,0,22,19
tilt,K,background,0,104,97
"""
"""Not every parameter acts on each bin of its sample."""


def test_cells_of_a_block_have_the_same_parameters_and_norms_and_are_signal_or_not():
    slope, norm = Term(slope=2.0), Term(norm=0)
    terms = [{0: slope, 1: norm}, {0: Term(slope=3.0), 1: norm}, {0: slope}, {0: slope}, {}, {1: Term(norm=1)}]
    blocks = blocks_of_cells(terms, [False, False, False, True, False, False])
    assert [block.cells for block in blocks] == [(0, 1), (2,), (3,), (4,), (5,)]
    assert blocks[0].norms == (-1, 0)
    np.testing.assert_array_equal(blocks[0].slope, [[2.0, 3.0], [0.0, 0.0]])
    assert blocks[3].slope.shape == (0, 1)


@pytest.mark.parametrize("shapes", [None, UNEQUAL])
def test_a_model_and_its_blocks_are_the_same(binned, shapes):
    model = binned(**({} if shapes is None else {"shapes": shapes})).spectrum.model
    blocks = blocks_of(model)
    assert [cell for block in blocks for cell in block.cells] == list(range(model.nominal.size))
    for name, array in flat(blocks).items():
        np.testing.assert_array_equal(array, getattr(model, name), err_msg=name)


def test_where_parameters_act_on_some_bins_only_derivatives_hold(binned):
    model = binned(shapes=UNEQUAL).spectrum.model
    assert np.diff(model.first_cell).tolist() == [1, 2, 1, 1]  # the backgrounds of S:0 and K:0 together
    assert_derivatives_hold(model, np.array([0.3, -0.8, 0.4, 1.2]), np.array([3.0, 8.0]))


def test_cells_are_named_in_the_order_of_their_arrays(binned):
    spectrum = binned().spectrum
    nominal = {("S", "signal", "0"): 4.0, ("S", "signal", "1"): 6.0, ("S", "background", "0"): 20.0}
    found = dict(zip(spectrum.cells, spectrum.model.nominal, strict=True))
    assert {cell: found[cell] for cell in nominal} == nominal
    bins = dict(zip(spectrum.cells, spectrum.model.bin, strict=True))
    assert all(spectrum.bins[bins[channel, sample, number]] == (channel, number) for channel, sample, number in bins)


def test_a_free_strength_acts_on_the_signal_alone(binned):
    form = binned()
    free = form.spectrum.with_free_strength(0.1)
    assert free.parameters[-1] == "standard_model"
    for block in blocks_of(free.model):
        is_signal = free.model.signal[block.cells[0]] >= 0
        assert (len(free.parameters) - 1 in block.parameters) == is_signal
        if is_signal:
            np.testing.assert_array_equal(block.slope[-1], free.model.nominal[list(block.cells)])
