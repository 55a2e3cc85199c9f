"""What is made for a while goes back to the system, and nothing else is touched."""

import gc
import weakref

import pytest

from alpfit.numerics.memory import NEW_OBJECTS, given_back, seldom_searched


class Circle:
    """Something that only the garbage collector frees."""

    def __init__(self):
        self.own = self


@pytest.fixture
def nothing_collected_by_itself():
    frozen = gc.get_freeze_count() > 0  # by the suite
    gc.unfreeze()
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()
    if frozen:
        gc.collect()
        gc.freeze()


@pytest.mark.usefixtures("nothing_collected_by_itself")
def test_what_was_made_within_it_is_freed_and_what_was_there_is_not_looked_at():
    gc.collect()
    before = weakref.ref(Circle())
    with given_back():
        within = weakref.ref(Circle())
    assert within() is None
    assert before() is not None
    assert gc.get_freeze_count() == 0
    gc.collect()
    assert before() is None


@pytest.mark.usefixtures("nothing_collected_by_itself")
def test_what_somebody_else_has_put_aside_stays_there():
    gc.freeze()
    count = gc.get_freeze_count()
    with given_back():
        within = weakref.ref(Circle())
    assert within() is None
    assert gc.get_freeze_count() == pytest.approx(count, abs=10)  # what has died since is counted no more


@pytest.mark.usefixtures("nothing_collected_by_itself")
def test_an_error_leaves_nothing_put_aside():
    with pytest.raises(ValueError, match="no figure"), given_back():
        raise ValueError("no figure")
    assert gc.get_freeze_count() == 0


@pytest.mark.parametrize(("first", "within"), [(700, NEW_OBJECTS), (0, 0), (10 * NEW_OBJECTS, 10 * NEW_OBJECTS)])
def test_within_it_garbage_is_looked_for_less_often_and_afterwards_as_before(first, within):
    before = gc.get_threshold()
    try:
        gc.set_threshold(first, 7, 5)
        with pytest.raises(ZeroDivisionError), seldom_searched():
            assert gc.get_threshold()[:2] == (within, 7)
            _ = 1 / 0
        assert gc.get_threshold()[:2] == (first, 7)
    finally:
        gc.set_threshold(*before)
