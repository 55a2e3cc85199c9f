"""Inner kernels, which numba compiles as parts of those that call them: once for each types of their arguments."""

from collections.abc import Callable
from typing import Any

from numba.core.types import Function
from numba.core.typing.templates import infer, infer_global, make_overload_template


def stand_for(name: Any, function: Callable[..., Any], options: dict[str, Any]) -> None:
    """Let ``name`` stand for ``function`` in what numba compiles, as a part of who calls it.

    What :func:`numba.extending.overload` does, but for one thing: numba would compile the function again for each set
    of options that a caller has, of which it is given none.
    """

    def implementation(*_: Any) -> Callable[..., Any]:
        return function

    template: Any = make_overload_template(name, implementation, options, strict=False, inline="never")
    shared = type(template.__name__, (SharedPart, template), {})
    infer(shared)
    infer_global(name, Function(shared))


class SharedPart:
    """Of numba's template of a function that stands for another: what it is compiled for, and kept by, are types."""

    def _get_impl(self: Any, args: Any, kws: Any) -> Any:
        key = self.context, tuple(args), tuple(kws.items())
        return self._impl_cache.get(key) or self._build_impl(key, args, kws)
