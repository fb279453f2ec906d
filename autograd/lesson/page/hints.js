// @ts-check
/* The hints of a question, one after the other: the kind of rule, then the formula, then with the numbers put in. */

const HINTS = 3;

/** The hints up to a grade. @param {Question} question @param {number} grade */
function hintsOf(question, grade) {
  if (question.own) return question.own.hint && grade ? question.own.hint[language].map(marked) : [];
  const { names, numbers } = question.kind === "local" ? localHints(question) : chainHints(question);
  return [...ruleHints(question), display(text("quiz_hints"), aligned([names])),
    display(text("quiz_hints"), aligned([names, numbers]))].filter((_, place) =>
    (place === 0 && grade > 0) || (place === 1 && grade === 2) || (place === 2 && grade === 3));
}

/** How many hints there are. @param {Question} question */
function hintCount({ own }) {
  return own ? Number(own.hint !== null) : HINTS;
}

/** What kind of rule. @param {Question} question */
function ruleHints({ kind, node, child, place }) {
  const uses = engine.uses[node].length;
  const said = text(`hint_${kind}`, { node: nameOf(graph.nodes[node]), child: nameOf(graph.nodes[child]), uses });
  return [create("p", "", kind === "local" ? `${said}${text("gap")}${ruleOf(child, place)}` : said)];
}

/** @param {Question} question @returns {{names: Line, numbers: Line}} */
function localHints({ node, child, place, use }) {
  const { names, numbers, operands } = formulaOf(graph, child, treeOf(child, place), state.numbers.values);
  return { names: [[derivative(graph.nodes[child], graph.nodes[node], use)], "=", [names]],
    numbers: [[], digits(operands), [numbers]] };
}

/** @param {Question} question @returns {{names: Line, numbers: Line}} */
function chainHints({ node }) {
  const [asked, output] = [graph.nodes[node], graph.nodes[graph.output]];
  const uses = engine.uses[node];
  const { gradients, partials } = state.numbers;
  const factors = uses.map(({ child, place }) => [gradients[child], partials[child][place] ?? 0]);
  return {
    names: [[derivative(output, asked)], "=", joined(uses.map(({ child }, index) => mathml("mrow",
      derivative(output, graph.nodes[child]), operator("·"),
      derivative(graph.nodes[child], asked, uses.length > 1 ? index + 1 : 0))))],
    numbers: [[], digits(factors.flat()), joined(factors.map(([incoming, local], index) => mathml("mrow",
      numeral(incoming, index > 0), operator("×"), numeral(local, true))))],
  };
}
