"""Where ln L of a run steps: the ends of searches and tables that its prior holds."""

from alpfit.inference.problem import Problem
from alpfit.inference.profiling.binning import prior_ends
from alpfit.inference.profiling.steps import Steps
from alpfit.inference.samples import Samples


def steps_within(problem: Problem, samples: Samples) -> Steps:
    """The steps of each measurement that lie inside the prior; of a derived quantity, between the ``samples``.

    A quantity that is fixed has none.
    """
    ends = {name: prior_ends(prior) for name, prior in problem.priors.items()}
    ends |= {name: (float(values.min()), float(values.max())) for name, values in samples.derived.items()}
    found = {}
    for entry, steps in problem.likelihood.steps.items():
        inside = [s for s in steps if s.abscissa in ends and ends[s.abscissa][0] < s.place < ends[s.abscissa][1]]
        if inside:
            found[entry] = tuple(sorted(inside))
    return found


def in_a_sentence(steps: Steps) -> str:
    """All ``steps``, and what they mean for minimisation; empty without any."""
    places = sorted((step, entry) for entry, of_entry in steps.items() for step in of_entry)
    if not places:
        return ""
    return (
        f"ln L has steps at {', '.join(step.text(entry) for step, entry in places)}: where the best points of "
        "neighbouring bins lie on both sides of one, a profile steps with it, whatever its quantities are"
    )
