"""Five small examples as they stand in books, worked out with pencil and paper: nothing here is what a program printed.

The second is that of Stanford's course CS231n, the fifth the one by which Baydin et al. explain reverse mode
("Automatic Differentiation in Machine Learning: a Survey", 2018); both give the derivatives.
"""

from autograd import Value, exp, log, sin


def labelled(value, label):
    value.label = label
    return value


def product():
    x, y = Value(3.0, "x"), Value(4.0, "y")
    return labelled(x * y, "f")


def product_of_a_sum():
    x, y, z = Value(-2.0, "x"), Value(5.0, "y"), Value(-4.0, "z")
    return labelled(labelled(x + y, "q") * z, "f")


def used_twice():
    x = Value(2.0, "x")
    return labelled(labelled(x**2, "s") + labelled(3 * x, "t"), "f")


def exponential():
    x = Value(0.0, "x")
    return labelled(exp(labelled(2 * x, "u")), "f")


def survey():
    x1, x2 = Value(2.0, "x1"), Value(5.0, "x2")
    v1, v2 = labelled(log(x1), "v1"), labelled(x1 * x2, "v2")
    v4, v3 = labelled(v1 + v2, "v4"), labelled(sin(x2), "v3")
    return labelled(v4 - v3, "y")


TEXT = {
    product: """
        x = 3.0
        y = 4.0
        f = x·y = 3.0 × 4.0 = 12.0
        ∂f/∂f = 1
        ∂f/∂x = y = 4.0
        ∂f/∂x = 1.0 × 4.0 = 4.0
        ∂f/∂y = x = 3.0
        ∂f/∂y = 1.0 × 3.0 = 3.0
        """,
    product_of_a_sum: """
        x = -2.0
        y = 5.0
        q = x + y = -2.0 + 5.0 = 3.0
        z = -4.0
        f = q·z = 3.0 × (-4.0) = -12.0
        ∂f/∂f = 1
        ∂f/∂q = z = -4.0
        ∂f/∂q = 1.0 × (-4.0) = -4.0
        ∂f/∂z = q = 3.0
        ∂f/∂z = 1.0 × 3.0 = 3.0
        ∂q/∂x = 1
        ∂f/∂x = ∂f/∂q·∂q/∂x = -4.0 × 1.0 = -4.0
        ∂q/∂y = 1
        ∂f/∂y = ∂f/∂q·∂q/∂y = -4.0 × 1.0 = -4.0
        """,
    used_twice: """
        x = 2.0
        s = x² = 2.0² = 4.0
        t = 3·x = 3 × 2.0 = 6.0
        f = s + t = 4.0 + 6.0 = 10.0
        ∂f/∂f = 1
        ∂f/∂s = 1
        ∂f/∂s = 1.0 × 1.0 = 1.0
        ∂f/∂t = 1
        ∂f/∂t = 1.0 × 1.0 = 1.0
        ∂t/∂x#1 = 3
        ∂f/∂x#1 = ∂f/∂t·∂t/∂x#1 = 1.0 × 3.0 = 3.0
        ∂s/∂x#2 = 2·x = 2 × 2.0 = 4.0
        ∂f/∂x#2 = ∂f/∂s·∂s/∂x#2 = 1.0 × 4.0 = 4.0
        ∂f/∂x = ∂f/∂x#1 + ∂f/∂x#2 = 3.0 + 4.0 = 7.0
        """,
    exponential: """
        x = 0.0
        u = 2·x = 2 × 0.0 = 0.0
        f = exp(u) = exp(0.0) = 1.0
        ∂f/∂f = 1
        ∂f/∂u = f = 1.0
        ∂f/∂u = 1.0 × 1.0 = 1.0
        ∂u/∂x = 2
        ∂f/∂x = ∂f/∂u·∂u/∂x = 1.0 × 2.0 = 2.0
        """,
    survey: """
        x1 = 2.0
        v1 = log(x1) = log(2.0) ≈ 0.6931
        x2 = 5.0
        v2 = x1·x2 = 2.0 × 5.0 = 10.0
        v4 = v1 + v2 ≈ 0.6931 + 10.0 ≈ 10.69
        v3 = sin(x2) = sin(5.0) ≈ -0.9589
        y = v4 - v3 ≈ 10.69 - (-0.9589) ≈ 11.65
        ∂y/∂y = 1
        ∂y/∂v4 = 1
        ∂y/∂v4 = 1.0 × 1.0 = 1.0
        ∂y/∂v3 = -1
        ∂y/∂v3 = 1.0 × (-1.0) = -1.0
        ∂v3/∂x2#1 = cos(x2) = cos(5.0) ≈ 0.2837
        ∂y/∂x2#1 = ∂y/∂v3·∂v3/∂x2#1 ≈ -1.0 × 0.2837 = -0.2837
        ∂v4/∂v1 = 1
        ∂y/∂v1 = ∂y/∂v4·∂v4/∂v1 = 1.0 × 1.0 = 1.0
        ∂v4/∂v2 = 1
        ∂y/∂v2 = ∂y/∂v4·∂v4/∂v2 = 1.0 × 1.0 = 1.0
        ∂v2/∂x1#1 = x2 = 5.0
        ∂y/∂x1#1 = ∂y/∂v2·∂v2/∂x1#1 = 1.0 × 5.0 = 5.0
        ∂v2/∂x2#2 = x1 = 2.0
        ∂y/∂x2#2 = ∂y/∂v2·∂v2/∂x2#2 = 1.0 × 2.0 = 2.0
        ∂y/∂x2 = ∂y/∂x2#1 + ∂y/∂x2#2 ≈ -0.2837 + 2.0 ≈ 1.716
        ∂v1/∂x1#2 = 1 / x1 = 1 / 2.0 = 0.5
        ∂y/∂x1#2 = ∂y/∂v1·∂v1/∂x1#2 = 1.0 × 0.5 = 0.5
        ∂y/∂x1 = ∂y/∂x1#1 + ∂y/∂x1#2 = 5.0 + 0.5 = 5.5
        """,
}

# In LaTeX, d{a}{b} stands here for \frac{\partial a}{\partial b}, which nobody wants to write so often.
LATEX = {
    product: r"""
        x = 3.0
        y = 4.0
        f = x \cdot y = 3.0 \times 4.0 = 12.0
        d{f}{f} = 1
        d{f}{x} = y = 4.0
        d{f}{x} = 1.0 \times 4.0 = 4.0
        d{f}{y} = x = 3.0
        d{f}{y} = 1.0 \times 3.0 = 3.0
        """,
    product_of_a_sum: r"""
        x = -2.0
        y = 5.0
        q = x + y = -2.0 + 5.0 = 3.0
        z = -4.0
        f = q \cdot z = 3.0 \times \left(-4.0\right) = -12.0
        d{f}{f} = 1
        d{f}{q} = z = -4.0
        d{f}{q} = 1.0 \times \left(-4.0\right) = -4.0
        d{f}{z} = q = 3.0
        d{f}{z} = 1.0 \times 3.0 = 3.0
        d{q}{x} = 1
        d{f}{x} = d{f}{q} \cdot d{q}{x} = -4.0 \times 1.0 = -4.0
        d{q}{y} = 1
        d{f}{y} = d{f}{q} \cdot d{q}{y} = -4.0 \times 1.0 = -4.0
        """,
    used_twice: r"""
        x = 2.0
        s = x^{2} = 2.0^{2} = 4.0
        t = 3 \cdot x = 3 \times 2.0 = 6.0
        f = s + t = 4.0 + 6.0 = 10.0
        d{f}{f} = 1
        d{f}{s} = 1
        d{f}{s} = 1.0 \times 1.0 = 1.0
        d{f}{t} = 1
        d{f}{t} = 1.0 \times 1.0 = 1.0
        d{t}{x\text{\#1}} = 3
        d{f}{x\text{\#1}} = d{f}{t} \cdot d{t}{x\text{\#1}} = 1.0 \times 3.0 = 3.0
        d{s}{x\text{\#2}} = 2 \cdot x = 2 \times 2.0 = 4.0
        d{f}{x\text{\#2}} = d{f}{s} \cdot d{s}{x\text{\#2}} = 1.0 \times 4.0 = 4.0
        d{f}{x} = d{f}{x\text{\#1}} + d{f}{x\text{\#2}} = 3.0 + 4.0 = 7.0
        """,
    exponential: r"""
        x = 0.0
        u = 2 \cdot x = 2 \times 0.0 = 0.0
        f = e^{u} = e^{0.0} = 1.0
        d{f}{f} = 1
        d{f}{u} = f = 1.0
        d{f}{u} = 1.0 \times 1.0 = 1.0
        d{u}{x} = 2
        d{f}{x} = d{f}{u} \cdot d{u}{x} = 1.0 \times 2.0 = 2.0
        """,
    survey: r"""
        x_{1} = 2.0
        v_{1} = \log\left(x_{1}\right) = \log\left(2.0\right) \approx 0.6931
        x_{2} = 5.0
        v_{2} = x_{1} \cdot x_{2} = 2.0 \times 5.0 = 10.0
        v_{4} = v_{1} + v_{2} \approx 0.6931 + 10.0 \approx 10.69
        v_{3} = \sin\left(x_{2}\right) = \sin\left(5.0\right) \approx -0.9589
        y = v_{4} - v_{3} \approx 10.69 - \left(-0.9589\right) \approx 11.65
        d{y}{y} = 1
        d{y}{v_{4}} = 1
        d{y}{v_{4}} = 1.0 \times 1.0 = 1.0
        d{y}{v_{3}} = -1
        d{y}{v_{3}} = 1.0 \times \left(-1.0\right) = -1.0
        d{v_{3}}{x_{2}\text{\#1}} = \cos\left(x_{2}\right) = \cos\left(5.0\right) \approx 0.2837
        d{y}{x_{2}\text{\#1}} = d{y}{v_{3}} \cdot d{v_{3}}{x_{2}\text{\#1}} \approx -1.0 \times 0.2837 = -0.2837
        d{v_{4}}{v_{1}} = 1
        d{y}{v_{1}} = d{y}{v_{4}} \cdot d{v_{4}}{v_{1}} = 1.0 \times 1.0 = 1.0
        d{v_{4}}{v_{2}} = 1
        d{y}{v_{2}} = d{y}{v_{4}} \cdot d{v_{4}}{v_{2}} = 1.0 \times 1.0 = 1.0
        d{v_{2}}{x_{1}\text{\#1}} = x_{2} = 5.0
        d{y}{x_{1}\text{\#1}} = d{y}{v_{2}} \cdot d{v_{2}}{x_{1}\text{\#1}} = 1.0 \times 5.0 = 5.0
        d{v_{2}}{x_{2}\text{\#2}} = x_{1} = 2.0
        d{y}{x_{2}\text{\#2}} = d{y}{v_{2}} \cdot d{v_{2}}{x_{2}\text{\#2}} = 1.0 \times 2.0 = 2.0
        d{y}{x_{2}} = d{y}{x_{2}\text{\#1}} + d{y}{x_{2}\text{\#2}} \approx -0.2837 + 2.0 \approx 1.716
        d{v_{1}}{x_{1}\text{\#2}} = \frac{1}{x_{1}} = \frac{1}{2.0} = 0.5
        d{y}{x_{1}\text{\#2}} = d{y}{v_{1}} \cdot d{v_{1}}{x_{1}\text{\#2}} = 1.0 \times 0.5 = 0.5
        d{y}{x_{1}} = d{y}{x_{1}\text{\#1}} + d{y}{x_{1}\text{\#2}} = 5.0 + 0.5 = 5.5
        """,
}
EXAMPLES = list(TEXT)


def lines(block):
    return [line.strip() for line in block.strip().splitlines()]
