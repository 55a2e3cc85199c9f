"""What numba finds out about an operator, found out once.

For each ``x * y`` numba goes through all that can be multiplied, sets, strings and times among it, when it looks for
types and again when it translates, in each function anew: a sixth of the time of compiling.
"""

import operator
from typing import Any

from numba.core.types import Function
from numba.extending import models, register_model

OPERATORS = (
    bool,
    operator.getitem,
    operator.setitem,
    operator.add,
    operator.iadd,
    operator.sub,
    operator.isub,
    operator.mul,
    operator.imul,
    operator.truediv,
    operator.itruediv,
    operator.pow,
    operator.neg,
    operator.lt,
    operator.le,
    operator.gt,
    operator.ge,
    operator.eq,
    operator.ne,
)
"""Those that kernels are made of."""


class RememberedFunction(Function):
    """Numba's type of an operator, with the signatures that follow from the types of its arguments alone.

    Others, for which numba has to compile a function, may depend on the options of who calls them.
    """

    def __init__(self, templates: Any) -> None:
        super().__init__(templates)
        self.name = f"{Function.__name__}({self.typing_key})"  # what numba's errors say, also to others
        self._signatures: dict[Any, Any] = {}

    def augment(self, other: Any) -> "RememberedFunction | None":
        """With what another package registers, when it is loaded later."""
        alike = isinstance(other, Function) and other.typing_key == self.typing_key
        return type(self)(self.templates + other.templates) if alike else None

    def get_call_type(self: Any, context: Any, args: Any, kws: Any) -> Any:
        """The signature for arguments of the types ``args``; numba's errors where there is none."""
        key = context, tuple(args), tuple(kws.items())
        if (signature := self._signatures.get(key)) is None:
            signature = Function.get_call_type(self, context, args, kws)
            if self.get_impl_key(signature) is self.typing_key:
                self._signatures[key] = signature
        else:
            self._impl_keys[signature.args] = self.typing_key
        return signature


register_model(RememberedFunction)(models.OpaqueModel)  # no value at run time, as numba's


def remember_operators(context: Any) -> None:
    """Let the typing ``context``, whose registries are loaded, remember what it finds out about operators."""
    for function in OPERATORS:
        known = context.resolve_value_type(function)
        if not isinstance(known, RememberedFunction):
            context._remove_global(function)
            context.insert_global(function, RememberedFunction(known.templates))
