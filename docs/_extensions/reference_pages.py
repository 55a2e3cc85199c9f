"""Pages of the reference that are written from the code: keys of the TOML file, and the command line."""

import inspect
import re
import types
import typing
from collections.abc import Iterator, Mapping
from enum import Enum
from pathlib import Path
from types import MappingProxyType
from typing import Any

import typer
from pydantic import BaseModel
from pydantic_core import PydanticUndefined
from sphinx.application import Sphinx

from alpfit.cli.main import app as program
from alpfit.config.tables import Configuration, Formula
from alpfit.inference.joint import JOINT
from alpfit.inference.parallel import EXECUTORS, Parallel
from alpfit.inference.priors import PRIORS
from alpfit.inference.samplers import DEFAULT_SAMPLER, SAMPLERS
from alpfit.likelihoods.entry import Entry
from alpfit.likelihoods.exposure import ErrorClass, Exposure
from alpfit.likelihoods.forms import FORMS
from alpfit.likelihoods.share import Share
from alpfit.likelihoods.source import Reference, Source
from alpfit.scenarios import SCENARIOS

FOLDER = "reference/generated"
FAMILIES: Mapping[str, Any] = MappingProxyType({"executor": EXECUTORS, "form": FORMS})
"""Of keys that hold a name: the names that there are."""

TAKEN = "in their place: what stands there is taken into the input when it is read."
WRITTEN_AS: Mapping[str, str] = MappingProxyType(
    {
        "tabulated": f"An input has `file`, a CSV file of two columns, x and the density there, {TAKEN}",
        "kernels": f'An input has `prior = "run"` with `run`, a run folder whose samples are the centres, {TAKEN}',
    }
)
"""Of priors whose numbers stand elsewhere: how they are written."""

TABLES = {"scenario", "likelihoods", "projection", "checkpoint_interval"}
"""Keys of the input that stand in no table."""


def prose(documented: Any) -> str:
    """A docstring in MyST: double backquotes are one there, and roles are names."""
    text = inspect.getdoc(documented) or ""
    return in_myst(text)


def in_myst(text: str, *, literal: bool = False) -> str:
    """``text`` with reStructuredText's literals and roles as MyST has them, and indented formulas as they stand."""
    text = re.sub(r":\w+:`~?(?:[\w.]*\.)?([\w]+)`", r"`\1`", text).replace("``", "`")
    return re.sub(r"^(?=[^\s`][^\n]*[*_$<])([^\n]*)$", _marked, text, flags=re.M) if literal else text


def _marked(line: re.Match[str]) -> str:
    """A line in which signs of MyST's are what they are, outside of code."""
    parts = re.split(r"(`[^`]*`)", line[0])
    return "".join(part if part.startswith("`") else re.sub(r"([*_$<])", r"\\\1", part) for part in parts)


NAMED: Mapping[Any, str] = {float: "number", int: "whole number", str: "text", bool: "true or false", Any: "anything"}
"""Types as a reader of the TOML file knows them."""


def kind(annotation: Any) -> str:
    """A type as a reader of the TOML file knows it."""
    origin, inside = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is typing.Annotated:
        found = kind(inside[0])
    elif origin is typing.Literal:
        found = " or ".join(f'`"{value}"`' if isinstance(value, str) else f"`{value}`" for value in inside)
    elif origin in (typing.Union, types.UnionType):
        found = " or ".join(dict.fromkeys(kind(one) for one in inside if one is not type(None)))
    elif origin in (list, tuple):
        found = f"list of {kind(inside[0])}" if inside else "list"
    elif isinstance(annotation, type) and issubclass(annotation, Enum):
        found = " or ".join(f'`"{one.value}"`' for one in annotation)
    else:
        found = NAMED.get(annotation, "table")
    return found


def limits(field: Any) -> str:
    """What a value must be beside its type."""
    signs = {"gt": ">", "ge": "≥", "lt": "<", "le": "≤", "min_length": "at least"}
    found = []
    for one in field.metadata:
        parts = getattr(one, "__dict__", {}) or {name: getattr(one, name, None) for name in signs}
        if parts.get("min_length") == 1:
            found.append("not empty")
            continue
        found += [
            f"{sign} {parts[name]:g}" for name, sign in signs.items() if isinstance(parts.get(name), (int, float))
        ]
    return ", ".join(found)


def default(field: Any) -> str:
    """What stands for a key that is left out."""
    if field.default_factory_takes_validated_data:
        return "follows from the others"
    value = field.get_default(call_default_factory=True)
    if value is PydanticUndefined:
        return "must be given"
    if value is None or isinstance(value, BaseModel) or value in ({}, [], ()):
        return ""
    text = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    return f'`"{text}"`' if isinstance(text, str) and not isinstance(value, bool) else f"`{text}`"


def table(fields: Mapping[str, Any], choices: Mapping[str, Any] = MappingProxyType({})) -> Iterator[str]:
    """The lines of a table of keys; ``choices`` has the families that names are of."""
    if not fields:
        return
    yield from ("| key | is | and | if left out |", "|---|---|---|---|")
    for name, field in fields.items():
        family = [f'`"{one}"`' for one in choices.get(name, ())]
        cells = (
            f"`{field.alias or name}`",
            " or ".join(family) or kind(field.annotation),
            limits(field),
            default(field),
        )
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"
    yield ""


def models(made_of: Any, *, without: tuple[str, ...] = ()) -> Iterator[str]:
    """What a table of the input says of itself, and its keys; ``made_of`` is pydantic's model or dataclass of it."""
    yield from (prose(made_of), "")
    fields = getattr(made_of, "model_fields", None) or made_of.__pydantic_fields__
    chosen = {name: field for name, field in fields.items() if name not in without}
    yield from table(chosen, getattr(made_of, "choices", FAMILIES))


def options_of(scenario: Any) -> Mapping[str, type]:
    """The tables that are a scenario's own."""
    return typing.cast(Mapping[str, type], scenario.tables())


def toml_page() -> Iterator[str]:
    """All keys of the input."""
    yield from ("# The TOML file", "")
    yield "Every key that a fit may have, from the code that reads it. What is unknown is refused, with what was meant."
    yield "`run.toml` in a run folder is the same file with every default filled in."
    yield from ("", "## Keys outside of tables", "")
    yield from (prose(Configuration), "")
    yield from table({name: field for name, field in Configuration.model_fields.items() if name in TABLES})
    yield from (
        "## Parameters",
        "",
        "`[parameters]` has a line for each: a number, a formula in quotes, or a prior.",
        "",
    )
    for name, prior in PRIORS.items():
        yield from (f'### `prior = "{name}"`', "")
        yield from models(prior, without=("prior",))
        yield from (WRITTEN_AS.get(name, ""), "")
    yield "### A published value"
    yield ""
    yield '`f0_scale = "published"`: the prior of the literature for a number that is 1 if it is not named.'
    yield from ("", "### A formula with a label", "", "In `[parameters]` and in `[derived]`.", "")
    yield from models(Formula)
    yield from ("## Densities of several parameters", "", "`[joint.NAME]`, where NAME is yours.", "")
    for name, joint in JOINT.items():
        yield from (f'### `prior = "{name}"` of several', "")
        yield from models(joint, without=("prior",))
        yield from (WRITTEN_AS.get(name, ""), "")
    yield from ("## Samplers", "", f"`[sampler]`; `name` is `{DEFAULT_SAMPLER}` if it is left out.", "")
    for name, sampler in SAMPLERS.items():
        yield from (f"### `{name}`", "")
        yield from models(sampler, without=("name",))
    yield from ("## Where it runs", "", "`[parallel]`", "")
    yield from models(Parallel)
    tables = {
        (heading, options): name for name, one in SCENARIOS.items() for heading, options in options_of(one).items()
    }
    for heading, options in tables:
        yield from (f"## `[{heading}]` of the ALP portal", "")
        if issubclass(options, BaseModel):
            yield from models(options)
    yield from ("## Options of likelihoods", "")
    yield "`[options.ENTRY]` changes those keys of an entry's `[data]` that the entry names in its `options`, and"
    yield "`method` of a limit; `alpfit likelihoods ENTRY` shows them with their values. What they mean stands with the"
    yield from ("forms in [the entry's file](entry.md).", "")


def entry_page() -> Iterator[str]:
    """All keys of a measurement."""
    yield from ("# The file of a measurement", "", "`likelihood.toml`, in a folder that is named like the entry.", "")
    for heading, model in {"": Entry, "[source]": Source, "[[references]]": Reference, "[rescale]": Share}.items():
        if heading:
            yield from (f"## `{heading}`", "")
        yield from models(model)
    yield from ("## `[forecast]` and `[[forecast.errors]]`", "")
    yield from models(Exposure)
    yield from models(ErrorClass)
    yield from ("## `[data]` by form", "", "Beside these keys a table has the columns that they name.", "")
    for name, form in FORMS.items():
        read = {key: field for key, field in form.model_fields.items() if not is_array(field)}
        yield from (f"### `{name}`", "", in_myst(inspect.getdoc(inspect.getmodule(form)) or "", literal=True), "")
        yield from table(read)


def is_array(field: Any) -> bool:
    """Whether a field is read from a table, not from the file itself."""
    return "ndarray" in str(field.annotation)


def named(argument: Any) -> str:
    """An argument as the command line writes it."""
    return str(argument.metavar or argument.name).upper().strip("[]")


def command_page() -> Iterator[str]:
    """All verbs and their options."""
    group: Any = typer.main.get_command(program)
    yield from (
        "# The command line",
        "",
        "What `alpfit VERB --help` says. Exit codes: 0, done; 2, the input or the command",
    )
    yield "line is wrong; 3, done, but a target was missed; 130, interrupted."
    yield ""
    for name, command in group.commands.items():
        yield from (f"## `alpfit {name}`", "", in_myst(inspect.cleandoc(command.help or "")), "")
        arguments = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option"]
        usage = " ".join(
            (named(one) if one.required else f"[{named(one)}]") + ("..." if one.nargs == -1 else "")
            for one in arguments
        )
        yield from ("```text", f"alpfit {name} {usage} [OPTIONS]".replace("  ", " "), "```", "")
        rows = [(f"`{named(one)}`", getattr(one, "help", "")) for one in arguments]
        rows += [(", ".join(f"`{flag}`" for flag in (*one.opts, *one.secondary_opts)), one.help) for one in options]
        yield from ("| | |", "|---|---|")
        for flags, said in rows:
            yield f"| {flags} | {in_myst(said or '').replace('|', chr(92) + '|').replace(chr(10), ' ')} |"
        yield ""


def write(folder: Path, name: str, lines: Iterator[str]) -> None:
    """Write a page, if it is another than the one that is there."""
    path, text = folder / name, "\n".join(lines) + "\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def write_pages(app: Sphinx) -> None:
    """Write the pages before they are read."""
    folder = Path(app.srcdir) / FOLDER
    write(folder, "toml.md", toml_page())
    write(folder, "entry.md", entry_page())
    write(folder, "commands.md", command_page())


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx' way in."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
