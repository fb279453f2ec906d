"""The words of the picture that `draw_network` makes, in English and Chinese."""

LANGUAGES = ("en", "zh")

# Of each the English and the Chinese text; {} are filled in.
_WORDS = {
    "input": ("input", "输入"),
    "hidden": ("hidden layer {}", "隐藏层 {}"),
    "output": ("output", "输出"),
    "number": ("1 number", "1 个数"),
    "numbers": ("{} numbers", "{} 个数"),
    "neuron": ("1 neuron, {1}", "1 个神经元，{1}"),
    "neurons": ("{} neurons, {}", "{} 个神经元，{}"),
    "linear": ("linear", "线性"),
    "mixed": ("mixed", "混合"),
    "more": ("{} more", "另有 {} 个"),
    "layers left out": ("{} more layers", "另有 {} 层"),
    "weights": ("weights:", "权重："),
    "gradients": ("grad of the weights:", "权重的 grad："),
    "positive": ("above 0", "大于 0"),
    "negative": ("below 0", "小于 0"),
    "zero": ("0", "等于 0"),
    "width": ("the wider, the larger, up to {}", "越粗越大，最大 {}"),
    "weights 0": ("all weights are 0", "所有权重都是 0"),
    "gradients 0": (
        "all gradients are 0: backward() was not called since they were last set to 0, or it was, and nothing flows\n"
        "back (all neurons that lead to the output are dead or saturated, or the loss is flat here)",
        "所有梯度都是 0：上次清零之后没有调用 backward()；\n"
        "或者调用了，但没有梯度传回来（通往输出的神经元都已死亡或饱和，或者损失在这里是平的）"),
    "gradients of weights 0": ("all gradients of the weights are 0", "所有权重的梯度都是 0"),
    "tooltips": ("too many lines to write their numbers on them: in the SVG, point at a line to see its number",
                 "线太多，写不下数字：在 SVG 里把鼠标放在线上就能看到"),
    "bias": ("in the circles: b, the bias of each neuron", "圆圈里：每个神经元的偏置 b"),
    "activation": ("in the circles: what each neuron makes of this input (blue above 0, orange below), and b, its bias",
                   "圆圈里：每个神经元对这个输入的输出（蓝色大于 0，橙色小于 0），以及它的偏置 b"),
    "bias gradient": ("grad in a circle is that of the bias b", "圆圈里的 grad 是偏置 b 的梯度"),
}


def words(lang: str) -> dict[str, str]:
    """All words in a language. Raises ValueError if there is none of this name."""
    if lang not in LANGUAGES:
        raise ValueError(f"there is no language {lang!r}, only {', '.join(map(repr, LANGUAGES))}")
    place = LANGUAGES.index(lang)
    return {key: texts[place] for key, texts in _WORDS.items()}
