// @ts-check
/* How the window is shared out. The step is always on the screen, and the picture gets what is left: below
   it or beside it, whichever makes it larger. In the mode for projectors there is nothing else. */

const NARROW = matchMedia("(max-width: 52rem), (max-height: 30rem)");

/** The sizes of the letters of a formula, in their order, as parts of the first. @type {[string, number][]} */
const SIZES = [["", 1], ["small", 0.82], ["smallest", 0.7]];

/** In pixels: the most that a step may have, and what the tallest one so far has taken. */
const room = { most: Infinity, card: 0 };
/** The step, the language and the room for which it was last decided how the formula is written. */
let fitted = "";
let measuring = false;

function projecting() {
  return document.documentElement.dataset.projector !== undefined;
}

/** Whether the page is longer than the window, as on a phone. */
function scrolling() {
  return NARROW.matches && !projecting();
}

/** Write the formula of the step so that all of it has room; the last resort is a formula that scrolls. As long as only
 * its numbers change, it stays as it is.
 * @param {Line[]} lines @param {string} words */
function fitStep(lines, words) {
  const [card, formula, told] = [element("step"), element("step-formula"), element("step-told")];
  const write = (/** @type {boolean} */ inOneLine) => {
    card.dataset.chained = inOneLine ? "yes" : "";
    if (lines.length) formula.replaceChildren(display(words, (inOneLine ? chained : aligned)(lines)));
  };
  const about = `${state.step} ${language} ${room.most} ${told.clientWidth}`;
  if (fitted === about) {
    write(card.dataset.chained === "yes");
    return;
  }
  fitted = about;
  formula.style.maxHeight = "";
  card.dataset.size = "";
  const border = card.offsetHeight - card.clientHeight + 2 * parseFloat(getComputedStyle(card).paddingTop);
  const most = room.most - border;
  const ways = [false, ...(lines.length ? [true] : [])].map((inOneLine) => {
    write(inOneLine);
    const { width, height } = /** @type {Element} */ (formula.firstElementChild).getBoundingClientRect();
    return { inOneLine, width, height };
  });
  const others = told.offsetHeight - formula.offsetHeight + 16; // and the margins of a formula
  const fitting = SIZES.flatMap(([size, part]) => ways.filter(({ width, height }) => others + height * part <= most
    && width * part <= formula.clientWidth + 1).map((way) => ({ ...way, size })));
  const { inOneLine, size } = fitting[0] ?? { inOneLine: false, size: "smallest" };
  card.dataset.size = size;
  write(inOneLine);
  const excess = told.offsetHeight - most;
  if (excess > 0) formula.style.maxHeight = `${Math.max(formula.offsetHeight - excess, 40)}px`;
  reserve(Math.ceil(told.offsetHeight + border));
}

/** A card that has grown stays as tall, so that the picture is not of another size at each step.
 * @param {number} height */
function reserve(height) {
  if (height <= room.card) return;
  room.card = height;
  const { style } = document.documentElement;
  style.setProperty("--step-height", `${height}px`);
  if (scrolling()) style.setProperty("--figure-height", `${Math.max(besides() - height, 110)}px`);
}

/** On a phone: what the heading and the player leave for the picture and the step. */
function besides() {
  return window.innerHeight - element("heading").offsetHeight - element("footer").offsetHeight - 28;
}

function leastPicture() {
  return Math.max(120, window.innerHeight * 0.32);
}

/** The most that a step may have. @param {"wide" | "tall"} way */
function roomFor(way) {
  if (scrolling()) return Math.max(besides() - leastPicture(), 120);
  const all = element("main").clientHeight;
  if (way === "wide") return Math.max(all * (projecting() ? 0.5 : 0.56), 160);
  return Math.max(projecting() ? all - 24 : all * 0.58, 160);
}

/** Find out how much room the steps need, by those that are likely to be the tallest. */
function measure() {
  const now = state.step;
  const size = (/** @type {Step} */ { kind, use = 0, uses = 0 }) =>
    (kind === "backward" ? 2 + Math.min(use, 4) + Number(use === uses) : 0);
  const tallest = steps.map((_, index) => index).sort((one, other) => size(steps[other]) - size(steps[one]));
  const forward = steps.findIndex(({ kind }) => kind === "forward");
  measuring = true;
  for (const index of [-1, forward, ...tallest.slice(0, 5)]) {
    state.step = index + 1;
    renderStep();
  }
  state.step = now;
  measuring = false;
}

/** Share out the window: the step is below the picture or beside it, whichever makes the picture larger. */
function arrange() {
  const title = element("title");
  if (title.scrollHeight > title.clientHeight) title.tabIndex = 0; // the arrow keys read the rest of a long one
  else title.removeAttribute("tabindex");
  const begin = (/** @type {"wide" | "tall"} */ way, card = 0) => {
    element("main").dataset.picture = way;
    room.most = roomFor(way);
    room.card = 0;
    fitted = "";
    if (card) reserve(card);
  };
  const cards = /** @type {const} */ (["wide", "tall"]).map((way) => {
    begin(way);
    measure();
    return { way, card: room.card, scale: scaleFor(whole) };
  });
  const [wide, tall] = cards;
  if (scrolling() || tall.scale <= wide.scale) begin("wide", wide.card);
  renderStep();
  if (camera.by === "hand") look(camera.x, camera.y, camera.scale);
  else follow();
}

/** Begin or end the mode for projectors. @param {boolean} wanted */
function project(wanted) {
  if (wanted === projecting()) return;
  if (wanted) {
    if (mode !== "numbers") enter("numbers");
    closeStory();
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur(); // the space bar plays
  }
  document.documentElement.toggleAttribute("data-projector", wanted);
  camera.by = "whole";
  renderNow();
  arrange();
}

function prepareLayout() {
  element("projector").addEventListener("click", () => project(true));
  element("projector-close").addEventListener("click", () => project(false));
  KEYS.p = KEYS.P = () => project(!projecting());
  for (const [key, way] of Object.entries({ PageDown: 1, PageUp: -1 })) { // what a presenter in the hand sends
    document.addEventListener("keydown", (event) => {
      if (event.key !== key || !projecting()) return;
      event.preventDefault();
      goTo(state.step + way);
    });
  }
  let size = "";
  window.addEventListener("resize", () => {
    const now = `${window.innerWidth} ${window.innerHeight}`;
    if (now !== size) arrange();
    size = now;
  });
}
