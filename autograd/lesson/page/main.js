// @ts-check
/* Starts the page: its modes, its tools, and what is drawn anew at each change. The other scripts are the parts. */

/** @typedef {"numbers" | "learn" | "quiz" | "check"} Mode */
/** @type {Mode[]} */
const MODES = content.quiz || content.questions.length ? ["numbers", "learn", "quiz", "check"]
  : ["numbers", "learn", "check"];
/** @type {Mode} */
let mode = "numbers";

const svg = /** @type {SVGSVGElement} */ (element("canvas").querySelector("svg"));
const picture = new Picture(svg, graph, tellStory, toggleGroup);
let scale = 1;

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
  if (playing !== undefined) pause();
  else if (closeStory()) return;
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

/** The numbers and the light of the step, or of the question, on a picture of the graph or of a part of it.
 * @param {Picture} drawn */
function show(drawn) {
  if (!quizzing()) {
    const { nodes, edges, phase } = litBy(steps[state.step - 1]);
    drawn.write(state.numbers, notKnownYet);
    drawn.light(nodes, edges, phase);
    return;
  }
  const { kind, node, child, place } = quiz.questions[quiz.current];
  drawn.write(state.numbers, notAnsweredYet);
  const nodes = kind === "own" ? [] : kind === "local" ? [node, child] : [node];
  drawn.light(nodes, kind === "local" ? [{ child, place }] : [], "quiz");
}

/** Bring what the step or the question is about into view, if the picture is larger than its frame. */
function followStep() {
  let followed = "";
  renderers.push(() => {
    const question = quizzing() ? quiz.questions[quiz.current] : undefined;
    const about = question || steps[state.step - 1];
    const now = question ? `question ${quiz.current}` : `step ${state.step}`;
    const box = about && picture.boxOf(about.node);
    if (followed === now || !box) return;
    followed = now;
    const [frame, place] = [element("canvas").getBoundingClientRect(), box.group.getBoundingClientRect()];
    const across = place.left >= frame.left && place.right <= frame.right;
    if (across && place.top >= frame.top && place.bottom <= frame.bottom) return;
    element("canvas").scrollBy(place.left + place.width / 2 - frame.left - frame.width / 2,
      place.top + place.height / 2 - frame.top - frame.height / 2);
  });
}

/** @param {number} wanted how large the picture is, 1 for the size of its text */
function resize(wanted) {
  scale = Math.min(Math.max(wanted, 0.15), 4);
  svg.style.width = `${svg.viewBox.baseVal.width * scale}px`;
  svg.style.height = `${svg.viewBox.baseVal.height * scale}px`;
}

/** As large as its frame, but with readable text. A wide picture has the whole width of the page. */
function fit() {
  const { width, height } = svg.viewBox.baseVal;
  element("main").dataset.picture = width > 1.6 * height ? "wide" : "tall";
  const across = (element("canvas").clientWidth - 4) / width;
  const down = Math.max(240, window.innerHeight * (width > 1.6 * height ? 0.42 : 0.66)) / height;
  resize(Math.min(Math.max(Math.min(across, down), 0.8), 1.8));
}

function prepareTools() {
  element("smaller").addEventListener("click", () => resize(scale / 1.25));
  element("larger").addEventListener("click", () => resize(scale * 1.25));
  element("fit").addEventListener("click", fit);
  window.addEventListener("resize", fit);
  element("language").addEventListener("click", () => {
    const languages = Object.keys(STRINGS);
    language = languages[(languages.indexOf(language) + 1) % languages.length];
    translate();
    renderLegend();
    renderNow();
  });
  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const follow = () => (document.documentElement.dataset.theme = prefersDark.matches ? "dark" : "light");
  follow();
  prefersDark.addEventListener("change", follow);
  element("theme").addEventListener("click", () => {
    prefersDark.removeEventListener("change", follow); // the reader has chosen
    document.documentElement.dataset.theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  });
  window.addEventListener("beforeprint", printAll);
}

function renderLegend() {
  const kinds = ["input", "parameter", "constant", "operation", "output"].filter((kind) =>
    graph.nodes.some((node) => node.kind === kind)).concat(content.groups.length ? ["folded"] : []);
  element("legend").replaceChildren(...kinds.map((kind) => create("li", `legend-${kind}`, text(`kind_${kind}`))));
  element("check-hint").textContent = text("check_hint", { output: LOSS });
}

/** On paper there is no next step: all of them are listed. */
function printAll() {
  const items = steps.slice(0, 400).map((step) => {
    const { formula, sentence } = told(step);
    return create("li", "", [formula, create("p", "", sentence)]);
  });
  element("printed").replaceChildren(create("h2", "", text("all_steps")), create("ol", "", items));
}

translate();
renderLegend();
prepareModes();
preparePlayer();
prepareNumbers();
prepareStory();
prepareLearning();
prepareQuiz();
prepareReport();
prepareTeacher();
prepareGlossary();
prepareCheck();
renderers.push(() => show(picture), renderZoom);
followStep();
prepareTools();
fit();
readAddress();
renderNow();
document.documentElement.dataset.ready = "yes";
