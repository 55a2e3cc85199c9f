"""Formulas that a user writes in place of a number: parsed and evaluated by simpleeval, on arrays, without ``eval``.

They have numbers, + - * / **, comparisons, the functions and constants below, and names; a name that is no identifier,
such as BR(a->inv) or lambda, stands in quotes.
"""

import ast
import operator
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray
from simpleeval import InvalidExpression, SimpleEval

from alpfit.errors import ConfigurationError, in_one_line, one_of

Array = NDArray[np.float64]

ONE: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {
        **{name: getattr(np, name) for name in ("sqrt", "exp", "log", "log10", "log2", "abs")},
        **{name: getattr(np, name) for name in ("sin", "cos", "tan", "sinh", "cosh", "tanh")},
        "asin": np.arcsin,
        "acos": np.arccos,
        "atan": np.arctan,
        "asinh": np.arcsinh,
        "acosh": np.arccosh,
        "atanh": np.arctanh,
    }
)
TWO: Mapping[str, Callable[..., Any]] = MappingProxyType(
    {"min": np.minimum, "max": np.maximum, "atan2": np.arctan2, "hypot": np.hypot}
)
FUNCTIONS: Mapping[str, Callable[..., Any]] = MappingProxyType({**ONE, **TWO, "where": np.where})
"""Of one argument, of two, and where(condition, then, otherwise)."""
CONSTANTS: Mapping[str, float] = MappingProxyType({"pi": float(np.pi)})

OPERATORS: Mapping[type, Callable[..., Any]] = MappingProxyType(
    {
        ast.Add: operator.add,
        ast.Sub: operator.sub,
        ast.Mult: operator.mul,
        ast.Div: np.divide,
        ast.Pow: np.power,
        ast.USub: operator.neg,
        ast.UAdd: operator.pos,
        ast.Lt: np.less,
        ast.LtE: np.less_equal,
        ast.Gt: np.greater,
        ast.GtE: np.greater_equal,
    }
)
NODES = (ast.Expression, ast.Expr, ast.BinOp, ast.UnaryOp, ast.Compare, ast.Call, ast.Name, ast.Constant, ast.Load)

LONGEST = 1000
"""Characters of an expression."""


class Expression:
    """A formula; ``names`` are those that it reads. Raises :class:`ConfigurationError` for what is none."""

    def __init__(self, text: str) -> None:
        self.text = text
        if len(text) > LONGEST:
            raise ConfigurationError(f"is longer than {LONGEST} characters")
        try:
            tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            reason = error.msg if isinstance(error, SyntaxError) else str(error)
            raise ConfigurationError(
                f'is no formula ({in_one_line(str(reason))}); write it as in "(1 - x)/2"'
            ) from None
        try:
            self._tree = _Named().visit(tree)
        except RecursionError:
            raise ConfigurationError("has too many parentheses or signs inside of each other") from None
        self.names = tuple(dict.fromkeys(_names(self._tree)))

    def __call__(self, values: Mapping[str, Array]) -> Array:
        """Its values where its names have ``values``, arrays of one shape; NaN or infinite where there is none."""
        evaluator = SimpleEval(operators=dict(OPERATORS), functions=dict(FUNCTIONS), names={**CONSTANTS, **values})
        with np.errstate(all="ignore"):
            try:
                found = evaluator.eval(self.text, previously_parsed=self._tree)
            except (InvalidExpression, TypeError, ValueError, RecursionError) as error:
                raise ConfigurationError(f"cannot be worked out: {in_one_line(str(error))}") from None
        return np.asarray(found, dtype=float)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Expression) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def __reduce__(self) -> Any:
        return Expression, (self.text,)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"


@cache
def expression(text: str) -> Expression:
    """The formula ``text``, parsed once."""
    return Expression(text)


class _Named(ast.NodeTransformer):
    """What is allowed, with numbers as floats and what stands in quotes as names."""

    def visit(self, node: ast.AST) -> Any:
        """The node, or what stands for it; raises :class:`ConfigurationError` for what is not allowed."""
        if isinstance(node, (ast.operator, ast.unaryop, ast.cmpop)):
            if type(node) not in OPERATORS:
                hint = ": a power is written **" if isinstance(node, ast.BitXor) else ""
                raise ConfigurationError(f"has {type(node).__name__} of Python, which formulas do not have{hint}")
            return node
        if not isinstance(node, NODES):
            raise ConfigurationError(f"has {type(node).__name__} of Python, which formulas do not have")
        return super().visit(node)

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        """A number as a float; text as the name of a quantity."""
        if isinstance(node.value, str):
            return ast.copy_location(ast.Name(node.value, ast.Load()), node)
        if isinstance(node.value, bool) or not isinstance(node.value, (int, float)):
            raise ConfigurationError(f"has {node.value!r}, which is not a number")
        try:
            return ast.copy_location(ast.Constant(float(node.value)), node)
        except OverflowError:
            raise ConfigurationError("has a number that is too large") from None

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """A function of :data:`FUNCTIONS`."""
        if not isinstance(node.func, ast.Name) or node.keywords:
            raise ConfigurationError(f"calls something that is no function: {one_of('', FUNCTIONS)}")
        if node.func.id not in FUNCTIONS:
            raise ConfigurationError(f"has the function {node.func.id}: {one_of(node.func.id, FUNCTIONS)}")
        wanted = 1 if node.func.id in ONE else 2 if node.func.id in TWO else 3
        if len(node.args) != wanted:
            raise ConfigurationError(f"gives {node.func.id} {len(node.args)} arguments, and it has {wanted}")
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """A single comparison, for the function where."""
        if len(node.ops) > 1:
            raise ConfigurationError("compares more than two things at once")
        return self.generic_visit(node)


def _names(tree: ast.AST) -> Iterator[str]:
    """The names that a formula reads, in order."""
    if isinstance(tree, ast.Name) and tree.id not in CONSTANTS:
        yield tree.id
    for child in tree.args if isinstance(tree, ast.Call) else ast.iter_child_nodes(tree):
        yield from _names(child)


def in_order(expressions: Mapping[str, Expression], place: str) -> tuple[str, ...]:
    """The names of ``expressions`` so that each reads only those before it, or what is none of them.

    Raises :class:`ConfigurationError`, which begins with the ``place``, where they read each other in a circle.
    """
    done: dict[str, None] = {}

    def add(name: str, path: tuple[str, ...]) -> None:
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise ConfigurationError(
                f"{place} {name} = '{expressions[name].text}' reads itself: {circle}; give one of them a number"
            )
        for read in expressions[name].names:
            if read in expressions and read not in done:
                add(read, (*path, name))
        done[name] = None

    for name in expressions:
        if name not in done:
            add(name, ())
    return tuple(done)
