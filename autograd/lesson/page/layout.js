// @ts-check
/* how the window is shared out. The step is always on the screen, and the picture gets what is left: below it, or beside
   it, whichever makes it larger. In the mode for projectors there is nothing else. */

const NARROW = matchMedia("(max-width: 52rem), (max-height: 30rem)");

/** How a formula may be written to be smaller: [one line for each equation, size of the letters].
 * @type {[boolean, string][]} */
const WAYS = [[false, ""], [true, ""], [false, "small"], [true, "small"], [false, "smallest"], [true, "smallest"]];

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
  const border = card.offsetHeight - card.clientHeight + 2 * parseFloat(getComputedStyle(card).paddingTop);
  const most = room.most - border;
  const fits = (/** @type {[boolean, string]} */ [inOneLine, size]) => {
    card.dataset.size = size;
    write(inOneLine && lines.length > 0);
    return told.offsetHeight <= most && formula.scrollWidth <= formula.clientWidth + 1;
  };
  if (!WAYS.some(fits)) fits([false, "smallest"]);
  const excess = told.offsetHeight - most;
  if (excess > 0) formula.style.maxHeight = `${Math.max(formula.offsetHeight - excess, 40)}px`;
  reserve(Math.ceil(told.offsetHeight + border));
}

/** A card that has grown stays as tall, so that the picture is not of another size at each step. @param {number} height */
function reserve(height) {
  if (height <= room.card) return;
  room.card = height;
  const { style } = element("main");
  style.setProperty("--step-height", `${height}px`);
  if (scrolling()) style.setProperty("--figure-height", `${Math.max(besides() - height, leastPicture())}px`);
}

/** On a phone: what the heading and the player leave for the picture and the step. */
function besides() {
  const top = element("figure").getBoundingClientRect().top + (element("figure").offsetParent ? window.scrollY : 0);
  const heading = Math.min(top, element("heading").offsetHeight + 8);
  return window.innerHeight - heading - element("footer").offsetHeight - 20;
}

function leastPicture() {
  return Math.max(120, window.innerHeight * 0.2);
}

/** The most that a step may have. @param {"wide" | "tall"} way */
function roomFor(way) {
  if (scrolling()) return Math.max(besides() - leastPicture(), 120);
  const all = element("main").clientHeight;
  if (way === "wide") return Math.max(all * 0.56, 160);
  return Math.max(projecting() ? all - 24 : all * 0.58, 160);
}

/** Find out how much room the steps need, by those that are likely to be the tallest. */
function measure() {
  const now = state.step;
  const size = (/** @type {Step} */ { kind, use = 0, uses = 0 }) =>
    (kind === "backward" ? 2 + Math.min(use, 4) + Number(use === uses) : 0);
  const tallest = steps.map((_, index) => index).sort((one, other) => size(steps[other]) - size(steps[one]));
  const forward = steps.findIndex(({ kind }) => kind === "forward");
  room.card = 0;
  measuring = true;
  for (const index of [-1, forward, ...tallest.slice(0, 5)]) {
    state.step = index + 1;
    renderStep();
  }
  state.step = now;
  renderStep();
  measuring = false;
}

/** Share out the window: the step is below the picture or beside it, whatever makes the picture larger. */
function arrange() {
  const [main, title] = [element("main"), element("title")];
  if (title.scrollHeight > title.clientHeight) title.tabIndex = 0; // the arrow keys read the rest of a long one
  else title.removeAttribute("tabindex");
  const tried = (/** @type {"wide" | "tall"} */ way) => {
    main.dataset.picture = way;
    room.most = roomFor(way);
    fitted = "";
    measure();
    return scaleFor(whole);
  };
  if (scrolling() || tried("tall") <= tried("wide")) tried("wide");
  else tried("tall");
  if (camera.by === "hand") look(camera.x, camera.y, camera.scale);
  else follow();
}

/** Begin or end the mode for projectors. @param {boolean} wanted */
function project(wanted) {
  if (wanted === projecting()) return;
  if (wanted) {
    if (mode !== "numbers") enter("numbers");
    closeStory();
  }
  document.documentElement.toggleAttribute("data-projector", wanted);
  camera.by = "whole";
  renderNow();
  arrange();
  element(wanted ? "projector-close" : "projector").focus();
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
