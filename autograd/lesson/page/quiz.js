// @ts-check
/* The quiz: numbers are hidden and asked for: first local derivatives, then gradients, last those of shared nodes. */

/** A question about an edge (local) or about a node.
 * @typedef {{kind: "local" | "gradient" | "whole", node: number, child: number, place: number,
 * answer: number}} Question */

const quiz = {
  /** @type {Question[]} */
  questions: [],
  current: 0,
  seed: 0,
  right: 0,
  asked: 0,
  tried: false, // the current one was answered, or its reasoning was seen
  solved: false,
  /** What to go back to afterwards. @type {number[] | null} */
  before: null,
};

function quizzing() {
  return mode === "quiz" && quiz.questions.length > 0 && quiz.current < quiz.questions.length;
}

/** @type {Hiding} */
const notAnsweredYet = { value: () => null, gradient: quizGradient, partial: quizPartial };

/** A gradient is hidden if it, or one that is made from it, has not been asked for yet. @param {number} node */
function quizGradient(node) {
  const waiting = quiz.questions.slice(quiz.current + (quiz.solved ? 1 : 0)).filter(({ kind }) => kind !== "local");
  if (quiz.questions[quiz.current].kind === "local") return "?";
  return waiting.some((question) => question.node === node) || beyond(waiting, node) ? "?" : null;
}

/** Whether a node is nearer to the leaves than one that is asked for: its gradient would give that one away.
 * @param {Question[]} waiting @param {number} node */
function beyond(waiting, node) {
  return waiting.some((question) => node < question.node);
}

/** @param {number} child @param {number} place */
function quizPartial(child, place) {
  const waiting = quiz.questions.slice(quiz.current + (quiz.solved ? 1 : 0));
  return waiting.some((one) => one.kind === "local" && one.child === child && one.place === place) ? "?" : null;
}

/** Up to 4 local derivatives, 3 gradients of nodes that are used once, and 3 sums.
 * @returns {Question[]} */
function posed() {
  const random = generator(quiz.seed * 7919 + 17);
  const edges = steps.filter(({ kind }) => kind === "backward")
    .map(({ node, child = 0, place = 0 }) => ({ node, child, place }));
  // With an operand twice, as in x·x, each of its edges is only a part of the derivative that a book would give.
  const alone = edges.filter(({ node, child }) => engine.uses[node].filter((use) => use.child === child).length === 1);
  const interesting = alone.filter(({ child, place }) => placesIn(treeOf(child, place)).length);
  const { partials, gradients } = state.numbers;
  /** @type {Question[]} */
  const local = chosen(interesting.length ? interesting : alone, 4, random).map((edge) =>
    ({ kind: "local", ...edge, answer: partials[edge.child][edge.place] ?? 0 }));
  const nodes = [...new Set(edges.map(({ node }) => node))].map((node) => ({ node, ...engine.uses[node][0] }));
  const far = nodes.filter(({ node, child }) => engine.uses[node].length === 1 && child !== graph.output);
  const single = far.length ? far : nodes.filter(({ node }) => engine.uses[node].length === 1);
  /** @type {(kind: "gradient" | "whole", found: typeof nodes) => Question[]} */
  const ask = (kind, found) => found.map((use) => ({ kind, ...use, answer: gradients[use.node] }));
  const inOrder = (/** @type {Question[]} */ found) => found.sort((one, other) => other.node - one.node);
  return [...local, ...inOrder(ask("gradient", chosen(single, 3, random))),
    ...inOrder(ask("whole", chosen(nodes.filter(({ node }) => engine.uses[node].length > 1), 3, random)))];
}

/** Some of a list, in its order. @template T @param {T[]} list @param {number} count @param {() => number} random */
function chosen(list, count, random) {
  const left = list.map((_, place) => place);
  while (left.length > count) left.splice(Math.floor(random() * left.length), 1);
  return left.map((place) => list[place]);
}

function startQuiz() {
  quiz.before ??= state.given.slice();
  quiz.questions = posed();
  quiz.current = 0;
  quiz.right = 0;
  quiz.asked = 0;
  ask();
  focusQuiz();
}

/** Leave the quiz, and go back to the numbers from before. */
function stopQuiz() {
  quiz.questions = [];
  if (quiz.before) change(new Map(leaves.map((place) => [place, /** @type {number[]} */ (quiz.before)[place]])));
  quiz.before = null;
  quiz.seed = 0;
  render();
}

/** New numbers on the same graph, from the next seed: short ones that every operation allows. */
function tryAnother() {
  quiz.before ??= state.given.slice();
  quiz.seed++;
  const random = generator(quiz.seed);
  for (let attempt = 0; attempt < 400; attempt++) {
    const spread = attempt < 200 ? 3 : (3 * (400 - attempt)) / 200; // closer and closer to numbers that work
    const near = attempt >= 200;
    const changes = new Map(leaves.map((place) => {
      const drawn = (near ? original[place] : 0) + (random() * 2 - 1) * spread;
      return [place, near ? Number(drawn.toPrecision(4)) : Math.round(drawn * 2) / 2 || 0.5];
    }));
    if (!change(changes) && state.numbers.values.every((value) => Math.abs(value) < 1e4)) break;
  }
  startQuiz();
}

/** Show the current question, unanswered. */
function ask() {
  quiz.tried = false;
  quiz.solved = false;
  field("quiz-answer").value = "";
  field("quiz-answer").removeAttribute("aria-invalid");
  for (const id of ["quiz-verdict", "quiz-hint", "quiz-reasoning"]) {
    element(id).replaceChildren();
    delete element(id).dataset.shown;
  }
  render();
}

/** @param {SubmitEvent} event */
function answer(event) {
  event.preventDefault();
  const question = quiz.questions[quiz.current];
  if (!question || quiz.solved) return;
  const given = parsed(field("quiz-answer").value);
  attribute(field("quiz-answer"), "aria-invalid", String(Number.isNaN(given)));
  if (Number.isNaN(given)) {
    verdict("bad", text("no_number"));
    return;
  }
  const right = isClose(given, question.answer);
  if (!quiz.tried) {
    quiz.asked++;
    if (right) quiz.right++;
  }
  quiz.tried = true;
  quiz.solved = right;
  if (right) verdict("good", text("quiz_right", { answer: shown(question.answer) }));
  else verdict("bad", text("quiz_wrong", { answer: shown(given) }), remark(question, given));
  render();
}

/** What a student calculates from four digits has an error in the fourth, and a larger one if they cancel. But a
 * small number, unless it is all rounding, is neither 0 nor its opposite.
 * @param {number} given @param {number} right */
function isClose(given, right) {
  const size = Math.abs(right);
  return Math.abs(given - right) <= Math.max(5e-3 * size, size < 1e-12 ? 5e-5 : Math.min(5e-5, size / 5));
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
    if (local || is(uses.reduce((total, use) => total + (partials[use.child][use.place] ?? 0), 0))) {
      return text("remark_incoming", words);
    }
  } else if (kind === "gradient") {
    if (is(partials[child][place] ?? NaN)) return text("remark_incoming", words);
    if (is(gradients[child])) return text("remark_only_incoming", words);
  } else {
    if ((partials[child] || []).some((slope, other) => other !== place && slope !== null && is(slope))) {
      return text("remark_other", words);
    }
    if (is(gradients[node]) || is(shares[child][place])) return text("remark_whole", words);
  }
  if (is(-right)) return text("remark_sign", words);
  if (is(values[kind === "local" ? child : node])) return text("remark_value", words);
  return text("remark_none", words);
}

/** @param {string} kind @param {...string} lines */
function verdict(kind, ...lines) {
  element("quiz-verdict").replaceChildren(...lines.map((line) => create("p", kind, line)));
}

/** The formula that the answer comes from. */
function showHint() {
  element("quiz-hint").dataset.shown = "yes";
  render();
}

function showReasoning() {
  const question = quiz.questions[quiz.current];
  if (!question) return;
  if (!quiz.tried) quiz.asked++;
  quiz.tried = true;
  quiz.solved = true;
  element("quiz-reasoning").dataset.shown = "yes";
  verdict("", text("quiz_was", { answer: shown(question.answer) }));
  render();
}

function nextQuestion() {
  if (!quiz.tried) quiz.asked++;
  quiz.current++;
  ask();
  focusQuiz();
}

/** Focus what the quiz continues with; only what is shown can have the focus. */
function focusQuiz() {
  renderNow();
  element(!quiz.questions.length ? "quiz-start" : quizzing() ? "quiz-answer" : "quiz-another").focus();
}

function prepareQuiz() {
  element("tab-quiz").hidden = !content.quiz;
  element("quiz-start").addEventListener("click", startQuiz);
  element("quiz-form").addEventListener("submit", (event) => answer(/** @type {SubmitEvent} */ (event)));
  element("quiz-help").addEventListener("click", showHint);
  element("quiz-reason").addEventListener("click", showReasoning);
  element("quiz-next").addEventListener("click", nextQuestion);
  element("quiz-another").addEventListener("click", tryAnother);
  element("quiz-stop").addEventListener("click", () => {
    stopQuiz();
    focusQuiz();
  });
  renderers.push(renderQuiz);
}

function renderQuiz() {
  if (mode !== "quiz") return;
  const begun = quiz.questions.length > 0;
  const question = quiz.questions[quiz.current];
  element("quiz-start").hidden = begun;
  element("quiz-nothing").hidden = steps.some(({ kind }) => kind === "backward");
  element("quiz-start").hidden ||= !element("quiz-nothing").hidden;
  element("quiz-form").hidden = !begun;
  element("quiz-another").hidden = element("quiz-stop").hidden = !begun;
  if (!begun) return;
  element("quiz-score").textContent = text("quiz_score", { right: quiz.right, asked: quiz.asked });
  for (const row of element("quiz-form").querySelectorAll(".row")) row.toggleAttribute("hidden", !question);
  for (const id of ["quiz-answer", "quiz-check", "quiz-help", "quiz-reason", "quiz-next"]) {
    field(id).disabled = !question || (quiz.solved && id !== "quiz-next");
  }
  if (!question) {
    element("quiz-number").textContent = text("quiz_set", { seed: quiz.seed + 1 });
    element("quiz-question").textContent = text("quiz_done", { right: quiz.right, count: quiz.questions.length });
    element("quiz-asked").replaceChildren();
    return;
  }
  const words = { number: quiz.current + 1, count: quiz.questions.length };
  element("quiz-number").textContent = text("quiz_question", words);
  renderQuestion(question);
}

/** @param {Question} question */
function renderQuestion({ kind, node, child, place }) {
  const [asked, user, output] = [graph.nodes[node], graph.nodes[child], graph.nodes[graph.output]];
  const sentence = text(`quiz_${kind}`, { node: nameOf(asked), child: nameOf(user), output: LOSS,
    uses: engine.uses[node].length });
  element("quiz-question").textContent = sentence;
  const symbols = kind === "local" ? derivative(user, asked) : derivative(output, asked);
  element("quiz-asked").replaceChildren(display(sentence, aligned([[[symbols], "=", [mathml("mi", "?")]]])));
  const hints = element("quiz-hint").dataset.shown ? [hintOf(kind, node, child, place)] : [];
  element("quiz-hint").replaceChildren(...hints);
  const uses = engine.uses[node];
  const reasons = kind === "local" ? [display(sentence, aligned(localLines(child, place)))]
    : uses.map((use, index) => told({ kind: "backward", node, ...use, use: index + 1, uses: uses.length }).formula);
  element("quiz-reasoning").replaceChildren(...(element("quiz-reasoning").dataset.shown || quiz.solved ? reasons : []));
}

/** The formula without numbers. @param {Question["kind"]} kind @param {number} node @param {number} child
 * @param {number} place */
function hintOf(kind, node, child, place) {
  const [asked, output] = [graph.nodes[node], graph.nodes[graph.output]];
  const uses = engine.uses[node];
  /** @type {Line[]} */
  const lines = kind === "local" ? [[[derivative(graph.nodes[child], asked)], "=",
    [formulaOf(graph, child, treeOf(child, place), state.numbers.values).names]]]
    : [[[derivative(output, asked)], "=", joined(uses.map((use, index) => mathml("mrow",
      derivative(output, graph.nodes[use.child]), operator("·"),
      derivative(graph.nodes[use.child], asked, uses.length > 1 ? index + 1 : 0))))]];
  return display(text("quiz_help"), aligned(lines));
}
