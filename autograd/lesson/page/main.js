// @ts-check
/* Starts the page: its modes, its tools, and what is drawn anew at each change. The other scripts are the parts. */

/** @typedef {"numbers" | "learn" | "quiz" | "check"} Mode */
/** @type {Mode[]} */
const MODES = content.quiz || content.questions.length ? ["numbers", "learn", "quiz", "check"]
  : ["numbers", "learn", "check"];
/** @type {Mode} */
let mode = "numbers";

const picture = new Picture(svg, graph, tellStory, toggleGroup);

/** @param {Mode} wanted */
function enter(wanted) {
  if (mode === "quiz" && wanted !== "quiz") stopQuiz();
  mode = wanted;
  if (mode !== "numbers") pause();
  if (mode === "quiz") closeStory();
  render();
}

/** Esc: out of the story, out of an open node, out of the quiz or another mode; or stop playing. */
function leave() {
  if (element("printing").hasAttribute("open")) element("printing").removeAttribute("open");
  else if (playing !== undefined) pause();
  else if (projecting()) project(false);
  else if (closeStory() || closeWhy()) return;
  else if (zoomed.size) {
    const last = [...zoomed.keys()].pop();
    if (last !== undefined) closeZoom(last);
    render();
  } else if (mode !== "numbers") {
    const inside = element("modes").contains(document.activeElement);
    enter("numbers");
    renderNow();
    if (inside) element("tab-numbers").focus();
  }
}

function prepareModes() {
  for (const one of MODES) {
    const tab = element(`tab-${one}`);
    tab.addEventListener("click", () => enter(one));
    tab.addEventListener("keydown", ({ key }) => {
      const move = { ArrowRight: 1, ArrowLeft: -1 }[key];
      const place = key === "Home" ? 0 : key === "End" ? MODES.length - 1
        : move && (MODES.indexOf(mode) + move + MODES.length) % MODES.length;
      if (place === undefined) return;
      enter(MODES[place]);
      renderNow();
      element(`tab-${mode}`).focus();
    });
  }
  renderers.push(() => {
    for (const one of MODES) {
      attribute(element(`tab-${one}`), "aria-selected", String(one === mode));
      attribute(element(`tab-${one}`), "tabindex", one === mode ? "0" : "-1");
      element(`panel-${one}`).hidden = one !== mode;
    }
    document.body.dataset.mode = quizzing() ? "quizzing" : mode;
  });
}

/** What is lit: by the step, or by the question. */
function litNow() {
  if (!quizzing()) return litBy(steps[state.step - 1]);
  const { kind, node, child, place } = quiz.questions[quiz.current];
  const nodes = kind === "own" ? [] : kind === "local" ? [node, child] : [node];
  return { nodes, edges: kind === "local" ? [{ child, place }] : [],
    phase: "quiz" };
}

/** The numbers and the light of the step, or of the question, on a picture of the graph or of a part of it.
 * @param {Picture} drawn */
function show(drawn) {
  const { nodes, edges, phase } = litNow();
  drawn.write(state.numbers, quizzing() ? notAnsweredYet : notKnownYet);
  drawn.light(nodes, edges, phase);
}

function prepareTools() {
  element("language").addEventListener("click", () => {
    const languages = Object.keys(STRINGS);
    language = languages[(languages.indexOf(language) + 1) % languages.length];
    translate();
    renderLegend();
    renderNow();
    arrange();
  });
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (document.documentElement.dataset.theme = prefersDark.matches ? "dark" : "light");
  follow();
  prefersDark.addEventListener("change", follow);
  element("theme").addEventListener("click", () => {
    prefersDark.removeEventListener("change", follow); // the reader has chosen
    document.documentElement.dataset.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  });
}

function renderLegend() {
  const kinds = ["input", "parameter", "constant", "operation", "output"].filter((kind) =>
    graph.nodes.some((node) => node.kind === kind)).concat(content.groups.length ? ["folded"] : []);
  element("legend").replaceChildren(...kinds.map((kind) => create("li", `legend-${kind}`, text(`kind_${kind}`))));
  element("check-hint").textContent = text("check_hint", { output: LOSS });
}

translate();
renderLegend();
prepareModes();
preparePlayer();
prepareNumbers();
prepareStory();
prepareWhy();
prepareLearning();
prepareQuiz();
prepareReport();
prepareTeacher();
prepareGlossary();
prepareCheck();
renderers.push(() => show(picture), renderZoom, renderFlow);
prepareLayout();
prepareCamera();
prepareTools();
preparePrinting();
readAddress();
renderNow();
arrange();
document.documentElement.dataset.ready = "yes";
