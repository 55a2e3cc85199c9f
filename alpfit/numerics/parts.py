"""How inner kernels are compiled: as parts of others, which are optimised and put into memory with these alone.

Numba would do both for each function by itself, too, which takes a quarter of the time of compiling. Its compiler is
customised in the way of its manual (Developer Manual, "Customizing the Compiler").
"""

from typing import Any

from numba.core.codegen import JITCodeLibrary
from numba.core.compiler import CompilerBase, DefaultPassBuilder
from numba.core.compiler_machinery import register_pass
from numba.core.typed_passes import NativeLowering


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
        state.library = Part(state.targetctx.codegen(), state.func_id.func_qualname)
        state.flags = state.flags.copy()
        state.flags.no_compile = True
        NativeLowering.run_pass(self, state)
        result = state["cr"]
        name = [result.fndesc.unique_name].index  # numba looks the part up by what it takes for its function
        state.targetctx.insert_user_function(name, result.fndesc, [state.library])
        state["cr"] = result._replace(cfunc=name)
        return True


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
