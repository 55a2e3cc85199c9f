"""The catalogue, a page for each entry with a figure of what it says, from the entries themselves."""

import warnings
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from reference_pages import write
from sphinx.application import Sphinx

from alpfit import likelihoods
from alpfit.likelihoods import Measurement
from alpfit.likelihoods.forms import FORMS
from alpfit.plots.style import BLUE, COLUMN_WIDTH, SKY, VERMILLION, paper_style
from alpfit.scenarios import quantity_for

FOLDER = "reference/catalogue"
DIGESTS = ".digests"
"""Of the entries whose figures are there, which are not drawn anew."""


def mathtext(name: str) -> str:
    """An observable's or parameter's label with its unit."""
    quantity = quantity_for(name)
    return f"${quantity.label}$" + (f" [{quantity.unit}]" if quantity.unit else "")


def curve(axes: Any, form: Any) -> None:
    """A bound against a mass."""
    axes.plot(form.masses, form.bounds, color=BLUE)
    axes.fill_between(form.masses, form.bounds, axes.get_ylim()[1], color=SKY, alpha=0.4, linewidth=0)
    axes.set(xlabel=mathtext(form.abscissa), ylabel=mathtext(form.observable))
    axes.set_yscale("log")


def surface(axes: Any, form: Any) -> None:
    """Bounds against a mass, a line for each of some lifetimes."""
    stable = [k for k, lifetime in enumerate(form.lifetimes) if np.isfinite(form.bounds[:, k]).any()]
    for k in stable[:: max(len(stable) // 5, 1)]:
        lifetime = form.lifetimes[k]
        label = "stable" if np.isinf(lifetime) else f"{lifetime:.3g} s"
        axes.plot(form.masses, form.bounds[:, k], label=label)
    axes.legend(fontsize=6)
    axes.set(xlabel=mathtext(form.abscissa), ylabel=mathtext(form.observable))
    axes.set_yscale("log")


def contour(axes: Any, form: Any) -> None:
    """An excluded region."""
    axes.fill(form.masses, form.couplings, color=SKY, alpha=0.6, edgecolor=BLUE)
    axes.set(xlabel=mathtext(form.abscissa), ylabel=mathtext(form.observables[0]))
    axes.set_xscale("log")
    axes.set_yscale("log")


def band(axes: Any, form: Any) -> None:
    """A best value and its interval against a mass."""
    axes.fill_between(form.masses, form.lower, form.upper, color=SKY, alpha=0.6, linewidth=0, label="68 %")
    axes.plot(form.masses, form.best, color=BLUE, label="best")
    axes.axhline(0.0, color="0.5", linewidth=0.5)
    axes.legend()
    axes.set(xlabel=mathtext(form.abscissa), ylabel=mathtext(form.observable))


def parabola(axes: Any, form: Any) -> None:
    """A best value and its width against an energy."""
    axes.fill_between(form.energies, form.best - form.sigma, form.best + form.sigma, color=SKY, alpha=0.6, linewidth=0)
    axes.plot(form.energies, form.best, color=BLUE, linewidth=0.6)
    axes.set(xlabel="energy [GeV]", ylabel=mathtext(form.observable), xscale="log")


def spectrum(axes: Any, form: Any) -> None:
    """What a signal gains, against its mass and rate."""
    masses, ratios = np.linspace(0.1, 4.7, 60), np.linspace(0.0, 2e-5, 50)
    grid = np.meshgrid(masses, ratios)
    log_l = form.loglike({form.observable: grid[1].ravel(), form.abscissa: grid[0].ravel()}).reshape(grid[0].shape)
    gain = np.clip(2.0 * (log_l - log_l[0]), -20.0, None)
    image = axes.pcolormesh(masses, 1e6 * ratios, gain, cmap="RdBu_r", vmin=-15, vmax=15, rasterized=True)
    axes.figure.colorbar(image, label=r"$2\Delta\ln L$ over no signal")
    axes.set(xlabel=mathtext(form.abscissa), ylabel=rf"$10^6\,${mathtext(form.observable)}")


def likelihood_of_one(axes: Any, measurement: Measurement) -> None:
    """-2 ln L against the one number that is measured, relative to its best."""
    others = {"m_a": 0.1, "Omega_h2_theory_error": 0.0}
    observable = measurement.observables[0]
    scale = _scale(measurement)
    x = np.linspace(0.0, 3.0 * scale, 400)
    at = {name: np.full(x.size, others.get(name, 0.0)) for name in measurement.observables}
    log_l = measurement.loglike({**at, observable: x})
    axes.plot(x, -2.0 * (log_l - np.nanmax(log_l)), color=BLUE)
    axes.axhline(2.71, color=VERMILLION, linewidth=0.6, linestyle="--", label="2.71")
    axes.legend()
    axes.set(xlabel=mathtext(observable), ylabel=r"$-2\Delta\ln L$", ylim=(0.0, 10.0))


def _scale(measurement: Measurement) -> float:
    """About how large the measured number is."""
    form: Any = measurement.form
    if hasattr(form, "value"):
        return float(form.value)
    if hasattr(form, "bound") and isinstance(form.bound, float):
        return float(form.bound)
    return 5.0 * float(np.sqrt(max(form.n_observed, 1.0)) / form.events_per_unit)


DRAWN: Mapping[str, Callable[[Any, Any], None]] = {
    "limit-curve": curve,
    "limit-surface": surface,
    "contour": contour,
    "two-body-band": band,
    "parabola": parabola,
    "binned": spectrum,
}
"""What is drawn of a form; of the others ln L against what is measured."""


def draw(measurement: Measurement, path: Path) -> None:
    """The figure of an entry."""
    with paper_style():
        from matplotlib.figure import Figure

        figure = Figure(figsize=(1.3 * COLUMN_WIDTH, 0.9 * COLUMN_WIDTH), layout="constrained")
        axes = figure.add_subplot()
        form: Any = measurement.form
        if measurement.form_name in DRAWN:
            DRAWN[measurement.form_name](axes, form)
        elif getattr(form, "bounds", None) is not None and len(form.bounds):
            curve(axes, form)
        else:
            likelihood_of_one(axes, measurement)
        figure.savefig(path, dpi=150)


def page(measurement: Measurement) -> Iterator[str]:
    """What is known of an entry."""
    title, *lines = measurement.describe().splitlines()
    yield from (f"# {measurement.name}", "", title.split(": ", 1)[-1], "")
    if measurement.form_name != "edge":
        yield from (f"![What {measurement.name} says]({measurement.name}.png)", "")
    for line in lines:
        key, _, said = line.strip().partition(": ")
        yield f"- **{_plain(key)}**: {_plain(said)}" if said else f"- {_plain(key)}"
    yield from ("", "To cite:", "")
    for reference in measurement.references:
        address = f"https://doi.org/{reference.doi}" if reference.doi else f"https://arxiv.org/abs/{reference.eprint}"
        yield f"- {reference.collaboration or reference.author}, *{reference.title}*, [{reference.key}]({address})"
    yield ""


def _plain(text: str) -> str:
    """Text in which nothing is a mark of MyST's."""
    for mark in ("\\", "*", "_", "<", "[", "$", "`"):
        text = text.replace(mark, f"\\{mark}")
    return text


def index(by_form: Mapping[str, list[Measurement]]) -> Iterator[str]:
    """The list of all entries."""
    yield from ("# The catalogue", "", "A page for each entry, from what stands in its folder of `likelihoods/`.", "")
    for name in FORMS:
        if by_form[name]:
            yield from (f"## Form `{name}`", "", "| entry | what | level |", "|---|---|---|")
            for one in by_form[name]:
                yield f"| [{one.name}]({one.name}.md) | {_plain(one.title)} | {_plain(one.source.confidence_level)} |"
            yield ""
    yield from ("```{toctree}", ":hidden:", "", *sorted(one.name for many in by_form.values() for one in many), "```")


def write_pages(app: Sphinx) -> None:
    """Write the pages, and draw the figures of what is new."""
    folder = Path(app.srcdir) / FOLDER
    by_form: dict[str, list[Measurement]] = defaultdict(list)
    folder.mkdir(parents=True, exist_ok=True)
    known = folder / DIGESTS
    drawn = set(known.read_text().split()) if known.exists() else set()
    for name in likelihoods.names():
        measurement = likelihoods.load(name)
        by_form[measurement.form_name].append(measurement)
        write(folder, f"{name}.md", page(measurement))
        if measurement.digest not in drawn and measurement.form_name != "edge":
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                draw(measurement, folder / f"{name}.png")
    write(folder, "index.md", index(by_form))
    known.write_text("\n".join(one.digest for many in by_form.values() for one in many))


def setup(app: Sphinx) -> dict[str, bool]:
    """Sphinx' way in."""
    app.connect("builder-inited", write_pages)
    return {"parallel_read_safe": True}
