"""Which figures are drawn when."""

from alpfit.figures.drawing import Made, _side_by_side


def test_figures_come_in_the_order_that_is_asked_for_and_the_longest_are_begun_first():
    """From one end here, from the other in a copy, if there can be one."""
    begun = []

    def make(name):
        begun.append(name)
        return Made(name, name)

    names = ["trace", "corner", "plane", "pulls", "predictive", "spectrum", "momentum"]
    assert [one.name for one in _side_by_side(names, make)] == names
    assert sorted(begun) == sorted(names)
    here, there = begun[:2], begun[:-3:-1]
    assert (here, there) == (["predictive", "momentum"], ["plane", "corner"])
    assert list(_side_by_side([], make)) == []
