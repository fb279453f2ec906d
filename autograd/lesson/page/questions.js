// @ts-check
/* What the quiz asks, and what it says to a wrong answer. A symbol in a question means one thing: if a number is
   used several times, ∂c/∂a#1 is the local derivative of one use, and ∂L/∂a the whole gradient. */

/** A question about an arrow (local), about a node, or one of the teacher's own.
 * @typedef {object} Question
 * @property {"local" | "gradient" | "whole" | "own"} kind
 * @property {number} node
 * @property {number} child
 * @property {number} place
 * @property {number} use the number of the arrow among those that leave the node, 0 if it is the only one
 * @property {number} answer
 * @property {Own} [own] */

/** One of the teacher's: its answer is a number, the place of a choice, or, if null, text.
 * @typedef {{question: Words, answer: number | null, choices: Words[], hint: Words | null, reason: Words | null}}
 * Own */

/** Up to 4 local derivatives, 3 gradients of nodes that are used once, and 3 sums; then the teacher's questions, which
 * belong to the numbers that the page was written with.
 * @returns {Question[]} */
function posed() {
  const own = quiz.seed === 0 ? content.questions.map((one) => /** @type {Question} */ ({ kind: "own",
    node: graph.output, child: graph.output, place: 0, use: 0, answer: one.answer ?? NaN, own: one })) : [];
  if (!content.quiz) return own;
  const random = generator(quiz.seed * 7919 + 17);
  const edges = steps.filter(({ kind }) => kind === "backward")
    .map(({ node, child = 0, place = 0, use = 1, uses = 1 }) => ({ node, child, place, use: uses > 1 ? use : 0 }));
  // With an operand twice, as in x·x, each of its edges is only a part of the derivative that a book would give.
  const alone = edges.filter(({ node, child }) => engine.uses[node].filter((use) => use.child === child).length === 1);
  const { partials, gradients } = state.numbers;
  /** @type {Question[]} */
  const arrows = alone.map((edge) =>
    ({ kind: "local", ...edge, answer: partials[edge.child][edge.place] ?? 0 }));
  const sure = arrows.filter(isConfirmed);
  const interesting = sure.filter(({ child, place }) => placesIn(treeOf(child, place)).length);
  const local = chosen(interesting.length ? interesting : sure, 4, random);
  const nodes = [...new Set(edges.map(({ node }) => node))];
  /** @type {(kind: "gradient" | "whole", found: number[]) => Question[]} */
  const about = (kind, found) => found.map((node) => /** @type {Question} */ ({ kind, node, ...engine.uses[node][0],
    use: 0, answer: gradients[node] })).filter(isConfirmed);
  const single = about("gradient", nodes.filter((node) => engine.uses[node].length === 1));
  const far = single.filter(({ child }) => child !== graph.output);
  const inOrder = (/** @type {Question[]} */ found) => found.sort((one, other) => other.node - one.node);
  return [...local, ...inOrder(chosen(far.length ? far : single, 3, random)),
    ...inOrder(chosen(about("whole", nodes.filter((node) => engine.uses[node].length > 1)), 3, random)), ...own];
}

/** Some of a list, in its order. @template T @param {T[]} list @param {number} count @param {() => number} random */
function chosen(list, count, random) {
  const left = list.map((_, place) => place);
  while (left.length > count) left.splice(Math.floor(random() * left.length), 1);
  return left.map((place) => list[place]);
}

/** Whether the answer is found from both sides. At a kink there are several right answers: nothing is asked there.
 * @param {Question} question */
function isConfirmed({ kind, node, child, place, answer }) {
  const { values } = state.numbers;
  const at = values[node];
  const width = 1e-6 * Math.max(1, Math.abs(at));
  const value = along(child, [place]);
  const { left, right } = kind !== "local" ? engine.difference(values, node)
    : { left: (values[child] - value(at - width)) / width, right: (value(at + width) - values[child]) / width };
  const allowed = 1e-3 * Math.max(Math.abs(answer), 1e-6 * Math.max(...values.map(Math.abs)));
  return Math.abs(left - answer) <= allowed && Math.abs(right - answer) <= allowed;
}

/** What a student calculates from four digits has an error in the fourth, and a larger one if they cancel. But a
 * small number, unless it is all rounding, is neither 0 nor its opposite.
 * @param {number} given @param {number} right */
function isClose(given, right) {
  const size = Math.abs(right);
  return Math.abs(given - right) <= Math.max(5e-3 * size, size < 1e-12 ? 5e-5 : Math.min(5e-5, size / 5));
}

/** The derivative that is asked for, as plain text. @param {Question} question */
function symbolText({ kind, node, child, use }) {
  return kind === "local" ? derivativeText(child, node, use) : derivativeText(graph.output, node);
}

/** The derivative of one node with respect to another by all ways together. @param {number} of @param {number} by */
function total(of, by) {
  const { values } = state.numbers;
  const gradients = values.map(() => 0);
  gradients[of] = 1;
  for (let child = of; child > by; child--) {
    graph.nodes[child].parents.forEach((parent, place) => {
      const slope = state.numbers.partials[child]?.[place];
      if (slope && engine.flows(child, place)) gradients[parent] += gradients[child] * slope;
    });
  }
  return gradients[by];
}

/** What is right about an answer that is no answer to the question: the same derivative, but of all uses or of the
 * output. "" for nothing. @param {Question} question @param {number} given */
function nearness(question, given) {
  const { kind, node, child, use, answer: right } = question;
  if (kind !== "local" || isClose(given, right)) return "";
  const [node_, child_] = [nameOf(graph.nodes[node]), nameOf(graph.nodes[child])];
  const words = { node: node_, child: child_, use, asked: symbolText(question) };
  if (use && isClose(given, total(child, node))) {
    return text("remark_all_uses", { ...words, symbol: derivativeText(child, node) });
  }
  if (isClose(given, state.numbers.gradients[node])) {
    return text("remark_whole", { ...words, symbol: derivativeText(graph.output, node) });
  }
  return "";
}

/** What a typical wrong answer comes from. @param {Question} question @param {number} given */
function remark({ kind, node, child, place, answer: right }, given) {
  const { values, gradients, partials, shares } = state.numbers;
  const uses = engine.uses[node];
  const words = { node: nameOf(graph.nodes[node]), child: nameOf(graph.nodes[child]), output: LOSS, uses: uses.length };
  const is = (/** @type {number} */ wrong) => isClose(given, wrong) && !isClose(right, wrong);
  if (kind === "whole") {
    const one = uses.find((use) => is(shares[use.child][use.place]));
    if (one) return text("remark_one_path", { ...words, child: nameOf(graph.nodes[one.child]) });
    const local = uses.find((use) => is(partials[use.child][use.place] ?? NaN)) ? uses.length : 0;
    if (local || is(uses.reduce((all, use) => all + (partials[use.child][use.place] ?? 0), 0))) {
      return text("remark_incoming", words);
    }
  } else if (kind === "gradient") {
    if (is(partials[child][place] ?? NaN)) return text("remark_incoming", words);
    if (is(gradients[child])) return text("remark_only_incoming", words);
  } else if (kind === "local") {
    if ((partials[child] || []).some((slope, other) => other !== place && slope !== null && is(slope))) {
      return text("remark_other", words);
    }
    if (is(shares[child][place])) return text("remark_share", words);
  }
  if (is(-right)) return text("remark_sign", words);
  if (kind === "own") return "";
  if (is(values[kind === "local" ? child : node])) return text("remark_value", words);
  return text("remark_none", words);
}
