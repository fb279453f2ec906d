"""The words of explanations and lessons, in every language, in one table.

A sentence has slots in braces for names and numbers. To add a language, add it to each entry.
"""

import re
from collections.abc import Mapping

LANGUAGES = {"en": "English", "zh": "简体中文"}

SENTENCES: dict[str, dict[str, str]] = {
    # ---- The sentences of the steps ----------------------------------------------------------------------------
    "given": {
        "en": "{node} is given: it is {result}.",
        "zh": "{node} 是已知数，它的值是 {result}。",
    },
    "set": {
        "en": "{node} was set by hand: it is {result}.",
        "zh": "{node} 的值是手工设定的，它是 {result}。",
    },
    "forward": {
        "en": "{node} is {formula}. With the numbers put in, that is {result}.",
        "zh": "{node} 等于 {formula}。代入数值，得到 {result}。",
    },
    "seed": {
        "en": "Backward begins at the output. {node} changes exactly as much as {node} itself: this derivative is 1.",
        "zh": "反向传播从输出开始：{node} 的变化就是 {node} 自身的变化，所以这个导数是 1。",
    },
    "backward_output": {
        "en": "{child} {local_rate}. {child} is the output, so this is already the gradient of {node}.",
        "zh": "{child} {local_rate}。{child} 就是输出，所以这已经是 {node} 的梯度。",
    },
    "backward": {
        "en": "{child} {local_rate}, and {output} {incoming_rate}. Rates multiply: {incoming} × {local} {equal} "
              "{contribution}. So {output} {contribution_rate}.",
        "zh": "{child} {local_rate}，{output} {incoming_rate}。变化率相乘：{incoming} × {local} {equal} "
              "{contribution}。因此 {output} {contribution_rate}。",
    },
    "backward_first": {
        "en": "{node} is used {uses} times, and the chain rule adds up what comes back from all of them. The first use "
              "to be counted is in {child}: {incoming} × {local} {equal} {contribution}.",
        "zh": "{node} 被使用了 {uses} 次，链式法则把每一次传回的梯度加起来。先算在 {child} 中的这一次："
              "{incoming} × {local} {equal} {contribution}。",
    },
    "backward_next": {
        "en": "Use {use} of {uses} of {node} is in {child}: {incoming} × {local} {equal} {contribution} comes back "
              "from there, which makes {total} so far.",
        "zh": "{node} 的第 {use} 次使用（共 {uses} 次）在 {child} 中：从那里传回 {incoming} × {local} {equal} "
              "{contribution}，到目前为止合计 {total}。",
    },
    "backward_last": {
        "en": "The last of the {uses} uses of {node} is in {child}: {incoming} × {local} {equal} {contribution} comes "
              "back from there. All uses together make {total}, and that is the derivative of {output} with respect to "
              "{node}.",
        "zh": "{node} 的最后一次使用（共 {uses} 次）在 {child} 中：从那里传回 {incoming} × {local} {equal} "
              "{contribution}。全部加起来是 {total}，这就是 {output} 对 {node} 的导数。",
    },
    "update": {
        "en": "{node} moves against its gradient, by {rate} × {gradient}: from {before} to {result}.",
        "zh": "{node} 沿梯度的反方向移动，移动量是 {rate} × {gradient}：从 {before} 变为 {result}。",
    },
    "update_stays": {
        "en": "The gradient of {node} is 0, so {node} stays at {result}.",
        "zh": "{node} 的梯度是 0，所以 {node} 保持 {result} 不变。",
    },
    "loss_lower": {
        "en": "Calculated again with the new numbers, {node} is {result}. It was {before}: the step went downhill.",
        "zh": "用新的数值重新计算，{node} 是 {result}，原来是 {before}：这一步走的是下坡。",
    },
    "loss_higher": {
        "en": "Calculated again with the new numbers, {node} is {result}. It was {before}: the step was too long, and "
              "went past the valley.",
        "zh": "用新的数值重新计算，{node} 是 {result}，原来是 {before}：这一步太大，越过了谷底。",
    },
    "loss_same": {
        "en": "Calculated again with the new numbers, {node} is {result}, as it was before.",
        "zh": "用新的数值重新计算，{node} 是 {result}，与原来相同。",
    },
    # ---- How much one number changes with another, for sentences that speak of a rate ----------------------------
    "rate_times": {"en": "changes {rate} times as much as {by}", "zh": "的变化量是 {by} 的变化量的 {rate} 倍"},
    "rate_same": {"en": "changes as much as {by}", "zh": "的变化量与 {by} 的变化量相同"},
    "rate_opposite": {"en": "changes as much as {by}, but the other way",
                      "zh": "的变化量与 {by} 的变化量大小相同，方向相反"},
    "rate_none": {"en": "does not change with {by}", "zh": "不随 {by} 变化"},
    # ---- Headings and captions ---------------------------------------------------------------------------------
    "title": {"en": "The chain rule of {output}, step by step", "zh": "{output} 的链式法则，逐步讲解"},
    "phase_forward": {"en": "Forward: each number from the ones before it",
                      "zh": "前向：由已有的数算出下一个数"},
    "phase_backward": {"en": "Backward: from {output} along each edge, by the chain rule",
                       "zh": "反向：从 {output} 出发，按链式法则沿每条边返回"},
    "phase_update": {"en": "Update: one step of gradient descent with the learning rate {rate}",
                     "zh": "更新：学习率为 {rate} 的一步梯度下降"},
    "held_fixed": {"en": "Held fixed: {numbers}", "zh": "保持不变：{numbers}"},
    "left_out": {"en": "… {count} steps left out; they are explanation[{first}:{last}] …",
                 "zh": "…… 省略了 {count} 步，即 explanation[{first}:{last}] ……"},
    "module_forward": {"en": "{module}: {count} numbers, from {low} to {high}",
                       "zh": "{module}：{count} 个数，从 {low} 到 {high}"},
    "module_backward": {"en": "{module}: {count} parameters, with a gradient of length {length}",
                        "zh": "{module}：{count} 个参数，梯度的长度是 {length}"},
    "results": {"en": "The derivatives", "zh": "所求的导数"},
}

# The slots that are filled with a phrase about a rate: which slot has the number, and what the change is measured by.
RATES = {"local_rate": ("local", "node"), "incoming_rate": ("incoming", "child"),
         "contribution_rate": ("contribution", "node")}
_RATE_KEYS = {"1.0": "rate_same", "-1.0": "rate_opposite", "0.0": "rate_none"}


def say(key: str, lang: str, plain: Mapping[str, object] | None = None, /, **slots: object) -> str:
    """A sentence of the table in a language, with its slots filled. What is put in is never read as a slot.

    A negative number after a × gets its parentheses here. `plain`: the slots as they are, where those to put in are
    marked up: "1.0 times as much" is "as much".
    """
    parts: list[str] = []
    for place, part in enumerate(SENTENCES[key][lang].replace("}", "{").split("{")):
        if place % 2 and part in RATES:
            number, by = RATES[part]
            rate = _RATE_KEYS.get(str((plain or slots)[number]), "rate_times")
            part = say(rate, lang, rate=slots[number], by=slots[by])
        elif place % 2:
            part = str(slots[part])
        parts.append(part)
    return re.sub(r"× (-[\d.]+(?:e-?\d+)?)", r"× (\1)", "".join(parts))


def language(lang: str) -> str:
    """The language itself. Raises ValueError if there is none of this name."""
    if lang not in LANGUAGES:
        raise ValueError(f"there is no language {lang!r}, only {', '.join(map(repr, LANGUAGES))}")
    return lang
