"""Graph: nodes of ONNX and the arrays that they use, until they are a file."""

from typing import Any

import numpy
from onnx import TensorProto, checker, helper, numpy_helper

from nn.interchange.onnx_rows import Output, operand

OPSET, IR = 17, 8  # what onnxruntime reads since 1.12


class Graph:
    """An ONNX graph that grows. `leading`: the dimensions before those of a vector, all of them of any length."""

    def __init__(self, dtype: str, leading: tuple[str, ...]) -> None:
        self.dtype, self.leading, self.is_double = numpy.dtype(dtype), leading, dtype == "float64"
        self.kind = TensorProto.DOUBLE if self.is_double else TensorProto.FLOAT
        self._nodes: list[Any] = []
        self._arrays: dict[str, Any] = {}
        self._known: dict[Any, str] = {}  # arrays by what they hold
        self._matrices: dict[Any, Output] = {}  # of Values, by these
        self._count = 0

    def node(self, operator: str, *inputs: Any, condition: bool = False, **attributes: Any) -> Output:
        """A new node. Numbers among the inputs become constants."""
        takes_conditions = operator in ("Where", "Not", "Cast")
        names = [self._name(operand(x), takes_conditions) for x in inputs]
        output = f"{operator.lower()}_{self._count}"
        self._count += 1
        self._nodes.append(helper.make_node(operator, names, [output], name=output, **attributes))
        return Output(self, output, condition)

    def array(self, numbers: Any, name: str = "") -> Output:
        """An array of numbers as a constant. Raises ValueError if it has numbers too large for the type."""
        exact = numpy.asarray(numbers, dtype=numpy.float64)
        with numpy.errstate(over="ignore"):
            array = exact.astype(self.dtype)
        if not numpy.isfinite(array[numpy.isfinite(exact)]).all():
            raise ValueError(f"{name or 'a constant'} has numbers too large for {self.dtype}")
        return self._constant(array, name)

    def indices(self, numbers: list[int] | int) -> Output:
        """Whole numbers, which count something."""
        return self._constant(numpy.array(numbers, dtype=numpy.int64), "")

    def matrix(self, rows: Any, name: str) -> Output:
        """A vector or matrix of Values; under one name if it is used in several places."""
        is_matrix = isinstance(rows[0], tuple | list)
        values = [value for row in rows for value in row] if is_matrix else list(rows)
        key = (len(rows), *map(id, values))
        if key not in self._matrices:
            numbers: Any = numpy.array([value.data for value in values])
            self._matrices[key] = self.array(numbers.reshape(len(rows), -1) if is_matrix else numbers, name)
        return self._matrices[key]

    def product(self, x: Output, weight: Output, bias: Output | None) -> Output:
        """weight · x + bias."""
        if len(self.leading) == 1:
            return self.node("Gemm", x, weight, *(() if bias is None else (bias,)), transB=1)
        y = self.node("MatMul", x, self.node("Transpose", weight, perm=[1, 0]))
        return y if bias is None else self.node("Add", y, bias)

    def model(self, inputs: list[Any], output: Output, size: int | None, title: str) -> bytes:
        """The whole graph as a file. `size`: of the vectors that come out."""
        ends: list[Any] = [] if size == 0 else ["features" if size is None else size]
        # The name of what comes out is part of the interface, as those of the inputs are.
        self._nodes.append(helper.make_node("Identity", [output.name], ["output"], name="output"))
        given = helper.make_tensor_value_info("output", self.kind, [*self.leading, *ends])
        graph = helper.make_graph(self._nodes, title, inputs, [given], [
            numpy_helper.from_array(array, name) for name, array in self._arrays.items()])
        model = helper.make_model(graph, producer_name="glassgrad", ir_version=IR,
                                  opset_imports=[helper.make_opsetid("", OPSET)])
        checker.check_model(model, full_check=True)  # pyright: ignore[reportUnknownMemberType]
        return model.SerializeToString()

    def _name(self, x: float | Output, takes_conditions: bool) -> str:
        if not isinstance(x, Output):
            return self.array(x).name
        return self.node("Cast", x, to=self.kind).name if x.condition and not takes_conditions else x.name

    def _constant(self, array: Any, name: str) -> Output:
        key = array.dtype.str, array.shape, array.tobytes(), name
        if key not in self._known:
            while not name or name in self._arrays:
                name, self._count = f"constant_{self._count}", self._count + 1
            self._known[key], self._arrays[name] = name, array
        return Output(self, self._known[key])
