"""What a page says to teach: why a derivative is what it is, what the terms mean, the quiz and its remarks.

The names of the rules are those that notations have; see table/notation.py.
"""

PHRASES: dict[str, dict[str, str]] = {
    # ---- How it feels: what a small change does -----------------------------------------------------------------
    "feel_rises": {
        "en": "Raise {node} by {amount}, and {child} rises by {change}.",
        "zh": "{node} 增加 {amount}，{child} 就增加 {change}。",
    },
    "feel_falls": {
        "en": "Raise {node} by {amount}, and {child} falls by {change}.",
        "zh": "{node} 增加 {amount}，{child} 就减少 {change}。",
    },
    "feel_stays": {
        "en": "Raise {node} by {amount}, and {child} stays as it is.",
        "zh": "{node} 增加 {amount}，{child} 保持不变。",
    },
    "lower_rises": {
        "en": "Lower {node} by {amount}, and {child} rises by {change}.",
        "zh": "{node} 减少 {amount}，{child} 就增加 {change}。",
    },
    "lower_falls": {
        "en": "Lower {node} by {amount}, and {child} falls by {change}.",
        "zh": "{node} 减少 {amount}，{child} 就减少 {change}。",
    },
    "lower_stays": {
        "en": "Lower {node} by {amount}, and {child} stays as it is.",
        "zh": "{node} 减少 {amount}，{child} 保持不变。",
    },
    "gap": {"en": " ", "zh": ""},
    "about": {"en": "about {number}", "zh": "约 {number}"},
    # ---- Why a local derivative is what it is -------------------------------------------------------------------
    "why": {"en": "Why?", "zh": "为什么？"},
    "why_of": {"en": "Why is {derivative} = {local}?", "zh": "为什么 {derivative} = {local}？"},
    "why_of_about": {"en": "Why is {derivative} ≈ {local}?", "zh": "为什么 {derivative} ≈ {local}？"},
    "rule_terms": {
        "en": "Sum rule: each term by itself. A term without {node} does not change.",
        "zh": "加法法则：逐项求导。不含 {node} 的项不变。",
    },
    "rule_product": {
        "en": "Product with one factor held fixed: each 1 more of {node} adds the other factor once more.",
        "zh": "乘积，另一个因数固定不变：{node} 每增加 1，结果就多加一次那个因数。",
    },
    "rule_numerator": {
        "en": "Quotient with its denominator held fixed: it is {node} times 1 over the denominator.",
        "zh": "商，分母固定不变：它等于 {node} 乘以分母的倒数。",
    },
    "rule_denominator": {
        "en": "Quotient with its numerator held fixed: the slope is minus the quotient over the denominator.",
        "zh": "商，分子固定不变：斜率等于商除以分母，再取负号。",
    },
    "rule_base": {
        "en": "Power rule: the exponent comes down as a factor, and the exponent that is left is 1 less.",
        "zh": "幂法则：指数移到前面作因数，剩下的指数减 1。",
    },
    "rule_exponent": {
        "en": "The unknown is in the exponent: the slope is the value itself times the logarithm of the base.",
        "zh": "变量在指数上：斜率等于函数值乘以底数的对数。",
    },
    "rule_exponential": {
        "en": "The exponential function is its own derivative: it is as steep as it is high.",
        "zh": "指数函数的导数就是它自己：函数值多大，斜率就多大。",
    },
    "rule_root": {
        "en": "Square root: the slope is 1 over twice the root. The larger the root, the flatter the curve.",
        "zh": "平方根：斜率是根的两倍的倒数。根越大，曲线越平。",
    },
    "rule_opposite": {
        "en": "The opposite falls by as much as {node} rises.",
        "zh": "相反数：{node} 增加多少，它就减少多少。",
    },
    "rule_pieces": {
        "en": "The function is made of pieces. Find the piece that {node} is on, and take its slope.",
        "zh": "这个函数是分段的。找到 {node} 所在的那一段，取它的斜率。",
    },
    "rule_function": {
        "en": "The derivative of {function} is one to look up in a table of derivatives.",
        "zh": "{function} 的导数可以在导数表中查到。",
    },
    "why_line": {
        "en": "{child} is a straight line in {node}: its slope is {local}, wherever {node} is.",
        "zh": "{child} 是 {node} 的一条直线：无论 {node} 是多少，斜率都是 {local}。",
    },
    "why_curve": {
        "en": "{child} as a function of {node} has the slope {local} where {node} is {value}: the tangent shows it.",
        "zh": "{child} 作为 {node} 的函数，在 {node} 等于 {value} 处的斜率是 {local}，如切线所示。",
    },
    "why_held": {"en": "With {others} held fixed, {rest}", "zh": "固定 {others} 不变时，{rest}"},
    "why_result": {
        "en": "The formula uses {child} itself, which is known by now.",
        "zh": "公式里用到了 {child} 本身，它此时已经算出。",
    },
    "everything_else": {"en": "everything else", "zh": "其他数"},
    "other_use": {"en": "the other uses of {node}", "zh": "{node} 的其他几次使用"},
    "slope": {"en": "slope {local}", "zh": "斜率 {local}"},
    # ---- The glossary -------------------------------------------------------------------------------------------
    "terms": {"en": "What the words and signs mean", "zh": "术语和符号的含义"},
    "term_partial": {"en": "∂", "zh": "∂"},
    "term_gradient": {"en": "gradient", "zh": "梯度"},
    "term_local": {"en": "local derivative", "zh": "局部导数"},
    "term_rate": {"en": "η", "zh": "η"},
    "means_partial": {
        "en": "∂c/∂a, say “del c by del a”: how many times as much as a does c change, for a small change of a, "
              "while the other inputs are held fixed?",
        "zh": "∂c/∂a 读作“偏 c 偏 a”：其他输入固定不变，a 有微小变化时，c 的变化量是 a 的变化量的几倍？",
    },
    "means_gradient": {
        "en": "The gradient of a number: how many times as much as that number does the output {output} change, by "
              "all ways that lead from it to {output}? It is written ∂{output}/∂a for a number a.",
        "zh": "一个数的梯度：沿着从它到输出 {output} 的所有路径，{output} 的变化量是它的变化量的几倍？"
              "数 a 的梯度写作 ∂{output}/∂a。",
    },
    "means_local": {
        "en": "The local derivative of one arrow: how many times as much as its start does its end change, in this one "
              "operation alone, with its other operands and uses held fixed?",
        "zh": "一条箭头的局部导数：只看这一步运算，其他操作数和其他几次使用固定不变，"
              "箭头终点的变化量是起点的变化量的几倍？",
    },
    "means_rate": {
        "en": "η, say “eta”: the learning rate. A step of gradient descent moves each number by η times its gradient, "
              "downhill.",
        "zh": "η 读作“伊塔”：学习率。梯度下降的一步把每个数沿下坡方向移动 η 乘以它的梯度。",
    },
    # ---- The teacher's own words --------------------------------------------------------------------------------
    "teacher": {"en": "From your teacher", "zh": "老师的话"},
    # ---- The quiz ----------------------------------------------------------------------------------------------
    "quiz_hint": {
        "en": "The numbers in question are hidden. Answer like 2, -0.5e-2 or 1/3; four digits are enough.",
        "zh": "所问的数已经隐藏。请这样作答：2、-0.5e-2 或 1/3；四位数字就够了。",
    },
    "quiz_start": {"en": "Start the quiz", "zh": "开始测验"},
    "quiz_question": {"en": "Question {number} of {count}", "zh": "第 {number} 题，共 {count} 题"},
    "quiz_local_use": {
        "en": "Local derivative of one arrow: use #{use} of {node}, in {child}. Its other uses and the other "
              "operands of {child} are held fixed. How many times as much as this {node} does {child} change?",
        "zh": "一条箭头的局部导数：{node} 在 {child} 中的使用 #{use}。它的其他几次使用和 {child} 的其他操作数"
              "都固定不变。{child} 的变化量是这个 {node} 的变化量的几倍？",
    },
    "quiz_local": {
        "en": "Local derivative: how many times as much as {node} does {child} change?",
        "zh": "局部导数：{child} 的变化是 {node} 的几倍？",
    },
    "quiz_gradient": {
        "en": "Gradient: how many times as much as {node} does {output} change?",
        "zh": "梯度：{output} 的变化是 {node} 的几倍？",
    },
    "quiz_whole": {
        "en": "{node} is used {uses} times. What is its whole gradient?",
        "zh": "{node} 被使用 {uses} 次。它的完整梯度是多少？",
    },
    "quiz_answer": {"en": "Your answer", "zh": "你的答案"},
    "quiz_check": {"en": "Check my answer", "zh": "检查答案"},
    "quiz_help": {"en": "Hint {number} of {count}", "zh": "提示 {number}/{count}"},
    "quiz_hints": {"en": "Hints", "zh": "提示"},
    "hint_local": {
        "en": "Only this one operation counts: how does {child} move when {node} alone moves?",
        "zh": "只看这一步运算：只有 {node} 变化时，{child} 如何变化？",
    },
    "hint_gradient": {
        "en": "Chain rule: multiply along the way back. The gradient that comes in from {child}, times the local "
              "derivative.",
        "zh": "链式法则：沿返回的路相乘，即从 {child} 传来的梯度乘以局部导数。",
    },
    "hint_whole": {
        "en": "Chain rule for several uses: for each of the {uses} arrows multiply what comes in by the local "
              "derivative, then add up.",
        "zh": "多次使用时的链式法则：对 {uses} 条箭头中的每一条，用传来的梯度乘以局部导数，再全部加起来。",
    },
    "quiz_reason": {"en": "Show the reasoning", "zh": "显示推理"},
    "quiz_next": {"en": "Next question", "zh": "下一题"},
    "quiz_another": {"en": "Try another: new numbers", "zh": "再来一次：换一组数"},
    "quiz_stop": {"en": "Leave the quiz", "zh": "退出测验"},
    "quiz_write": {"en": "Your answer, for your teacher to read", "zh": "你的回答（给老师看）"},
    "quiz_choose": {"en": "Choose one", "zh": "选择一项"},
    "quiz_keep": {"en": "Keep my answer", "zh": "记下回答"},
    "quiz_noted": {"en": "✓ Noted. It will be in the summary.", "zh": "✓ 已记下，会出现在总结里。"},
    "quiz_chosen": {"en": "✓ Right.", "zh": "✓ 正确。"},
    "quiz_not_chosen": {"en": "✗ Not this one.", "zh": "✗ 不是这一项。"},
    "quiz_empty": {"en": "There is no answer yet.", "zh": "还没有回答。"},
    "quiz_near": {
        "en": "{answer} is right, but for another question. Try again: this does not count.",
        "zh": "{answer} 是对的，但回答的是另一个问题。请再试一次，这次不计。",
    },
    "quiz_right": {"en": "✓ Right: {answer}.", "zh": "✓ 正确：{answer}。"},
    "quiz_wrong": {"en": "✗ Not {answer}.", "zh": "✗ 不是 {answer}。"},
    "quiz_was": {"en": "It is {answer}.", "zh": "答案是 {answer}。"},
    "quiz_score": {"en": "Score: {right} of {asked}", "zh": "得分：{right} / {asked}"},
    "quiz_done": {
        "en": "Done: {right} of {count} right on the first try.",
        "zh": "完成：{count} 题中有 {right} 题一次答对。",
    },
    "quiz_set": {"en": "Set {seed}", "zh": "第 {seed} 组"},
    "quiz_nothing": {"en": "There is nothing to ask about this graph.", "zh": "这个图没有可以提问的内容。"},
    "remark_sign": {"en": "The size is right, but not the sign.", "zh": "大小正确，但符号不对。"},
    "remark_incoming": {
        "en": "That is the local derivative. It has to be multiplied by the gradient that comes in from {child}.",
        "zh": "这是局部导数，还要乘以从 {child} 传来的梯度。",
    },
    "remark_only_incoming": {
        "en": "That is the gradient that comes in from {child}. It has to be multiplied by the local derivative.",
        "zh": "这是从 {child} 传来的梯度，还要乘以局部导数。",
    },
    "remark_one_path": {
        "en": "That is what comes back from {child} alone. {node} is used {uses} times: add up all its uses.",
        "zh": "这只是从 {child} 传回的部分。{node} 被使用 {uses} 次：要把全部加起来。",
    },
    "remark_other": {
        "en": "That is the derivative with respect to the other operand.",
        "zh": "这是对另一个操作数的导数。",
    },
    "remark_value": {"en": "That is the value. The question is how it changes.", "zh": "这是值。问题是它如何变化。"},
    "remark_whole": {
        "en": "It is {symbol}, the whole gradient of {node}. Asked for is {asked}: how {child} changes in this one "
              "step.",
        "zh": "它是 {symbol}，即 {node} 的完整梯度。这里问的是 {asked}：{child} 在这一步中的变化。",
    },
    "remark_share": {
        "en": "That is what comes back along this arrow, with the gradient that comes in from {child} already "
              "multiplied in. Asked for is the local derivative alone.",
        "zh": "这是沿这条箭头传回的部分，已经乘上了从 {child} 传来的梯度。这里只问局部导数。",
    },
    "remark_all_uses": {
        "en": "It is {symbol}, with all uses of {node} moving together. Asked for is {asked}, the arrow #{use} alone: "
              "the other uses are held fixed.",
        "zh": "它是 {symbol}，即 {node} 的所有使用一起变化时的结果。这里问的是 {asked}，只看箭头 #{use}，"
              "其他几次使用固定不变。",
    },
    "remark_none": {"en": "Look at the formula: the hint shows it.", "zh": "看看公式：提示里有。"},
    # ---- The summary, to hand in --------------------------------------------------------------------------------
    "report": {"en": "Summary", "zh": "总结"},
    "report_name": {"en": "Your name", "zh": "姓名"},
    "report_copy": {"en": "Copy as text", "zh": "复制为文本"},
    "report_print": {"en": "Print", "zh": "打印"},
    "report_copied": {"en": "✓ Copied.", "zh": "✓ 已复制。"},
    "report_select": {
        "en": "The text is marked: copy it with Ctrl+C or ⌘C.",
        "zh": "文本已选中，请按 Ctrl+C 或 ⌘C 复制。",
    },
    "report_pupil": {"en": "Name: {name}", "zh": "姓名：{name}"},
    "report_date": {"en": "Date: {date}", "zh": "日期：{date}"},
    "report_numbers": {"en": "Numbers: {numbers}", "zh": "所用的数：{numbers}"},
    "report_first": {"en": "✓ on the first try", "zh": "✓ 一次答对"},
    "report_later": {"en": "✓ after trying {tries}", "zh": "✓ 之前答过 {tries}"},
    "report_shown": {"en": "✗ reasoning shown", "zh": "✗ 看了推理"},
    "report_skipped": {"en": "– not answered", "zh": "– 未答"},
    "report_tried": {"en": "✗ answered {tries}", "zh": "✗ 答了 {tries}"},
    "report_hints": {"en": "hints: {count}", "zh": "提示：{count}"},
    "report_wrote": {"en": "answer: {answer}", "zh": "回答：{answer}"},
}
