// @ts-check
/* Walking through the steps: buttons, keys, the scrubber, playing, and `#step=7` in the address. */

/** @type {number | undefined} */
let playing;
/** @type {number | undefined} */
let addressing;

/** @param {number} step */
function goTo(step) {
  const wanted = Math.min(Math.max(Math.round(step) || 0, 0), steps.length);
  if (wanted === steps.length) pause();
  state.step = wanted;
  clearTimeout(addressing); // a browser refuses to note every step of a fast walk
  if (window.self === window.top) { // a page inside another one has no address of its own
    addressing = window.setTimeout(() => window.history.replaceState(null, "", `#step=${wanted}`), 150);
  }
  render();
}

function readAddress() {
  const found = /^#step=(\d+)$/.exec(window.location.hash);
  if (found && Number(found[1]) !== state.step) goTo(Number(found[1]));
}

function play() {
  if (state.step === steps.length) goTo(0);
  clearTimeout(playing);
  const next = () => {
    playing = window.setTimeout(next, 1600 / Number(field("speed").value));
    goTo(state.step + 1);
  };
  playing = window.setTimeout(next, 400 / Number(field("speed").value));
  render();
}

function pause() {
  clearTimeout(playing);
  playing = undefined;
  render();
}

function togglePlaying() {
  if (playing === undefined) play();
  else pause();
}

/** Whether what has the focus takes the key for itself. @param {KeyboardEvent} event */
function isTaken({ target, key, ctrlKey, altKey, metaKey }) {
  if (ctrlKey || altKey || metaKey || !(target instanceof Element)) return true;
  if (target.matches("input, select, textarea, [role=tab]")) return true;
  return key === " " && target.matches("button, a, summary, [role=button]");
}

/** @type {Record<string, () => void>} */
const KEYS = {
  ArrowLeft: () => goTo(state.step - 1),
  ArrowRight: () => goTo(state.step + 1),
  Home: () => goTo(0),
  End: () => goTo(steps.length),
  " ": togglePlaying,
};

function preparePlayer() {
  field("scrubber").max = String(steps.length);
  field("scrubber").addEventListener("input", () => {
    pause();
    goTo(Number(field("scrubber").value));
  });
  element("first").addEventListener("click", KEYS.Home);
  element("back").addEventListener("click", KEYS.ArrowLeft);
  element("play").addEventListener("click", togglePlaying);
  element("next").addEventListener("click", KEYS.ArrowRight);
  element("last").addEventListener("click", KEYS.End);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") leave();
    else if (KEYS[event.key] && !isTaken(event)) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  window.addEventListener("hashchange", readAddress);
  for (const phase of ["forward", "backward", "update"]) {
    const count = steps.filter(({ kind }) => phaseOf(kind) === phase).length;
    const mark = element(`phase-${phase}`);
    mark.hidden = !count;
    mark.style.flexGrow = String(count);
    mark.addEventListener("click", () => goTo(steps.findIndex(({ kind }) => phaseOf(kind) === phase) + 1));
  }
  renderers.push(renderPlayer, renderStep);
}

function renderPlayer() {
  const current = steps[state.step - 1];
  field("scrubber").value = String(state.step);
  field("scrubber").setAttribute("aria-valuetext", text("step_of", { step: state.step, count: steps.length }));
  element("play").dataset.label = playing === undefined ? "play" : "pause";
  element("play").classList.toggle("playing", playing !== undefined);
  attribute(element("play"), "aria-label", text(playing === undefined ? "play" : "pause"));
  attribute(element("play"), "title", text(playing === undefined ? "play" : "pause"));
  for (const phase of ["forward", "backward", "update"]) {
    attribute(element(`phase-${phase}`), "aria-current", String(!!current && phaseOf(current.kind) === phase));
  }
  disable("first", state.step === 0);
  disable("back", state.step === 0);
  disable("next", state.step === steps.length);
  disable("last", state.step === steps.length);
}

/** A button that can do nothing for the moment. It keeps the focus, so that keys go on working.
 * @param {string} id @param {boolean} disabled */
function disable(id, disabled) {
  attribute(element(id), "aria-disabled", String(disabled));
}

/** What was announced last: the step and its language. */
let announced = "";

function renderStep() {
  const step = steps[state.step - 1];
  const { formula, sentence, lines } = step ? told(step) : toldBefore();
  const phase = step ? phaseOf(step.kind) : "before";
  const heading = text("step_of", { step: state.step, count: steps.length });
  element("step").dataset.phase = phase;
  element("step-number").textContent = heading;
  element("step-phase").textContent = step ? text(`mark_${phase}`) : text("mark_before");
  element("step-formula").replaceChildren(formula);
  element("step-sentence").textContent = sentence;
  renderAids(step);
  fitStep(lines, sentence);
  if (measuring) return;
  renderReason(step);
  if (announced !== `${state.step} ${language}` && playing === undefined && !quizzing()) {
    announced = `${state.step} ${language}`;
    element("announcement").textContent = `${heading}. ${sentence}`;
  }
}
