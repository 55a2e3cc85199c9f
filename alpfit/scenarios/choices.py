"""The choices of the ALP portal, tables of a run's input: which engine, which plasma, which form factors."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field

from alpfit.physics.ckm import CKM
from alpfit.physics.form_factors import FORM_FACTORS
from alpfit.physics.mesons import TOP_MASSES
from alpfit.relic import CLOSURES, ENGINES, PLASMAS, resolve_annihilation_scale


@dataclass(frozen=True)
class Choices:
    """Names of the variants of the physics, each a key of the dictionary of its kind: both tables in one.

    ``self_scattering`` is that of chi through the ALP, for the engine "fbe"; ``closure`` that of "cbe".

    >>> from alpfit.scenarios import Choices, SCENARIOS
    >>> chosen = Choices(engine="nbe", plasma="borsanyi-2016")
    >>> SCENARIOS["invisible"](chosen).methods  # for each there is a paper to cite
    ('hpqcd2022', 'nbe', 'borsanyi-2016')
    """

    engine: str = "cbe"
    self_scattering: bool = True
    closure: str = "pressure"
    annihilation_scale: str | float = "unitary"
    plasma: str = "saikawa-shirai-2018"
    form_factor: str = "hpqcd2022"
    top_mass: str = "msbar"
    ckm: str = "flavio-2.7.1"


DEFAULT = Choices()
"""The choices that are not made otherwise."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class RelicTable(_Table):
    """``[relic]``: the engine and its variants, the factor on the annihilation cross-section, and the plasma."""

    choices: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {"engine": ENGINES, "closure": CLOSURES, "plasma": PLASMAS}
    )

    engine: str = Choices.engine
    self_scattering: bool = Choices.self_scattering
    closure: str = Choices.closure
    annihilation_scale: str | Annotated[float, Field(strict=True)] = Choices.annihilation_scale
    plasma: str = Choices.plasma


class PhysicsTable(_Table):
    """``[physics]``: choices in the decays that make ALPs."""

    choices: ClassVar[Mapping[str, Mapping[str, Any]]] = MappingProxyType(
        {"form_factor": FORM_FACTORS, "top_mass": TOP_MASSES, "ckm": CKM}
    )

    form_factor: str = Choices.form_factor
    top_mass: str = Choices.top_mass
    ckm: str = Choices.ckm


TABLES: Mapping[str, type] = MappingProxyType({"relic": RelicTable, "physics": PhysicsTable})
"""The tables of a run's input that are the ALP portal's own."""


def choices_of(tables: Mapping[str, BaseModel]) -> Choices:
    """What stands in the two tables; raises :class:`ConfigurationError` for an unknown factor on the cross-section."""
    choices = Choices(**tables["relic"].model_dump(), **tables["physics"].model_dump())
    resolve_annihilation_scale(choices.annihilation_scale)
    return choices
