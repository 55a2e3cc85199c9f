"""What a calculation returns: its statuses in words, its warnings, and that nobody can change it by accident."""

from dataclasses import FrozenInstanceError, fields, replace
from xml.etree import ElementTree as ET

import numpy as np
import pytest

from alpfit.relic import Evolution, RelicDensity, Status

NUMBERS = ("omega_h2", "x_fo", "x_kd", "elastic_rate", "late_annihilation")


def result(status, late_annihilation=0.0) -> RelicDensity:
    """A result in which nothing but these two columns means anything."""
    status = np.asarray(status)
    columns = {name: np.ones(status.shape) for name in NUMBERS}
    columns["late_annihilation"] = np.broadcast_to(np.asarray(late_annihilation, dtype=float), status.shape)
    return RelicDensity(**columns, status=status)


def test_every_status_has_a_message_of_its_own():
    assert len({status.message for status in Status}) == len(Status)
    assert all(status.message for status in Status)


def test_messages_say_what_happened():
    assert Status.OK.message == "solved"
    assert "not in full equilibrium" in Status.NEVER_EQUILIBRATED.message
    assert "couplings are too small" in Status.NEVER_EQUILIBRATED.message
    assert "steps" in Status.STEP_LIMIT.message
    assert "engine nbe" in Status.NEVER_EQUILIBRATED.message
    assert "if there is none at T = 10 m_a" in Status.FREEZE_IN.message
    assert "depends on the temperature at which that begins" in Status.UNKNOWN_BEGINNING.message


def test_a_result_has_a_message_for_each_point_in_its_own_shape():
    statuses = result([[0, 1], [2, 0]])
    assert statuses.messages.tolist() == [
        [Status.OK.message, Status.NEVER_EQUILIBRATED.message],
        [Status.STEP_LIMIT.message, Status.OK.message],
    ]
    assert result(1).messages.shape == ()
    assert str(result(1).messages) == Status.NEVER_EQUILIBRATED.message


def test_of_no_points_there_are_no_messages():
    assert result(np.zeros((0, 3), dtype=int)).messages.shape == (0, 3)


def test_ok_is_where_the_status_has_a_number_and_from_nothing_where_that_is_of_freeze_in():
    statuses = result([0, 1, 2, 3, 4, 5, 6])
    assert statuses.ok.tolist() == [True, False, False, False, False, True, False]
    assert statuses.from_nothing.tolist() == [False] * 5 + [True, False]
    assert result(5).from_nothing.shape == ()
    assert isinstance(result(0).ok, np.ndarray)
    assert result(0).ok.shape == ()


def test_a_thousandth_is_the_limit_of_late_annihilation():
    late = result([0, 0, 0, 1], [0.99e-3, 1.01e-3, 0.0, np.nan])
    assert late.still_annihilating.tolist() == [False, True, False, False]
    assert result(0).still_annihilating.shape == ()


def test_self_scattering_may_be_unknown():
    assert result(0).self_scattering is None


@pytest.mark.parametrize("name", [field.name for field in fields(RelicDensity)])
def test_no_column_of_a_result_can_be_replaced(name):
    with pytest.raises(FrozenInstanceError):
        setattr(result(0), name, np.zeros(()))


@pytest.mark.parametrize("name", [field.name for field in fields(Evolution)])
def test_no_column_of_a_history_can_be_replaced(name):
    history = Evolution(*(np.ones(2) for _ in fields(Evolution)))
    with pytest.raises(FrozenInstanceError):
        setattr(history, name, np.zeros(2))


def rows_of(result):
    """What a notebook shows."""
    return [[cell.text for cell in row] for row in ET.fromstring(result._repr_html_()).iter("tr")]


def test_a_notebook_shows_one_point_as_a_list():
    one = replace(result(0), alp_rate=np.array(2.345678))
    assert rows_of(one) == [
        *(["omega_h2", "1"], ["x_fo", "1"], ["x_kd", "1"], ["status", "solved"]),
        *(["elastic_rate", "1"], ["late_annihilation", "0"], ["alp_rate", "2.346"]),
    ]


def test_a_notebook_shows_several_points_as_rows():
    header, first, *_, last = rows_of(result([[0, 1], [2, 0]]))
    assert header == [None, "omega_h2", "x_fo", "x_kd", "status", "elastic_rate", "late_annihilation"]
    assert first == ["0, 0", "1", "1", "1", "solved", "1", "0"]
    assert last[0] == "1, 1"


@pytest.mark.parametrize(("n", "rows", "end"), [(0, 0, ""), (20, 20, "19"), (21, 21, "1 more"), (1000, 21, "980 more")])
def test_a_notebook_shows_no_more_than_twenty_points_and_says_how_many_there_are(n, rows, end):
    shown = rows_of(result(np.zeros(n, dtype=int)))[1:]
    assert len(shown) == rows
    assert not shown or shown[-1][0] == end
