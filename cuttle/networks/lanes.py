"""Sixteen floats at a time: in compiled code, rounded alike on every processor.

numba vectorises no sum of floats, since that changes its order, and with `fastmath` the order would
follow the width of the processor's vectors. Here lanes are written out: a processor with narrower
vectors takes several instructions for one operation and gets the same bits.

    total = zeros()
    for k in range(0, len(x), LANES):
        total = fma(load(x, k), load(y, k), total)
    product = sum_lanes(total)
"""

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.core.errors import TypingError
from numba.extending import intrinsic as _numba_intrinsic
from numba.extending import models, register_model

from cuttle.game.jit import inlined

LANES = 16

intrinsic: Any = _numba_intrinsic  # whose type counts numba's own first argument

_FLOATS = ir.VectorType(ir.FloatType(), LANES)
_INTS = ir.VectorType(ir.IntType(32), LANES)
_BITS = ir.VectorType(ir.IntType(1), LANES)
_NONE = ir.Constant(_FLOATS, [0.0] * LANES)


class _Lanes(types.Type):
    """The type of sixteen floats."""

    def __init__(self) -> None:
        super().__init__(name=f"float32x{LANES}")


@register_model(_Lanes)
class _LanesModel(models.PrimitiveModel):
    """They are one value of LLVM's."""

    def __init__(self, manager: Any, kind: Any) -> None:
        super().__init__(manager, kind, _FLOATS)


_lanes = _Lanes()


@intrinsic
def zeros(_typing: Any) -> Any:
    """Return sixteen zeros."""
    return _lanes(), lambda _context, _builder, _signature, _arguments: _NONE


@intrinsic
def repeat(_typing: Any, _value: Any) -> Any:
    """Return one float sixteen times."""
    return _lanes(types.float32), lambda _context, builder, _signature, args: _splat(
        builder, args[0], _FLOATS
    )


@intrinsic
def load_or(_typing: Any, array: Any, first: Any, _rest: Any) -> Any:
    """Read from element `first` on; lanes behind the end of the array are those of `rest`."""
    _check(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, inside = _place(context, builder, signature, arguments)
        kinds = [place.type, ir.IntType(32), _BITS, _FLOATS]
        function = _function(builder, _FLOATS, "masked.load", kinds)
        return builder.call(function, [place, ir.IntType(32)(4), inside, arguments[2]])

    return _lanes(array, types.int64, _lanes), generate


@inlined
def load(array: Any, first: int) -> Any:
    """Read from element `first` on; zeros behind the end of the array."""
    return load_or(array, first, zeros())


@intrinsic
def store(_typing: Any, array: Any, first: Any, value: Any) -> Any:
    """Write from element `first` on; what would lie behind the end of the array is left out."""
    _check(array)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        place, inside = _place(context, builder, signature, arguments)
        kinds = [_FLOATS, place.type, ir.IntType(32), _BITS]
        builder.call(
            _function(builder, ir.VoidType(), "masked.store", kinds),
            [arguments[2], place, ir.IntType(32)(4), inside],
        )
        return context.get_dummy_value()

    return types.none(array, types.int64, _lanes), generate


@intrinsic
def add(_typing: Any, _a: Any, _b: Any) -> Any:
    """Return `a + b`."""
    return _lanes(_lanes, _lanes), lambda _c, builder, _s, args: builder.fadd(*args)


@intrinsic
def subtract(_typing: Any, _a: Any, _b: Any) -> Any:
    """Return `a - b`."""
    return _lanes(_lanes, _lanes), lambda _c, builder, _s, args: builder.fsub(*args)


@intrinsic
def multiply(_typing: Any, _a: Any, _b: Any) -> Any:
    """Return `a * b`."""
    return _lanes(_lanes, _lanes), lambda _c, builder, _s, args: builder.fmul(*args)


@intrinsic
def fma(_typing: Any, _a: Any, _b: Any, _c: Any) -> Any:
    """Return `a * b + c`, rounded once."""
    return _lanes(_lanes, _lanes, _lanes), lambda _c, builder, _s, args: builder.call(
        _function(builder, _FLOATS, "fma", [_FLOATS] * 3), args
    )


@intrinsic
def where_positive(_typing: Any, _a: Any, _b: Any) -> Any:
    """Return `b` where `a` is positive, and 0 elsewhere."""
    return _lanes(_lanes, _lanes), lambda _c, builder, _s, args: builder.select(
        builder.fcmp_ordered(">", args[0], _NONE), args[1], _NONE
    )


@intrinsic
def nonzero(_typing: Any, _a: Any) -> Any:
    """Return the lanes that are not zero as the bits of a number."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        found = builder.fcmp_unordered("!=", arguments[0], _NONE)
        return builder.zext(builder.bitcast(found, ir.IntType(LANES)), ir.IntType(64))

    return types.int64(_lanes), generate


@intrinsic
def sum_lanes(_typing: Any, _a: Any) -> Any:
    """Add the upper half of the lanes to the lower one until one is left."""

    def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        (vector,) = arguments
        count = LANES
        while count > 1:
            count //= 2
            halves = (range(count), range(count, 2 * count))
            kind = ir.VectorType(ir.IntType(32), count)
            parts = [builder.shuffle_vector(vector, vector, kind(list(half))) for half in halves]
            vector = builder.fadd(*parts)
        return builder.extract_element(vector, ir.IntType(32)(0))

    return types.float32(_lanes), generate


def _check(array: Any) -> None:
    if (array.ndim, array.dtype, array.layout) != (1, types.float32, "C"):
        raise TypingError(f"lanes are of contiguous float32 rows, got {array}")


def _place(context: Any, builder: Any, signature: Any, arguments: Any) -> tuple[Any, Any]:
    """Return where the lanes lie in the array, and which of them do."""
    array = context.make_array(signature.args[0])(context, builder, arguments[0])
    first = arguments[1]
    place = builder.bitcast(builder.gep(array.data, [first]), _FLOATS.as_pointer())
    left = builder.sub(cgutils.unpack_tuple(builder, array.shape)[0], first)
    left = builder.trunc(left, ir.IntType(32))  # rows are short, and narrow lanes compare faster
    lanes = _INTS(list(range(LANES)))
    return place, builder.icmp_signed("<", lanes, _splat(builder, left, _INTS))


def _splat(builder: Any, value: Any, kind: Any) -> Any:
    one = builder.insert_element(kind(ir.Undefined), value, ir.IntType(32)(0))
    lanes = ir.VectorType(ir.IntType(32), LANES)([0] * LANES)
    return builder.shuffle_vector(one, kind(ir.Undefined), lanes)


def _function(builder: Any, result: Any, name: str, kinds: list[Any]) -> Any:
    """Declare one of LLVM's functions of lanes."""
    suffix = f"v{LANES}f32" + (".p0" if name.startswith("masked") else "")
    kind = ir.FunctionType(result, kinds)
    return cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.{suffix}")
