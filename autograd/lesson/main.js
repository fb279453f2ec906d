// @ts-check
/* The page comes to life. */

/** @typedef {"numbers" | "learn" | "quiz" | "check"} Mode */
/** @type {Mode[]} */
const MODES = content.quiz ? ["numbers", "learn", "quiz", "check"] : ["numbers", "learn", "check"];
/** @type {Mode} */
let mode = "numbers";

const svg = /** @type {SVGSVGElement} */ (element("canvas").querySelector("svg"));
const picture = new Picture(svg, graph, tellStory);
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

function renderPicture() {
  if (quizzing()) {
    const question = quiz.questions[quiz.current];
    picture.write(state.numbers, quizValue, quizGradient, quizPartial);
    picture.light(question.kind === "local" ? [question.node, question.child] : [question.node],
      question.kind === "local" ? [`${question.child}-${question.place}`] : [], "quiz");
    return;
  }
  const { nodes, edges, phase } = litBy(steps[state.step - 1]);
  picture.write(state.numbers, hiddenValue, hiddenGradient, hiddenPartial);
  picture.light(nodes, edges, phase);
}

/** Bring what a step is about into view, if the picture is larger than its frame. */
function followStep() {
  let followed = -1;
  renderers.push(() => {
    if (followed === state.step) return;
    followed = state.step;
    const step = steps[state.step - 1];
    const box = step && picture.boxes.get(step.node);
    if (!box) return;
    const [frame, place] = [element("canvas").getBoundingClientRect(), box.group.getBoundingClientRect()];
    const dx = place.left < frame.left || place.right > frame.right ? place.left + place.width / 2 - frame.left - frame.width / 2 : 0;
    const dy = place.top < frame.top || place.bottom > frame.bottom ? place.top + place.height / 2 - frame.top - frame.height / 2 : 0;
    if (dx || dy) element("canvas").scrollBy(dx, dy);
  });
}

/** @param {number} wanted how large the picture is, 1 for the size of its text */
function resize(wanted) {
  scale = Math.min(Math.max(wanted, 0.15), 4);
  svg.style.width = `${svg.viewBox.baseVal.width * scale}px`;
  svg.style.height = `${svg.viewBox.baseVal.height * scale}px`;
}

/** As large as its frame, but with text that can be read. A wide picture has the whole width of the page. */
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
  element("theme").addEventListener("click", () => {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    document.documentElement.dataset.theme = dark ? "light" : "dark";
  });
  window.addEventListener("beforeprint", printAll);
}

function renderLegend() {
  const kinds = ["input", "parameter", "constant", "operation", "output"].filter((kind) =>
    graph.nodes.some((node) => node.kind === kind));
  element("legend").replaceChildren(...kinds.map((kind) => create("li", `legend-${kind}`, text(`kind_${kind}`))));
  element("check-hint").textContent = text("check_hint", { output: LOSS });
}

/** On paper there is no next step: all of them are listed. */
function printAll() {
  element("printed").replaceChildren(create("h2", "", text("all_steps")), create("ol", "", steps.slice(0, 400).map((step) => {
    const { formula, sentence } = told(step);
    return create("li", "", [formula, create("p", "", sentence)]);
  })));
}

translate();
renderLegend();
prepareModes();
preparePlayer();
prepareNumbers();
prepareStory();
prepareLearning();
prepareQuiz();
prepareCheck();
renderers.push(renderPicture, renderZoom);
followStep();
prepareTools();
fit();
readAddress();
renderNow();
document.documentElement.dataset.ready = "yes";
