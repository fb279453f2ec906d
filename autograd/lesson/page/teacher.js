// @ts-check
/* The teacher's own words: an introduction, notes to steps and to nodes, and questions. They come as trees, and nothing in them is
   ever read as markup. */

/** A text, parsed by Python: elements as [tag, ...children]. @typedef {[string, ...(string | Marked)[]]} Marked */
/** The same in each language. @typedef {Record<string, Marked[]>} Words */

/** @param {Marked | string} tree @returns {Node} */
function marked(tree) {
  if (typeof tree === "string") return document.createTextNode(tree);
  const [tag, ...inside] = tree;
  const made = document.createElement(tag);
  made.append(...inside.map(marked));
  return made;
}

/** Write words into their place, which is hidden if there are none. What is there already stays.
 * @param {HTMLElement} place @param {Words | null | undefined} words */
function writeWords(place, words) {
  place.hidden = !words;
  const key = words ? `${JSON.stringify(words[language])}` : "";
  if (place.dataset.words === key) return;
  place.dataset.words = key;
  attribute(place, "aria-label", text("teacher"));
  place.replaceChildren(...(words ? words[language].map(marked) : []));
}

function prepareTeacher() {
  renderers.push(() => {
    if (storyOf !== null) writeWords(element("story-note"), content.notes.nodes[storyOf]);
  });
}

/** @param {Own} own */
function answerChoice({ choices, answer }) {
  const chosen = /** @type {HTMLInputElement | null} */ (element("quiz-options").querySelector("input:checked"));
  if (!chosen) {
    verdict("bad", text("quiz_empty"));
    return;
  }
  const right = Number(chosen.value) === answer;
  note(plainWords(choices[Number(chosen.value)]), right);
  verdict(right ? "good" : "bad", text(right ? "quiz_chosen" : "quiz_not_chosen"));
}

function answerInWords() {
  const given = field("quiz-answer").value.trim();
  if (given) {
    quiz.attempts[quiz.current].tries.push(given);
    quiz.tried = quiz.solved = true;
  }
  verdict(given ? "good" : "bad", text(given ? "quiz_noted" : "quiz_empty"));
}

/** A question of the teacher's. @param {Own} own */
function renderOwn({ question, answer, choices, reason }) {
  element("quiz-question").replaceChildren(...question[language].map(marked));
  element("quiz-asked").replaceChildren();
  listTerms(element("quiz-terms"), []);
  const open = answer === null;
  element("quiz-answer").hidden = element("quiz-answer-label").hidden = choices.length > 0;
  element("quiz-answer").classList.toggle("words", open);
  element("quiz-answer-label").textContent = text(open ? "quiz_write" : "quiz_answer");
  element("quiz-check").textContent = text(open ? "quiz_keep" : "quiz_check");
  element("quiz-reason").hidden = open;
  renderOptions(choices);
  const reasoned = reason && (element("quiz-reasoning").dataset.shown || quiz.solved);
  element("quiz-reasoning").replaceChildren(...(reasoned ? reason[language].map(marked) : []));
}

/** The choices; what is chosen stays so in the other language. @param {Words[]} choices */
function renderOptions(choices) {
  const place = element("quiz-options");
  const before = [...place.querySelectorAll("input")].findIndex((option) => option.checked);
  const shownNow = `${quiz.current} ${language} ${quiz.solved}`;
  if (!choices.length || (place.dataset.shown === shownNow && place.children.length)) return;
  place.dataset.shown = shownNow;
  const options = choices.map((words, k) => {
    const option = create("input", "", [], { type: "radio", name: "quiz-option", value: String(k) });
    option.checked = k === before;
    option.disabled = quiz.solved;
    return create("label", "option", [option, create("span", "", words[language].map(marked))]);
  });
  place.replaceChildren(create("fieldset", "", [create("legend", "", text("quiz_choose")), ...options]));
}
