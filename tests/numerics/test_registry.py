"""A family is read as a mapping, and grows by one name at a time."""

import pytest

from alpfit.errors import ConfigurationError
from alpfit.numerics.registry import Registry


@pytest.fixture
def family():
    return Registry("shape", {"square": 4, "triangle": 3})


def test_a_family_is_a_mapping_in_its_order(family):
    assert list(family) == ["square", "triangle"]
    assert family["triangle"] == 3
    assert dict(family) == {**family} == {"square": 4, "triangle": 3}
    assert "circle" not in family
    assert repr(family) == "shape: square, triangle"


def test_a_member_that_is_added_is_like_the_others_and_can_be_removed(family):
    family.add("pentagon", 5)
    assert (family["pentagon"], len(family)) == (5, 3)
    family.remove("pentagon")
    assert list(family) == ["square", "triangle"]


def test_a_name_is_given_once(family):
    with pytest.raises(ConfigurationError, match="there is a shape 'square' already: choose another name"):
        family.add("square", 5)
    assert family["square"] == 4


def test_a_family_cannot_be_changed_by_assignment(family):
    with pytest.raises(TypeError):
        family["square"] = 5


def test_a_family_does_not_follow_the_mapping_that_it_was_made_from():
    members = {"square": 4}
    family = Registry("shape", members)
    members["square"] = 5
    assert family["square"] == 4
