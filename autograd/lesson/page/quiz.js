// @ts-check
/* The quiz: numbers are hidden and asked for: first local derivatives, then gradients, then those of shared nodes, last
   what the teacher asks. questions.js has what is asked, hints.js the help, report.js the summary at the end. */

/** What was done about a question, for the summary.
 * @typedef {{tries: string[], hints: number, right: boolean, shown: boolean}} Attempt */

const quiz = {
  /** @type {Question[]} */
  questions: [],
  current: 0,
  seed: 0,
  right: 0,
  asked: 0,
  tried: false, // the current one was answered, or its reasoning was seen
  solved: false,
  hints: 0, // of the current one
  /** @type {Attempt[]} */
  attempts: [],
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
  const waiting = quiz.questions.slice(quiz.current + (quiz.solved ? 1 : 0))
    .filter(({ kind }) => kind === "gradient" || kind === "whole");
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

function startQuiz() {
  quiz.before ??= state.given.slice();
  // The teacher's questions are about the numbers that the page was written with.
  if (quiz.seed === 0 && content.questions.length) change(new Map(leaves.map((place) => [place, original[place]])));
  quiz.questions = posed();
  quiz.attempts = quiz.questions.map(() => ({ tries: [], hints: 0, right: false, shown: false }));
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
  quiz.hints = 0;
  field("quiz-answer").value = "";
  field("quiz-answer").removeAttribute("aria-invalid");
  for (const id of ["quiz-verdict", "quiz-hint", "quiz-reasoning", "quiz-options"]) {
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
  if (question.own?.choices.length) answerChoice(question.own);
  else if (question.own && question.own.answer === null) answerInWords();
  else answerNumber(question);
  render();
}

/** @param {Question} question */
function answerNumber(question) {
  const given = parsed(field("quiz-answer").value);
  attribute(field("quiz-answer"), "aria-invalid", String(Number.isNaN(given)));
  if (Number.isNaN(given)) {
    verdict("bad", text("no_number"));
    return;
  }
  const near = nearness(question, given);
  if (near) { // what is right is not called wrong
    verdict("near", text("quiz_near", { answer: shown(given) }), near);
    return;
  }
  const right = isClose(given, question.answer);
  note(shown(given), right);
  if (right) verdict("good", text("quiz_right", { answer: shown(question.answer) }));
  else verdict("bad", text("quiz_wrong", { answer: shown(given) }), remark(question, given));
}

/** @param {string} given @param {boolean} right */
function note(given, right) {
  if (!quiz.tried) {
    quiz.asked++;
    if (right) quiz.right++;
  }
  const attempt = quiz.attempts[quiz.current];
  attempt.tries.push(given);
  attempt.right = right;
  quiz.tried = true;
  quiz.solved = right;
}

/** @param {string} kind @param {...string} lines */
function verdict(kind, ...lines) {
  element("quiz-verdict").replaceChildren(...lines.filter(Boolean).map((line) => create("p", kind, line)));
}

/** One hint more. */
function showHint() {
  const question = quiz.questions[quiz.current];
  if (!question) return;
  quiz.hints = Math.min(quiz.hints + 1, hintCount(question));
  quiz.attempts[quiz.current].hints = quiz.hints;
  render();
}

function showReasoning() {
  const question = quiz.questions[quiz.current];
  if (!question) return;
  if (!quiz.tried) quiz.asked++;
  quiz.tried = true;
  quiz.solved = true;
  quiz.attempts[quiz.current].shown = true;
  element("quiz-reasoning").dataset.shown = "yes";
  verdict("", text("quiz_was", { answer: answerText(question) }));
  render();
}

function nextQuestion() {
  if (!quiz.tried && marks().includes(quiz.questions[quiz.current])) quiz.asked++;
  quiz.current++;
  ask();
  focusQuiz();
}

/** Focus what the quiz continues with; only what is shown can have the focus. */
function focusQuiz() {
  renderNow();
  const choice = element("quiz-options").querySelector("input");
  if (quizzing() && choice) choice.focus();
  else element(!quiz.questions.length ? "quiz-start" : quizzing() ? "quiz-answer" : "quiz-another").focus();
}

function prepareQuiz() {
  element("tab-quiz").hidden = !MODES.includes("quiz");
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
  const possible = content.questions.length > 0 || posed().length > 0;
  element("quiz-nothing").hidden = begun || possible;
  element("quiz-start").hidden = begun || !possible;
  element("quiz-form").hidden = !begun;
  // New numbers on the same graph have no use if only the teacher asks.
  element("quiz-another").hidden = !content.quiz || (!begun && possible) || !leaves.length;
  element("quiz-stop").hidden = !begun;
  if (!begun) return;
  element("quiz-score").textContent = text("quiz_score", { right: quiz.right, asked: quiz.asked });
  for (const row of element("quiz-form").querySelectorAll(".row")) row.toggleAttribute("hidden", !question);
  for (const id of ["quiz-answer", "quiz-check", "quiz-help", "quiz-reason", "quiz-next"]) {
    field(id).disabled = !question || (quiz.solved && id !== "quiz-next");
  }
  renderReport(!question);
  if (!question) {
    element("quiz-number").textContent = text("quiz_set", { seed: quiz.seed + 1 });
    element("quiz-question").textContent = text("quiz_done", { right: quiz.right, count: marks().length });
    for (const id of ["quiz-asked", "quiz-options"]) element(id).replaceChildren();
    listTerms(element("quiz-terms"), []);
    return;
  }
  const words = { number: quiz.current + 1, count: quiz.questions.length };
  element("quiz-number").textContent = text("quiz_question", words);
  const count = hintCount(question);
  element("quiz-help").hidden = !count;
  element("quiz-help").textContent = text("quiz_help", { number: Math.min(quiz.hints + 1, count), count });
  field("quiz-help").disabled ||= quiz.hints === count;
  element("quiz-hint").replaceChildren(...hintsOf(question, quiz.hints));
  if (question.own) renderOwn(question.own);
  else renderQuestion(question);
}

/** @param {Question} question */
function renderQuestion(question) {
  const { kind, node, child, place, use } = question;
  const [asked, user, output] = [graph.nodes[node], graph.nodes[child], graph.nodes[graph.output]];
  const uses = engine.uses[node];
  const sentence = text(use ? "quiz_local_use" : `quiz_${kind}`, { node: nameOf(asked), child: nameOf(user),
    output: LOSS, use, uses: uses.length });
  element("quiz-question").textContent = sentence;
  const symbols = kind === "local" ? derivative(user, asked, use) : derivative(output, asked);
  element("quiz-asked").replaceChildren(display(sentence, aligned([[[symbols], "=", [mathml("mi", "?")]]])));
  listTerms(element("quiz-terms"), kind === "local" ? ["partial", "local"] : ["partial", "gradient"]);
  element("quiz-answer-label").textContent = text("quiz_answer");
  element("quiz-check").textContent = text("quiz_check");
  element("quiz-reason").hidden = element("quiz-answer").hidden = element("quiz-answer-label").hidden = false;
  element("quiz-answer").classList.remove("words");
  if (!element("quiz-reasoning").dataset.shown && !quiz.solved) element("quiz-reasoning").replaceChildren();
  else {
    element("quiz-reasoning").replaceChildren(...(kind === "local"
      ? [display(sentence, aligned(localLines(child, place, use))), whyOf(child, place)]
      : uses.map((one, index) =>
        told({ kind: "backward", node, ...one, use: index + 1, uses: uses.length }).formula)));
  }
}
