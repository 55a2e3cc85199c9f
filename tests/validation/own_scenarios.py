"""Scenarios of one's own, as files: one that is good, and what can be wrong with one."""

GOOD = '''
import numpy as np

from alpfit.scenarios import Parameter, Scenario


class Line(Scenario):
    """A particle X from B+ -> K+ X, seen as missing energy."""

    parameters = {
        "m_X": Parameter("m_X", "GeV", range=(0.01, 4.7)),
        "BR": Parameter(r"\\mathrm{BR}", range=(0.0, 1e-3), logarithmic=True),
    }
    plane = ("m_X", "BR")

    def predict(self, points):
        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"]}

    def without_signal(self, points):
        return {**points, "m_a": points["m_X"], "BR(B+->K+ a(inv))": np.zeros_like(points["m_X"])}
'''

TOML = """\
scenario = "./line.py"
likelihoods = ["belle2_bkx_recast_2025"]

[parameters]
m_X = { prior = "uniform", min = 0.5, max = 4.0 }
BR = { prior = "log-uniform", min = 1e-7, max = 1e-4 }

[derived]
rate = { expression = "1e6*BR", label = "10^6 B" }

[sampler]
name = "dynesty"
n_live = 30
dlogz = 2.0
"""


def predict(body: str) -> str:
    """The good one with another body of ``predict``."""
    before, _, rest = GOOD.partition('        return {"m_a": points["m_X"], "BR')
    return f"{before}{body}\n{rest.partition(chr(10))[2]}"


def attribute(line: str) -> str:
    """The good one with another ``line`` among its attributes."""
    return GOOD.replace('    plane = ("m_X", "BR")\n', f'    plane = ("m_X", "BR")\n    {line}\n')


QUANTITY = "parameters = {**parameters, 'g': "

BAD = {
    "syntax": (
        GOOD.replace("class Line(Scenario):", "class Line(Scenario)"),
        "cannot be loaded: SyntaxError in line 7",
    ),
    "raises when loaded": (GOOD + "\n1 / 0\n", "cannot be loaded: ZeroDivisionError in line 22: division by zero"),
    "not installed": ("import nowhere\n" + GOOD, "cannot be loaded: ModuleNotFoundError in line 1: No module named"),
    "no scenario": ("x = 1\n", "has no scenario: a class with parameters and predict"),
    "two": (GOOD + "\n\nclass Other(Line):\n    pass\n", "has 2 scenarios: say which, "),
    "ends": (GOOD + "\nraise SystemExit\n", "ends the program when it is loaded"),
    "raises": (predict('        raise ValueError("too heavy")'), "predict raises ValueError in line 17: too heavy"),
    "nothing": (predict("        pass"), "predict returns None: it must return a dictionary of observables"),
    "shape": (
        predict('        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"][:1]}'),
        "predict returns an array of shape (1,) for 'BR(B+->K+ a(inv))', and (",
    ),
    "text": (
        predict('        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": "much"}'),
        "predict returns 'much' for 'BR(B+->K+ a(inv))': it must return real numbers",
    ),
    "not a number": (
        predict('        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"] * np.nan}'),
        "has no prediction anywhere: BR(B+->K+ a(inv)) is not a number",
    ),
    "changes its input": (
        predict('        points["m_X"] *= 2.0\n        return {"m_a": points["m_X"]}'),
        "predict changes its input 'm_X': let it work on a copy",
    ),
    "a parameter": (predict('        return {"m_X": points["m_X"]}'), "predict returns 'm_X', which is a parameter"),
    "missing": (
        predict('        return {"m_a": points["m_X"]}'),
        "'belle2_bkx_recast_2025' needs BR(B+->K+ a(inv)), which the scenario 'line' does not predict",
    ),
    "described and missing": (
        GOOD.replace('plane = ("m_X", "BR")', 'observables = {"x": Parameter("x")}'),
        "predict returns no 'x', which is among its observables",
    ),
    "another for one": (
        predict('        return {"m_a": points["m_X"], "BR(B+->K+ a(inv))": points["BR"] / points["BR"].size}'),
        "predict returns another 'BR(B+->K+ a(inv))' for a point alone than for the same point among others",
    ),
    "ends when called": (predict("        raise SystemExit"), "predict ends the program: let it raise an error"),
    "parameters, a list": (
        attribute("parameters = ['m_X']"),
        "parameters = ['m_X'] must be a dictionary, name to Para",
    ),
    "parameters, none": (attribute("parameters = {}"), "parameters is empty: give it a dictionary"),
    "a parameter, text": (attribute(QUANTITY + "'GeV'}"), "parameters['g'] = 'GeV' must be Parameter(LABEL, UNIT, "),
    "a range, one": (attribute(QUANTITY + "Parameter('g', range=(1,))}"), "the range of g = (1,) must be two numbers"),
    "a range, none": (attribute(QUANTITY + "Parameter('g', range=None)}"), "the range of g = None must be two numbers"),
    "a range, reversed": (
        attribute(QUANTITY + "Parameter('g', range=(2.0, 1.0))}"),
        "the range of g = (2.0, 1.0) must be two numbers, the smaller first",
    ),
    "optional, none": (attribute("optional = None"), "optional = None must be a dictionary, name to Parameter"),
    "observables, a list": (
        attribute("observables = ['m_a']"),
        "observables = ['m_a'] must be a dictionary, name to Q",
    ),
    "headline, text": (attribute("headline = 'm_a'"), "headline = 'm_a' must be a list of names"),
    "headline, unknown": (attribute("headline = ['m_b']"), "headline: 'm_b' is not predicted"),
    "plane, one": (attribute("plane = ('m_X',)"), "plane = ('m_X',) must be the names of two parameters"),
    "plane, unknown": (attribute("plane = ('m_X', 'g')"), "plane: 'g' is not known: allowed: BR, m_X"),
    "alternatives, text": (attribute("alternatives = 'm_X'"), "alternatives = 'm_X' must be a list of pairs"),
    "alternatives, unknown": (attribute("alternatives = [('m_X', 'g')]"), "alternatives: 'g' is not known"),
    "references, text": (attribute("references = 'me'"), "references = 'me' must be a list of dictionaries"),
    "references, texts": (attribute("references = ['me']"), "references: 'me' must be a dictionary with key"),
    "border, a number": (attribute("border = 3"), "border = 3 must be text"),
    "options, a dictionary": (attribute("Options = {'a': 1}"), "Options = {'a': 1} must be a class: a dataclass, or a"),
    "options, a plain class": (attribute("Options = int"), "Options = <class 'int'> must be a class: a dataclass, or"),
    "regimes, a number": (
        attribute("regimes = lambda self, ends: 3"),
        "regimes returns 3: it must return a dictionary",
    ),
    "no predict": (GOOD.replace("def predict", "def predicted"), "Line has no method predict: add it, which returns"),
}
"""A file, and how what is said of it goes on after its name."""
