"""What learns: the parameters, and neither the inputs nor the target."""

import pytest
import torch

import nn
from autograd import Value, constant, draw, explain, tanh
from tests.support.pictures import Picture


def leaves() -> dict[str, Value]:
    return {name: Value(number, name) for name, number in (("w", 0.5), ("x", 2.0), ("t", 3.0))}


def updated(explanation) -> list[str]:
    return [step.name for step in explanation.update(0.1) if step.kind == "update"]


def loss(v: dict[str, Value]) -> Value:
    return (v["w"] * v["x"] - v["t"]) ** 2


def test_the_target_and_the_input_do_not_learn() -> None:
    assert updated(explain(loss(leaves()))) == ["w"]


def test_the_loss_after_the_step_is_that_of_pytorch() -> None:
    w = torch.tensor(0.5, dtype=torch.float64, requires_grad=True)
    ((w * 2 - 3) ** 2).backward()
    after = ((w.item() - 0.1 * w.grad.item()) * 2 - 3) ** 2
    assert explain(loss(leaves())).update(0.1)[-1].result == pytest.approx(after, rel=1e-14)


def test_whoever_says_which_are_the_parameters_is_obeyed() -> None:
    v = leaves()
    assert updated(explain(loss(v), parameters=[v["x"], v["t"]])) == ["x", "t"]
    assert updated(explain(loss(v), parameters=v["t"])) == ["t"]
    model = nn.Neuron(1, nonlin=False, seed=0)
    y = (model([v["x"]]) - v["t"]) ** 2
    assert updated(explain(y, parameters=model)) == updated(explain(y, parameters=model.parameters()))


def test_the_parameters_of_a_module_learn_and_nothing_else_does_whatever_it_is_called() -> None:
    model, x = nn.Neuron(1, "tanh", seed=0), Value(2.0, "w_x")
    y = model([x]) * Value(3.0, "b_other")
    assert len(updated(explain(y, names=model))) == len(updated(explain(y, names={"net": model, "input": x}))) == 2


def test_names_of_parameters_begin_as_in_textbooks() -> None:
    names = ["w", "w12", "W", "weights", "b", "b_1", "bias", "θ", "θ₂", "theta", "x", "t", "target", "a", "y", "η"]
    values = [Value(1.0, name) for name in names]
    total = values[0]
    for value in values[1:]:
        total = total + value
    assert updated(explain(total)) == names[:10]


def test_where_nothing_looks_like_a_parameter_everything_learns() -> None:
    assert updated(explain(Value(2.0, "a") * Value(3.0, "c") + 1)) == ["a", "c"]


def test_what_cannot_learn_is_refused() -> None:
    v = leaves()
    y = loss(v)
    for wrong, kind, words in [([], ValueError, "there are no parameters"), (3.0, TypeError, "not 'float'"),
                               (["w"], TypeError, "not 'str'"), (y, ValueError, "the result of a calculation"),
                               (constant(2.0), ValueError, "a constant")]:
        with pytest.raises(kind, match=words):
            explain(y, parameters=wrong)
    with pytest.raises(ValueError, match="the parameter q is not in the graph"):
        len(explain(y, parameters=Value(1.0, "q")).update(0.1))
    with pytest.raises(ValueError, match="the parameter q is not in the graph"):
        draw(y, parameters=[v["w"], Value(1.0, "q")])
    with pytest.raises(ValueError, match="none of the parameters is in the graph"):
        draw(y, parameters=nn.Neuron(1))
    with pytest.raises(ValueError, match="the parameter t is not among the Values to find derivatives for"):
        len(explain(y, v["w"], parameters=[v["w"], v["t"]]).update(0.1))


def test_of_a_module_a_part_will_do() -> None:
    table = nn.Embedding(5, 1, seed=0)
    (number,) = table(3)
    assert len(updated(explain(number * Value(2.0, "x"), parameters=table))) == 1


def test_pictures_and_pages_show_the_same_leaves_as_parameters() -> None:
    v = leaves()
    y = tanh(v["w"] * v["x"]) + v["t"]
    for chosen, expected in [(None, {"w"}), ([v["x"], v["t"]], {"x", "t"})]:
        picture = Picture(draw(y, parameters=chosen).svg())
        assert {shown.texts[0] for shown in picture.nodes.values() if "parameter" in shown.classes} == expected
        nodes = explain(y, parameters=chosen).to_dict()["nodes"]
        assert {node["name"]["text"] for node in nodes if node["kind"] == "parameter"} == expected
