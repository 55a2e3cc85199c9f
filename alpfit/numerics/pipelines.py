"""How numba compiles kernels and their parts: its compiler, without what they have no use for.

It is customised in the way of its manual (Developer Manual, "Customizing the Compiler"). Parts are optimised and put
into memory with the kernels that call them alone: numba would do both for each function by itself, too, which takes a
quarter of the time of compiling. And it would count the references to each array that a function is given, at its begin
and its end, and those to the arrays in a tuple each time that it is handed on: half of the time of a function of a
handful of numbers. Where a function makes no array its caller has all of them in hand.
"""

from typing import Any, ClassVar

from numba.core import ir
from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering
from numba.core.untyped_passes import (
    FindLiterallyCalls,
    InlineClosureLikes,
    InlineInlinables,
    LiteralPropagationSubPipelinePass,
    LiteralUnroll,
    MakeFunctionToJitFunction,
    WithLifting,
)

from alpfit.numerics.operators import remember_operators

UNUSED = (
    WithLifting,
    InlineClosureLikes,
    MakeFunctionToJitFunction,
    InlineInlinables,
    FindLiterallyCalls,
    LiteralUnroll,
    LiteralPropagationSubPipelinePass,
)
"""Numba's passes for functions within a function, comprehensions among them, and for values that are types."""


class Library(JITCodeLibrary):
    """The machine code of a kernel."""

    def __init__(self, codegen: Any, name: str) -> None:
        JITCodeLibrary.__init__(self, codegen, name)

    def _optimize_functions(self: Any, module: Any) -> None:
        """What numba does, but for functions that a ``module`` names and does not have."""
        module.data_layout = self._codegen._data_layout
        for function in module.functions:
            if not function.is_declaration:
                passes, builder = self._codegen._function_pass_manager()
                passes.run(function, builder)


class ScalarLibrary(Library):
    """That of a kernel of short loops."""

    def _optimize_final_module(self: Any) -> None:
        """What numba does, without loops that work on several numbers at once."""
        codegen = self._codegen
        for choices in ({"slp_vectorize": False, "opt": codegen._opt_level, "cost": "cheap"}, {}):
            passes, builder = codegen._module_pass_manager(loop_vectorize=False, **choices)
            passes.run(self._final_module, builder)


class Part(Library):
    """The code of a function that is linked into that of others, and never run by itself."""

    def _optimize_final_module(self) -> None:
        """Nothing: each kernel is optimised as a whole."""

    def _finalize_final_module(self: Any) -> None:
        """What numba does but for putting the machine code into memory."""
        self._finalize_dynamic_globals()
        self._verify_declare_only_symbols()
        self._finalized = True


@register_pass(mutates_CFG=True, analysis_only=False)
class KernelLowering(NativeLowering):
    """Numba's translation to LLVM, into a :class:`Library`."""

    _name = "kernel_lowering"
    library: ClassVar[type[Library]] = Library

    def run_pass(self, state: Any) -> bool:
        """Numba's, with what it would make first."""
        state.library = self.library(state.targetctx.codegen(), state.func_id.func_qualname)
        state.library.enable_object_caching()
        return bool(NativeLowering.run_pass(self, state))


@register_pass(mutates_CFG=True, analysis_only=False)
class ScalarLowering(KernelLowering):
    """The same into a :class:`ScalarLibrary`."""

    _name = "scalar_lowering"
    library = ScalarLibrary


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


class KernelCompiler(CompilerBase):
    """Numba's compiler of a kernel, by a :class:`KernelLowering`."""

    lowering: ClassVar[type[NativeLowering]] = KernelLowering

    def __init__(self, context: Any, *state: Any) -> None:
        CompilerBase.__init__(self, context, *state)
        remember_operators(context)

    def define_pipelines(self) -> list[Any]:
        """The only one."""
        pipeline = DefaultPassBuilder.define_nopython_pipeline(self.state)
        pipeline.passes = [
            (self.lowering if step is NativeLowering else step, what)
            for step, what in pipeline.passes
            if step not in UNUSED
        ]
        pipeline._finalized = False
        pipeline.finalize()
        return [pipeline]


class ScalarCompiler(KernelCompiler):
    """That of one with short loops."""

    lowering = ScalarLowering


class PartCompiler(KernelCompiler):
    """That of a part."""

    lowering = PartLowering
