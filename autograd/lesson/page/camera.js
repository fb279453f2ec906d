// @ts-check
/* What part of the picture is seen, and how large: all of it, what the step is about, or what the reader looks at. */

/** A part of the picture, in its own units. @typedef {{x: number, y: number, width: number, height: number}} Part */

const READABLE = 0.7; // of the size at which a box's number has 15 pixels
const LARGEST = 4;
const BESIDE = 8; // pixels that stay free around what is shown

/** The middle of what is seen, its size, who chose it, and the size that was chosen by hand. The whole picture is
 * followed by what the step is about only if it could not be read. */
const camera = { x: 0, y: 0, scale: 1, by: /** @type {"whole" | "step" | "hand"} */ ("whole"), chosen: 1 };

const canvas = element("canvas");
const svg = /** @type {SVGSVGElement} */ (canvas.querySelector("svg"));
/** @type {Part} */
const whole = { x: 0, y: 0, width: svg.viewBox.baseVal.width, height: svg.viewBox.baseVal.height };
const moved = /** @type {SVGGElement} */ (svg.querySelector("g")).transform.baseVal.consolidate()?.matrix;

/** The place of a box in the picture. @type {Map<Element, Part>} */
const parts = new Map();

/** @param {Element} group @returns {Part} */
function partOf(group) {
  let found = parts.get(group);
  if (!found) {
    const { x, y, width, height } = /** @type {SVGGraphicsElement} */ (group.firstElementChild).getBBox();
    found = { x: x + (moved?.e ?? 0), y: y + (moved?.f ?? 0), width, height };
    parts.set(group, found);
  }
  return found;
}

/** @param {Part[]} all @returns {Part} */
function around(all) {
  const [x, y] = [Math.min(...all.map((part) => part.x)), Math.min(...all.map((part) => part.y))];
  return { x, y, width: Math.max(...all.map((part) => part.x + part.width)) - x,
    height: Math.max(...all.map((part) => part.y + part.height)) - y };
}

/** How large a part can be shown. @param {Part} part */
function scaleFor({ width, height }) {
  return Math.min((canvas.clientWidth - 2 * BESIDE) / width, (canvas.clientHeight - 2 * BESIDE) / height);
}

/** Look at a point; at least the middle of what is seen belongs to the picture.
 * @param {number} x @param {number} y @param {number} scale */
function look(x, y, scale) {
  camera.scale = Math.min(Math.max(scale, 0.02), LARGEST);
  camera.x = Math.min(Math.max(x, 0), whole.width);
  camera.y = Math.min(Math.max(y, 0), whole.height);
  const [width, height] = [canvas.clientWidth / camera.scale, canvas.clientHeight / camera.scale];
  if (!width || !height) return; // while it is not shown
  attribute(svg, "viewBox", [camera.x - width / 2, camera.y - height / 2, width, height].map((number) =>
    number.toFixed(2)).join(" "));
}

/** Look at a part, with nothing but the picture around it as far as that goes.
 * @param {Part} part @param {number} largest */
function lookAt(part, largest) {
  const scale = Math.min(scaleFor(part), largest);
  const middle = (/** @type {number} */ wanted, /** @type {number} */ size, /** @type {number} */ seen) => {
    const [half, edge] = [seen / scale / 2, BESIDE / scale];
    return 2 * half >= size + 2 * edge ? size / 2 : Math.min(Math.max(wanted, half - edge), size - half + edge);
  };
  look(middle(part.x + part.width / 2, whole.width, canvas.clientWidth),
    middle(part.y + part.height / 2, whole.height, canvas.clientHeight), scale);
}

/** The whole picture, whatever its size. */
function fit() {
  camera.by = "whole";
  lookAt(whole, projecting() ? LARGEST : 1.8);
}

/** Whether a part is seen whole. @param {Part} part */
function isSeen({ x, y, width, height }) {
  const [across, down] = [canvas.clientWidth / camera.scale / 2, canvas.clientHeight / camera.scale / 2];
  return x >= camera.x - across && x + width <= camera.x + across && y >= camera.y - down
    && y + height <= camera.y + down;
}

/** What the step or the question is about: its boxes, and those at the other ends of its arrows. */
function lookedAt() {
  const { nodes, edges } = litNow();
  const boxes = (/** @type {number[]} */ places) => [...new Set(places.map((place) =>
    picture.litBoxOf(place, edges) || picture.boxOf(place)))]
    .flatMap((box) => (box ? [partOf(box.group)] : []));
  const ends = edges.flatMap(({ child, place }) => [child, graph.nodes[child].parents[place]]);
  return { lit: boxes(nodes), all: boxes([...nodes, ...ends]) };
}

/** At a new step: all of the picture if it can be read at that size, and otherwise what the step is about. Whoever has
 * moved the picture by hand keeps its size, if what is lit can be seen in it. */
function follow() {
  const { lit, all } = lookedAt();
  if (!lit.length) {
    if (camera.by !== "hand") fit();
    return;
  }
  if (camera.by === "hand") {
    if (!isSeen(around(lit)) || camera.scale < camera.chosen) lookAt(around(lit), camera.chosen);
  } else if (scaleFor(whole) >= READABLE) fit();
  else {
    camera.by = "step";
    lookAt(around(scaleFor(around(all)) >= READABLE ? all : lit), Math.max(1, scaleFor(whole)));
  }
}

/** @param {number} factor @param {number} [x] @param {number} [y] a point of the window that stays in its place */
function zoom(factor, x, y) {
  const frame = canvas.getBoundingClientRect();
  const across = x === undefined ? 0 : x - frame.left - frame.width / 2;
  const down = y === undefined ? 0 : y - frame.top - frame.height / 2;
  const scale = Math.min(Math.max(camera.scale * factor, Math.min(scaleFor(whole), 1) / 2), LARGEST);
  const change = 1 / camera.scale - 1 / scale;
  [camera.by, camera.chosen] = ["hand", scale];
  look(camera.x + across * change, camera.y + down * change, scale);
}

/** @param {number} across @param {number} down pixels by which the picture moves */
function pan(across, down) {
  [camera.by, camera.chosen] = ["hand", camera.scale];
  look(camera.x - across / camera.scale, camera.y - down / camera.scale, camera.scale);
}

/** @type {Record<string, () => void>} */
const LOOKING = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "0": () => fit() };
/** @type {Record<string, [number, number]>} */
const PANNING = { ArrowLeft: [60, 0], ArrowRight: [-60, 0], ArrowUp: [0, 60], ArrowDown: [0, -60] };

function prepareCamera() {
  element("smaller").addEventListener("click", LOOKING["-"]);
  element("larger").addEventListener("click", LOOKING["+"]);
  element("fit").addEventListener("click", fit);
  canvas.addEventListener("dblclick", fit);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(2 ** (-event.deltaY * (event.deltaMode ? 0.05 : event.ctrlKey ? 0.01 : 0.002)), event.clientX, event.clientY);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const way = event.shiftKey ? PANNING[event.key] : undefined;
    if (way) pan(...way);
    else if (LOOKING[event.key] && !event.ctrlKey && !event.metaKey) LOOKING[event.key]();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("focusin", ({ target }) => {
    if (target === canvas || !(target instanceof SVGElement) || !target.matches(":focus-visible")) return;
    if (!isSeen(partOf(target))) lookAt(partOf(target), camera.scale);
  });
  canvas.addEventListener("scroll", () => canvas.scrollTo(0, 0)); // a browser that scrolls to what has the focus
  prepareDragging();
  let followed = "";
  renderers.push(() => {
    const now = quizzing() ? `question ${quiz.current}` : `step ${state.step}`;
    if (now !== followed) follow();
    followed = now;
  });
  new ResizeObserver(() => (camera.by === "hand" ? look(camera.x, camera.y, camera.scale) : follow())).observe(canvas);
}

/** One pointer moves the picture, two change its size. A click after which it has moved is none. */
function prepareDragging() {
  /** @type {Map<number, {x: number, y: number}>} */
  const fingers = new Map();
  let [way, dragged] = [0, false];
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    if (!fingers.size) [way, dragged] = [0, false];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = fingers.get(event.pointerId);
    if (!before) return;
    const [across, down] = [event.clientX - before.x, event.clientY - before.y];
    way += Math.hypot(across, down);
    if (!dragged && way < 5 && fingers.size === 1) return; // not yet more than a click with an unsteady hand
    dragged = true;
    canvas.setPointerCapture(event.pointerId);
    canvas.classList.toggle("dragged", true);
    const other = [...fingers].find(([pointer]) => pointer !== event.pointerId)?.[1];
    fingers.set(event.pointerId, { x: event.clientX, y: event.clientY });
    if (!other) pan(across, down);
    else {
      const apart = (/** @type {{x: number, y: number}} */ one) => Math.hypot(one.x - other.x, one.y - other.y) || 1;
      const [x, y] = [(event.clientX + other.x) / 2, (event.clientY + other.y) / 2];
      zoom(apart({ x: event.clientX, y: event.clientY }) / apart(before), x, y);
      pan(across / 2, down / 2);
    }
  });
  for (const kind of /** @type {const} */ (["pointerup", "pointercancel", "lostpointercapture"])) {
    canvas.addEventListener(kind, ({ pointerId }) => {
      fingers.delete(pointerId);
      if (!fingers.size) canvas.classList.toggle("dragged", false);
    });
  }
  canvas.addEventListener("click", (event) => {
    if (dragged && event.detail) event.stopPropagation();
    dragged = false;
  }, { capture: true });
}
