"""A function read in every way: by each mode of differentiation, on arguments of each reading."""

from autograd import Dual, Value, grad, gradients, hvp, jvp


def unit(place, count):
    return tuple(float(place == other) for other in range(count))


def forward(function, place=0):
    """The derivative with respect to one number by forward mode, in the shape of grad()."""
    return lambda *point: jvp(function, point, unit(place, len(point)))[1]


MODES = [grad, forward]


def first(function, *point):
    """The gradient by reverse mode with floats, by reverse mode with Values, and by forward mode."""
    leaves = [Value(x) for x in point]
    function(*leaves).backward()
    return [[leaf.grad for leaf in leaves],
            [slope.data for slope in gradients(function(*leaves), leaves)],
            [jvp(function, point, unit(place, len(point)))[1] for place in range(len(point))]]


def second(function, *point):
    """All second derivatives in one list, by reverse over reverse, forward over reverse, and forward over forward."""
    count = len(point)
    leaves = [Value(x) for x in point]
    slopes = gradients(function(*leaves), leaves)

    def directional(place):
        return lambda *new: jvp(function, new, unit(place, count))[1]

    return [[again.data for slope in slopes for again in gradients(slope, leaves)],
            [again for place in range(count) for again in hvp(function, point, unit(place, count))],
            [jvp(directional(i), point, unit(j, count))[1] for i in range(count) for j in range(count)]]


def readings(*numbers):
    """The same arguments for every reading: floats, Values, Values and floats, Duals, Duals of both, nested Duals."""
    def each(change):
        return tuple([change(x) for x in a] if isinstance(a, list) else change(a) for a in numbers)

    lifted = {"float": float, "Value": Value, "Dual": lambda x: Dual(x, 1.0, 1),
              "Dual of Values": lambda x: Dual(Value(x), Value(1.0), 1),
              "Dual of Duals": lambda x: Dual(Dual(x, 1.0, 1), 1.0, 2)}
    found = {name: each(change) for name, change in lifted.items()}
    if len(numbers) == 2:
        found["Value and float"] = (each(Value)[0], numbers[1])
        found["float and Value"] = (numbers[0], each(Value)[1])
        found["Dual and Value"] = (each(lifted["Dual"])[0], each(Value)[1])
    return found
