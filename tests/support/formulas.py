"""Formulas that are drawn at random."""

from hypothesis import strategies as st

from autograd import Formula, logsumexp, maximum, sin, softplus, where

X, Y, Z = map(Formula, "xyz")
NUMBERS = st.sampled_from([2.0, 3.0, 0.5, -1.0, -2.5, 7.0, 1e-5])
LEAVES = st.sampled_from([X, Y, Z]) | NUMBERS.map(Formula)


def larger(inner, functions=True):
    pairs = st.tuples(inner, inner)
    choices = [pairs.map(lambda p: p[0] + p[1]), pairs.map(lambda p: p[0] - p[1]), pairs.map(lambda p: p[0] * p[1]),
               pairs.map(lambda p: p[0] / p[1]), inner.map(lambda a: -a)]
    if functions:
        condition = st.tuples(inner, inner, inner, inner)
        choices += [inner.map(sin), inner.map(abs), inner.map(softplus), pairs.map(lambda p: maximum(*p)),
                    condition.map(lambda p: where(p[0] > p[1], p[2], p[3])), pairs.map(lambda p: logsumexp(list(p))),
                    inner.map(lambda a: a ** 2), inner.map(lambda a: a ** 3.0)]
    return st.one_of(choices)


FORMULAS = st.recursive(LEAVES, larger, max_leaves=10)
