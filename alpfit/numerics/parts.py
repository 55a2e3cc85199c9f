"""How inner kernels are compiled: as parts of others, which are optimised and put into memory with these alone.

Numba would do both for each function by itself, too, which takes a quarter of the time of compiling. And it would count
the references to each array that a function is given, at its begin and its end, and those to the arrays in a tuple
each time that it is handed on: half of the time of a function of a handful of numbers. Where a function makes no array
its caller has all of them in hand. Its compiler is customised in the way of its manual (Developer Manual, "Customizing
the Compiler").
"""

from collections.abc import Callable
from typing import Any

from numba.core import ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.core.types import Function
from numba.core.typing.templates import infer, infer_global, make_overload_template


class Part(JITCodeLibrary):
    """The code of a function that is linked into that of others, and never run by itself."""

    def __init__(self, codegen: Any, name: str) -> None:
        JITCodeLibrary.__init__(self, codegen, name)

    def _optimize_final_module(self) -> None:
        """Nothing: each kernel is optimised as a whole."""

    def _finalize_final_module(self: Any) -> None:
        """What numba does but for putting the machine code into memory."""
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class PartLowering(NativeLowering):
    """Numba's translation to LLVM, into a :class:`Part`."""

    _name = "part_lowering"

    def run_pass(self, state: Any) -> bool:
        """Numba's, with nothing that could be called as the result."""
        context = state.targetctx
        state.flags = state.flags.copy()
        state.flags.no_compile = True
        state.library = Part(context.codegen(), state.func_id.func_qualname)
        state.targetctx = context.subtarget(enable_nrt=makes_arrays(state))
        NativeLowering.run_pass(self, state)
        state.targetctx, result = context, state["cr"]
        name = [result.fndesc.unique_name].index  # numba looks the part up by what it takes for its function
        context.insert_user_function(name, result.fndesc, [state.library])
        state["cr"] = result._replace(cfunc=name)
        return True


def makes_arrays(state: Any) -> bool:
    """Whether there is an array that a function makes, or is given by one that it calls, or returns.

    Or writes into another, for which numba may make a copy first.
    """

    def counted(of: Any) -> bool:
        return bool(state.targetctx.data_model_manager[of].contains_nrt_meminfo())

    made = [state.return_type]
    for block in state.func_ir.blocks.values():
        for statement in block.body:
            if isinstance(statement, ir.Assign):
                if isinstance(statement.value, ir.Expr) and statement.value.op not in HANDED_ON:
                    made.append(state.typemap[statement.target.name])
            elif isinstance(statement, ir.SetItem | ir.StaticSetItem):
                made.append(state.typemap[statement.value.name])
    return any(counted(of) for of in made)


HANDED_ON = ("getattr", "getitem", "static_getitem", "exhaust_iter", "build_tuple", "cast", "phi")
"""What numba calls that which gives an array that there is already, or a part of one."""


class PartCompiler(CompilerBase):
    """Numba's compiler with :class:`PartLowering`."""

    def define_pipelines(self) -> list[Any]:
        """The only one."""
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        numbers = {step: number for number, (step, _) in enumerate(pipeline.passes)}
        at = numbers[NativeLowering]
        pipeline.passes[at] = (PartLowering, pipeline.passes[at][1])
        pipeline._finalized = False
        pipeline.finalize()
        return [pipeline]


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
