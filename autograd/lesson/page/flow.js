// @ts-check
/* What flows along the arrows of a step: values forward, gradients back. Each is a number, and a bead that travels. */

const CALM = matchMedia("(prefers-reduced-motion: reduce)");
const PASSES = 3; // of a bead, in
const PASS = 900; // milliseconds each

/** The step that the numbers on the arrows belong to. */
let flowOf = "";
let flowFrame = 0;

/** @typedef {{child: number, place: number}} Edge */

/** The arrow of an edge, if it can be seen: that from box to box if a module is folded. @param {Edge} edge */
function arrowOf({ child, place }) {
  return picture.arrows.get(`${child}-${place}`)
    || picture.arrows.get(`${cellOf(graph.nodes[child].parents[place])} ${cellOf(child)}`);
}

function renderFlow() {
  const step = steps[state.step - 1];
  const now = quizzing() ? "" : `${state.step}`;
  if (now !== flowOf) {
    flowOf = now;
    for (const old of svg.querySelectorAll(".flow, .flow-bead")) old.remove();
    cancelAnimationFrame(flowFrame);
    if (now) letFlow(litBy(step).edges, step?.kind === "backward");
  }
  for (const place of svg.querySelectorAll(".flow")) {
    const [child, argument, back] = (place.getAttribute("data-flow") || "").split(" ").map(Number);
    const { values, shares } = state.numbers;
    place.textContent = shown(back ? shares[child]?.[argument] ?? 0 : values[graph.nodes[child].parents[argument]]);
  }
}

/** @param {Edge[]} edges @param {boolean} back */
function letFlow(edges, back) {
  /** @type {{bead: SVGElement, path: SVGPathElement, length: number}[]} */
  const beads = [];
  for (const { child, place } of edges) {
    const arrow = arrowOf({ child, place });
    const path = arrow && /** @type {SVGPathElement | null} */ (arrow.group.querySelector("path"));
    if (!path) continue;
    const length = path.getTotalLength();
    const { x, y } = path.getPointAtLength(length / 2);
    // A value has the place of the local derivative; a gradient is on the other side of the line.
    const above = Number(arrow.label?.getAttribute("y") ?? (back ? y : y - 6));
    const label = back ? 2 * y - above + 8 : above;
    const written = svgElement("text", { class: "flow", "data-flow": `${child} ${place} ${Number(back)}`,
      x: back ? x : arrow.label?.getAttribute("x") ?? x, y: Math.abs(label - y) > 40 ? y + 16 : label });
    const bead = svgElement("circle", { class: "flow-bead", r: 5.5, cx: x, cy: y });
    arrow.group.append(written);
    if (CALM.matches) continue;
    arrow.group.append(bead);
    beads.push({ bead, path, length });
  }
  if (beads.length) travel(beads, back);
}

/** @param {{bead: SVGElement, path: SVGPathElement, length: number}[]} beads @param {boolean} back */
function travel(beads, back) {
  let start = 0;
  const move = (/** @type {number} */ time) => {
    start ||= time;
    const passes = (time - start) / PASS;
    for (const { bead, path, length } of beads) {
      const way = passes >= PASSES ? 1 : Math.min((passes % 1) * 1.25, 1); // with a rest at its end
      const { x, y } = path.getPointAtLength(length * (back ? 1 - way : way));
      attribute(bead, "cx", x.toFixed(1));
      attribute(bead, "cy", y.toFixed(1));
    }
    if (passes < PASSES) flowFrame = requestAnimationFrame(move);
    else for (const { bead } of beads) bead.remove();
  };
  flowFrame = requestAnimationFrame(move);
}

/** @param {string} tag @param {Record<string, string | number>} attributes */
function svgElement(tag, attributes) {
  const made = /** @type {SVGElement} */ (document.createElementNS("http://www.w3.org/2000/svg", tag));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}
