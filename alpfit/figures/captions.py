"""What a figure's caption says of one run: what it was drawn from, and what was done."""

from collections.abc import Mapping, Sequence

from alpfit.errors import in_one_line
from alpfit.figures.input import DRAWS, FigureInput
from alpfit.figures.planes import GRID
from alpfit.inference.profiling import N_BINS

SMOOTHED = "regions are of a kernel density estimate, wider where there are fewer samples"


def of_the_corner(given: FigureInput) -> str:
    """The samples of one run or two."""
    if given.other is None:
        return f"{_samples(given)}; {SMOOTHED}."
    runs = [f"{one.name}: {_samples(one)}" for one in (given, given.other)]
    return f"{in_one_line('; '.join(runs))}; {SMOOTHED}."


def of_profiles(n_axes: int, given: FigureInput) -> str:
    """Which profiles of ``n_axes`` were refined, and what the others are."""
    better = given.better_profiles(n_axes)
    drawn = [(axis.name,) for axis in given.axes] if n_axes == 1 else [(x.name, y.name) for x, y in given.pairs]
    refined = [found for found in better if found.refined and found.names in drawn]
    finer = [found for found in better if not found.refined and found.names in drawn]
    parts = []
    if refined:
        parts.append(f"refined in {_bins([found.shape for found in refined])}: {_pairs([f.names for f in refined])}")
    if finer:
        parts.append(f"from samples in {_bins([found.shape for found in finer])}: {_pairs([f.names for f in finer])}")
    if len(refined) + len(finer) < len(drawn):
        bins = _bins([(N_BINS[n_axes],) * n_axes])
        parts.append(f"{'each' if not parts else 'the others'}, in {bins}, the best of {_samples(given)}")
    return f"Profiles: {'; '.join(parts)}."


def of_posteriors_and_profiles(given: FigureInput) -> str:
    """Both halves."""
    return f"Posterior: {SMOOTHED}. {of_profiles(2, given)}"


def of_the_plane(given: FigureInput) -> str:
    """The grid, and what was chosen."""
    chosen = [_values(given, {name: value}) for name, value in given.at.items()]
    chosen += [
        f"{name} from {low:.4g} to {_with_unit(given, name, high)}" for name, (low, high) in given.ranges.items()
    ]
    grid = f"On {GRID[0]} by {GRID[1]} points, between which lines are interpolated; numerals are those of the legend"
    chosen = [f"chosen: {', '.join(chosen)}"] if chosen else []
    return "; ".join([grid, *chosen, "the other parameters are those of the best fit"]) + "."


def of_draws(given: FigureInput) -> str:
    """How many samples were evaluated anew."""
    return f"The posterior is {min(DRAWS, int(given.samples.n_eff) or 1)} equally weighted samples of it."


def at_the_best(given: FigureInput) -> str:
    """The best fit."""
    return f"Best fit: {_values(given, given.best)}."


def of_the_run(given: FigureInput) -> str:
    """What the run fell short of, which goes with all that is shown of it; empty where it is nothing."""
    missed = "; ".join(in_one_line(sentence) for sentence in given.samples.shortfalls)
    return f"The run missed a target: {missed}." if missed else ""


def _samples(given: FigureInput) -> str:
    samples = given.samples
    sampler = given.configuration.sampler.name
    return f"{samples.log_l.size} samples of {sampler}, worth {samples.n_eff:.0f} independent ones"


def _values(given: FigureInput, values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} = {_with_unit(given, name, value)}" for name, value in values.items())


def _with_unit(given: FigureInput, name: str, value: float) -> str:
    known = given.configuration.quantities.get(name)  # what is none is refused where it is drawn
    unit = known.unit if known else ""
    for sign, plain in (("$", ""), ("{", ""), ("}", ""), ("\\,", " ")):
        unit = unit.replace(sign, plain)
    return f"{value:.4g} {unit}".rstrip()


def _bins(shapes: Sequence[tuple[int, ...]]) -> str:
    said = dict.fromkeys(" by ".join(map(str, shape)) for shape in shapes)
    return f"{' or '.join(said)} bins"


def _pairs(names: Sequence[tuple[str, ...]]) -> str:
    return ", ".join(" and ".join(pair) for pair in names)
