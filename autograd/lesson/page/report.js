// @ts-check
/* The summary at the end of the quiz, to be printed or copied as text and handed in. */

/** The questions that are right or wrong; what a pupil wrote for the teacher to read is neither. */
function marks() {
  return quiz.questions.filter(({ own }) => !own || own.answer !== null);
}

/** The right answer in words. @param {Question} question */
function answerText({ answer, own }) {
  return own?.choices.length ? plainWords(own.choices[answer]) : shown(answer);
}

/** A text without its emphasis, on one line. @param {Words} words */
function plainWords(words) {
  return create("p", "", words[language].map(marked)).textContent || "";
}

/** @param {Question} question @param {Attempt} attempt */
function reported(question, { tries, hints, right, shown: given }) {
  const asked = question.own ? plainWords(question.own.question) : `${symbolText(question)} = ${answerText(question)}`;
  const open = question.own && question.own.answer === null;
  const before = tries.slice(0, right ? -1 : undefined).join(text("comma"));
  const said = [open ? text(tries.length ? "report_wrote" : "report_skipped", { answer: tries[0] ?? "" })
    : right ? text(before ? "report_later" : "report_first", { tries: before })
    : tries.length ? text("report_tried", { tries: before }) : text(given ? "report_shown" : "report_skipped"),
  ...(tries.length && given ? [text("report_shown")] : []),
  ...(hints ? [text("report_hints", { count: hints })] : [])];
  return `${asked}   ${said.join(text("comma"))}`;
}

/** All lines but the name. */
function reportLines() {
  const numbers = leaves.slice(0, 12).map((place) => `${nameOf(graph.nodes[place])} = ${shown(state.given[place])}`);
  if (leaves.length > 12) numbers.push("…");
  return [text("report_date", { date: new Date().toLocaleDateString(text("language_tag")) }),
    `${text("quiz_set", { seed: quiz.seed + 1 })}. ${text("quiz_done", { right: quiz.right, count: marks().length })}`,
    text("report_numbers", { numbers: numbers.join(text("comma")) }), "",
    ...quiz.questions.map((question, place) => `${place + 1}. ${reported(question, quiz.attempts[place])}`)];
}

function reportText() {
  const title = element("title").textContent || "";
  return [title, text("report_pupil", { name: field("report-name").value.trim() || "________" }), ...reportLines(),
    ""].join("\n");
}

/** @param {boolean} done whether the quiz is over */
function renderReport(done) {
  element("report").hidden = !done;
  if (!done) return;
  const words = reportText();
  if (element("report-text").textContent !== words) element("report-text").textContent = words;
}

async function copyReport() {
  let copied = false;
  try {
    if (window.self === window.top) { // a page inside another one may not ask for the clipboard
      await navigator.clipboard.writeText(reportText());
      copied = true;
    }
  } catch { // nor may one that is not from a secure address
  }
  if (!copied) {
    window.getSelection()?.selectAllChildren(element("report-text"));
    copied = document.execCommand("copy");
  }
  element("report-done").textContent = text(copied ? "report_copied" : "report_select");
}

/** On paper there is nothing else then. */
function printReport() {
  document.documentElement.dataset.print = "report";
  element("paper").textContent = reportText();
  window.print();
}

function prepareReport() {
  element("report-copy").addEventListener("click", copyReport);
  element("report-print").addEventListener("click", printReport);
  field("report-name").addEventListener("input", () => {
    element("report-done").textContent = "";
    render();
  });
  window.addEventListener("afterprint", () => delete document.documentElement.dataset.print);
}
