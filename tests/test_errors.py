"""Error messages: what is allowed, the nearest first, and pydantic's complaints in one sentence."""

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from alpfit.errors import (
    AlpfitError,
    CatalogueError,
    ConfigurationError,
    PredictionError,
    RunFolderError,
    one_of,
    validation_sentence,
)

ENTRIES = ["planck_relic_2018", "belle2_bknunu_2023", "babar_bkinv_2013"]


class Inner(BaseModel):
    """A table within a table."""

    model_config = ConfigDict(extra="forbid")

    n_live: int = Field(default=500, ge=20)
    seed: int


class Outer(BaseModel):
    """A table with a rule of its own."""

    model_config = ConfigDict(extra="forbid")

    sampler: Inner
    low: float = 0.0
    high: float = 1.0

    @model_validator(mode="after")
    def _ordered(self):
        if self.low > self.high:
            raise ValueError(f"low = {self.low:g} is above high = {self.high:g}")
        return self


def sentence(document):
    with pytest.raises(ValidationError) as caught:
        Outer.model_validate(document)
    return validation_sentence(caught.value)


@pytest.mark.parametrize("error", [CatalogueError, ConfigurationError, PredictionError, RunFolderError])
def test_every_error_of_the_user_is_an_alpfit_error(error):
    assert issubclass(error, AlpfitError)


@pytest.mark.parametrize("typed", ["planck_relic_2019", "planck_relik_2018", "planck", "planck_relic"])
def test_the_nearest_name_is_suggested_before_all_that_are_allowed(typed):
    expected = "did you mean 'planck_relic_2018'? allowed: babar_bkinv_2013, belle2_bknunu_2023, planck_relic_2018"
    assert one_of(typed, ENTRIES) == expected


@pytest.mark.parametrize("typed", ["xyz", "", "42"])
def test_nothing_is_suggested_where_nothing_is_near(typed):
    assert one_of(typed, ENTRIES) == "allowed: babar_bkinv_2013, belle2_bknunu_2023, planck_relic_2018"


def test_with_nothing_allowed_nothing_is_suggested():
    assert one_of("anything", []) == "there is none"


def test_a_missing_value_is_called_missing():
    assert sentence({"sampler": {}}) == "sampler.seed is missing"


def test_an_unknown_key_is_called_unknown():
    assert sentence({"sampler": {"seed": 1, "colour": "blue"}}) == "sampler.colour is not known here"


def test_a_bad_value_is_quoted_with_its_place():
    assert sentence({"sampler": {"seed": 1, "n_live": 5}}) == (
        "sampler.n_live = 5: must be greater than or equal to 20"
    )
    assert sentence({"sampler": {"seed": "one"}}).startswith("sampler.seed = 'one': must be a valid integer")


def test_a_rule_of_the_whole_speaks_for_itself():
    assert sentence({"sampler": {"seed": 1}, "low": 2.0}) == "low = 2 is above high = 1"


def test_only_the_first_problem_is_told():
    assert sentence({"low": "a", "high": "b", "sampler": {}}) == "sampler.seed is missing"
