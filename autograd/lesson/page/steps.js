// @ts-check
/* The chain rule, step by step: which numbers are known by now, and what happens in this step. */

const steps = content.steps;

/** The step in which a value is calculated, a gradient complete, an edge walked back. From the beginning: no entry.
 * @type {{value: Map<number, number>, gradient: Map<number, number>, edge: Map<string, number>}} */
const known = { value: new Map(), gradient: new Map(), edge: new Map() };
steps.forEach(({ kind, node, child, place }, index) => {
  if (kind === "forward") known.value.set(node, index + 1);
  if (kind === "seed" || kind === "backward") known.gradient.set(node, index + 1);
  if (kind === "backward") known.edge.set(`${child}-${place}`, index + 1);
});

/** @param {StepKind} kind @returns {"forward" | "backward" | "update"} */
function phaseOf(kind) {
  if (kind === "given" || kind === "forward") return "forward";
  return kind === "update" || kind === "loss" ? "update" : "backward";
}

/** @type {Hiding} */
const notKnownYet = { value: hiddenValue, gradient: hiddenGradient, partial: hiddenPartial };

/** What is written for a value that is not known yet, else null. @param {number} node */
function hiddenValue(node) {
  return (known.value.get(node) ?? 0) > state.step ? "" : null;
}

/** Until all of its uses are done, a gradient is a total that grows. @param {number} node */
function hiddenGradient(node) {
  const complete = known.gradient.get(node);
  if (complete !== undefined && complete <= state.step) return null;
  const shares = engine.uses[node].filter(({ child, place }) =>
    (known.edge.get(`${child}-${place}`) ?? Infinity) <= state.step);
  return shares.length ? `${shown(summed(shares))} + …` : "";
}

/** @param {number} child @param {number} place */
function hiddenPartial(child, place) {
  return (known.edge.get(`${child}-${place}`) ?? Infinity) <= state.step ? null : "";
}

/** @param {{child: number, place: number}[]} uses */
function summed(uses) {
  return uses.reduce((total, { child, place }) => total + state.numbers.shares[child][place], 0);
}

/** What a step is about. @param {Step | undefined} step
 * @returns {{nodes: number[], edges: {child: number, place: number}[], phase: string}} */
function litBy(step) {
  if (!step) return { nodes: [], edges: [], phase: "" };
  const { kind, node, child = 0, place = 0 } = step;
  const edges = kind === "backward" ? [{ child, place }]
    : kind === "forward" ? graph.nodes[node].parents.map((_, argument) => ({ child: node, place: argument })) : [];
  return { nodes: [node], edges, phase: phaseOf(kind) };
}

/** A step as a formula with the numbers put in, and as a sentence from the table that Python's explanations use.
 * @typedef {{lines: Line[], key: string, slots: Record<string, string | number>}} Telling
 * @typedef {[Node[], string, Node[]]} Line */

/** @param {Step} step */
function told(step) {
  const { lines, key, slots } = TELLERS[step.kind](step);
  const sentence = text(key, { node: nameOf(graph.nodes[step.node]), output: LOSS, ...slots });
  return { formula: display(sentence, aligned(lines)), sentence, lines };
}

/** Before the first step: the numbers that are known. @param {number} [most] of which so many are written */
function toldBefore(most = 12) {
  const sentence = text("before", { names: listed(leaves) || text("nothing") });
  const given = leaves.slice(0, most).map((place) => mathml("math", named(graph.nodes[place]), operator("="),
    numeral(state.given[place])));
  if (leaves.length > most) given.push(mathml("math", operator("⋯")));
  return { formula: create("div", "given", given), sentence, lines: /** @type {Line[]} */ ([]) };
}

/** @type {Record<StepKind, (step: Step) => Telling>} */
const TELLERS = { given: toldGiven, forward: toldForward, seed: toldSeed, backward: toldBackward, update: toldUpdate,
  loss: toldLoss };

/** @param {Step} step @returns {Telling} */
function toldGiven({ node: place }) {
  const value = state.numbers.values[place];
  return { lines: [[[named(graph.nodes[place])], equals(value, []), [numeral(value)]]],
    key: graph.nodes[place].fixed ? "set" : "given", slots: { result: shown(value) } };
}

/** @param {Step} step @returns {Telling} */
function toldForward({ node: place, formula }) {
  const node = graph.nodes[place];
  const { values } = state.numbers;
  const { names, numbers, operands } = formulaOf(graph, place, content.formulas[node.formula ?? 0].value, values);
  return {
    lines: [[[named(node)], "=", [names]], [[], digits(operands), [numbers]],
      [[], equals(values[place], operands), [numeral(values[place])]]],
    key: formula === undefined ? "given" : "forward", slots: { formula: formula ?? "", result: shown(values[place]) },
  };
}

/** @returns {Telling} */
function toldSeed() {
  const output = graph.nodes[graph.output];
  return { lines: [[[derivative(output, output)], "=", [numeral(1)]]], key: "seed", slots: {} };
}

/** The local derivative of an edge: ∂child/∂node, its formula, the numbers put in, and what comes out.
 * @param {number} child @param {number} argument @param {number} [use] @returns {Line[]} */
function localLines(child, argument, use = 0) {
  const { values, partials } = state.numbers;
  const [node, user] = [graph.nodes[graph.nodes[child].parents[argument]], graph.nodes[child]];
  const local = partials[child][argument] ?? 0;
  const { names, numbers, operands } = formulaOf(graph, child, treeOf(child, argument), values);
  /** @type {Line[]} */
  const lines = [[[derivative(user, node, use)], "=", [names]]];
  if (operands.length) lines.push([[], digits(operands), [numbers]]);
  if (Number(writtenIn(operands.length ? numbers : names)) !== Number(written(local))) {
    lines.push([[], equals(local, operands), [numeral(local)]]);
  }
  return lines;
}

/** The formula of a local derivative. @param {number} child @param {number} argument @returns {Tree} */
function treeOf(child, argument) {
  return content.formulas[graph.nodes[child].formula ?? 0].partials[argument] ?? ["mn", "0"];
}

/** @param {Step} step @returns {Telling} */
function toldBackward({ node: place, child = 0, place: argument = 0, use = 1, uses = 1 }) {
  const { gradients, partials, shares } = state.numbers;
  const [node, user, output] = [graph.nodes[place], graph.nodes[child], graph.nodes[graph.output]];
  const [local, incoming, share] = [partials[child][argument] ?? 0, gradients[child], shares[child][argument]];
  const number = uses > 1 ? use : 0;
  const lines = localLines(child, argument, number);
  const product = [numeral(incoming), operator("×"), numeral(local, true)];
  const whole = derivative(output, node, number);
  if (child === graph.output) lines.push([[whole], digits([incoming, local]), product]);
  else {
    lines.push([[whole], "=", [derivative(output, user), operator("·"), derivative(user, node, number)]],
      [[], digits([incoming, local]), product]);
  }
  lines.push([[], productSign(share, incoming, local), [numeral(share)]]);
  const total = summed(engine.uses[place].slice(0, use));
  if (use > 1) lines.push(...runningSum(place, use, uses, total));
  const key = uses === 1 ? (child === graph.output ? "backward_output" : "backward")
    : use === 1 ? "backward_first" : use === uses ? "backward_last" : "backward_next";
  return { lines, key, slots: { child: nameOf(user), local: shown(local), incoming: shown(incoming),
    equal: productSign(share, incoming, local), contribution: shown(share), use, uses, total: shown(total) } };
}

/** What a formula says if it is just a number. @param {Node} formula */
function writtenIn(formula) {
  return (formula.textContent || "").replace("−", "-").replace(/^\((.*)\)$/, "$1");
}

/** The total over the uses so far. @param {number} place @param {number} use @param {number} uses @param {number} total
 * @returns {Line[]} */
function runningSum(place, use, uses, total) {
  const [node, output] = [graph.nodes[place], graph.nodes[graph.output]];
  const share = ({ child = 0, place: argument = 0 }) => state.numbers.shares[child][argument];
  const few = use <= 4;
  const terms = few ? engine.uses[place].slice(0, use).map(share)
    : [summed(engine.uses[place].slice(0, use - 1)), share(engine.uses[place][use - 1])];
  const symbols = few ? terms.map((_, index) => derivative(output, node, index + 1))
    : [derivative(output, node, 1), operator("⋯"), derivative(output, node, use)];
  const left = use === uses ? derivative(output, node) : mathml("mrow");
  return [[[left], use === uses ? "=" : "", joined(symbols)],
    [[], digits(terms), joined(terms.map((term, index) => numeral(term, index > 0)))],
    [[], sumSign(total, terms), [numeral(total)]]];
}

/** @param {Step} step @returns {Telling} */
function toldUpdate({ node: place }) {
  const [before, gradient] = [state.given[place], state.numbers.gradients[place]];
  const after = before - state.rate * gradient;
  const [node, output] = [graph.nodes[place], graph.nodes[graph.output]];
  return {
    lines: [[[prime(node)], "=", [named(node), operator("−"), mathml("mi", "η"), operator("·"),
      derivative(output, node)]],
    [[], digits([before, state.rate, gradient]), [numeral(before), operator("−"), numeral(state.rate, true),
      operator("×"), numeral(gradient, true)]],
    [[], equals(after, [before, state.rate, gradient]), [numeral(after)]]],
    key: gradient === 0 ? "update_stays" : "update",
    slots: { rate: shown(state.rate), gradient: shown(gradient), before: shown(before), result: shown(after) },
  };
}

/** @returns {Telling} */
function toldLoss() {
  const output = graph.nodes[graph.output];
  const before = state.numbers.values[graph.output];
  const given = state.given.slice();
  descended().forEach((value, place) => (given[place] = value));
  try {
    const after = engine.forward(given)[graph.output];
    return { lines: [[[named(output)], equals(before, []), [numeral(before)]],
      [[prime(output)], equals(after, []), [numeral(after)]]],
    key: after === before ? "loss_same" : after < before ? "loss_lower" : "loss_higher",
    slots: { before: shown(before), result: shown(after) } };
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    return { lines: [[[named(output)], equals(before, []), [numeral(before)]]], key: "learn_trouble",
      slots: { trouble: trouble.message } };
  }
}

/** Names as a sentence lists them: a, b and c.
 * @param {number[]} places */
function listed(places) {
  const names = [...new Set(places.map((place) => nameOf(graph.nodes[place])))];
  if (names.length > 8) names.splice(4, names.length - 5, "…");
  const last = names.pop() ?? "";
  return names.length ? `${names.join(text("comma"))}${text("and")}${last}` : last;
}
