// @ts-check
/* The picture: what is written in its boxes and along its arrows, and which of them are lit. */

/** @typedef {{name: Element, value: Element, gradient: Element, width: number, group: Element}} Box */

/** What is written in the place of a number, or null for the number itself.
 * @typedef {{value: (node: number) => string | null, gradient: (node: number) => string | null,
 * partial: (child: number, place: number) => string | null}} Hiding */

class Picture {
  /** @param {Element} svg @param {Graph} subject
   * @param {(node: number) => void} [chosen] @param {(group: number) => void} [opened] */
  constructor(svg, subject, chosen, opened) {
    this.subject = subject;
    /** The boxes of the nodes. A constant may have several. @type {[number, Box][]} */
    this.all = [];
    /** The first box of each node. @type {Map<number, Box>} */
    this.boxes = new Map();
    /** @type {Map<number, Box>} */
    this.groups = new Map();
    /** @type {Map<string, {label: Element | null, group: Element, child: number, place: number}>} */
    this.arrows = new Map();
    for (const group of svg.querySelectorAll("[data-node]")) {
      const place = Number(group.getAttribute("data-node"));
      group.setAttribute("class", `node ${subject.nodes[place].kind}`);
      this.all.push([place, prepareBox(group, chosen && (() => chosen(place)))]);
    }
    for (const [place, box] of this.all) if (!this.boxes.has(place)) this.boxes.set(place, box);
    for (const group of svg.querySelectorAll("[data-group]")) {
      const number = Number(group.getAttribute("data-group"));
      this.groups.set(number, prepareBox(group, opened && (() => opened(number))));
    }
    /** The names of the frames around modules. */
    this.frames = [...svg.querySelectorAll("[data-module]")];
    for (const group of svg.querySelectorAll("[data-edge], [data-between]")) {
      const name = group.getAttribute("data-edge") || group.getAttribute("data-between") || "";
      const [child, place] = name.split("-").map(Number);
      this.arrows.set(name, { label: group.querySelector("text"), group, child, place });
    }
  }

  /** Write the numbers that may be seen.
   * @param {Numbers} numbers @param {Hiding} hiding */
  write(numbers, hiding) {
    for (const [place, box] of this.all) {
      const node = this.subject.nodes[place];
      const symbolOfRow = node.shape === undefined ? "" : content.shapes[node.shape].symbol;
      const name = node.kind === "constant" ? "" : brief(node.short ?? node.name, 24);
      put(box.name, [symbolOfRow, name].filter(Boolean).join("\u00a0\u00a0"), box.width);
      put(box.value, hiding.value(place) ?? shown(numbers.values[place]), box.width);
      const slope = node.kind === "constant" ? "" : hiding.gradient(place) ?? shown(numbers.gradients[place]);
      put(box.gradient, slope && text("box_gradient", { slope }), box.width);
      describe(box, text(`kind_${node.kind}`));
    }
    this.groups.forEach((box, number) => {
      const results = resultsOf[number];
      const [only] = results;
      put(box.name, moduleTitle(content.groups[number].name), box.width);
      put(box.value, results.length > 1 ? text("group_count", { count: results.length })
        : hiding.value(only) ?? shown(numbers.values[only]), box.width);
      const slope = results.length > 1 ? "" : hiding.gradient(only) ?? shown(numbers.gradients[only]);
      put(box.gradient, slope && text("box_gradient", { slope }), box.width);
      describe(box, `${text("kind_folded")}: ${content.groups[number].name}`);
    });
    for (const place of this.frames) put(place, moduleTitle(place.getAttribute("data-module") || ""), 400);
    this.arrows.forEach(({ label, child, place }) => {
      if (!label) return;
      const flows = engineOf(this.subject).flows(child, place);
      const written = flows ? hiding.partial(child, place) ?? shown(numbers.partials[child]?.[place] ?? 0) : "";
      const use = engineOf(this.subject).useOf(child, place);
      put(label, written && `${use ? `#${use} ` : ""}×${written}`, 74);
    });
  }

  /** Light the nodes and edges of a step, and no others; in a folded module, its box.
   * @param {number[]} nodes @param {{child: number, place: number}[]} edges @param {string} phase */
  light(nodes, edges, phase) {
    const cells = new Set(nodes.map(cellOf));
    const arrows = new Set(edges.flatMap(({ child, place }) => [`${child}-${place}`,
      `${cellOf(this.subject.nodes[child].parents[place])} ${cellOf(child)}`]));
    const lit = new Set(nodes.map((place) => this.litBoxOf(place, edges)?.group));
    for (const [, { group }] of this.all) attribute(group, "data-lit", lit.has(group) ? phase : "");
    this.groups.forEach(({ group }, number) => attribute(group, "data-lit", cells.has(`f${number}`) ? phase : ""));
    this.arrows.forEach(({ group }, edge) => attribute(group, "data-lit", arrows.has(edge) ? phase : ""));
  }

  /** Of the boxes of a node, which may be drawn again near its uses, the one that a lit edge begins at; or the first.
   * @param {number} place @param {{child: number, place: number}[]} edges */
  litBoxOf(place, edges) {
    const boxes = this.all.filter(([other]) => other === place).map(([, box]) => box);
    const edge = edges.find(({ child, place: argument }) => this.subject.nodes[child].parents[argument] === place);
    const path = boxes.length > 1 && edge && this.arrows.get(`${edge.child}-${edge.place}`)?.group.querySelector("path");
    if (!path) return boxes[0];
    const start = path.getPointAtLength(0);
    /** @param {Box} box */
    const distance = ({ group }) => {
      const { x, y, width, height } = /** @type {SVGGElement} */ (group).getBBox();
      return Math.hypot(x + width / 2 - start.x, y + height / 2 - start.y);
    };
    return boxes.reduce((nearest, box) => (distance(box) < distance(nearest) ? box : nearest));
  }

  /** The box that a node is in, which may be its module's. @param {number} place */
  boxOf(place) {
    return this.boxes.get(place) || this.groups.get(Number(cellOf(place).slice(1)));
  }
}

/** @type {Map<number, number>} */
const groupOf = new Map(content.groups.flatMap(({ nodes }, group) => nodes.map((place) => [place, group])));

/** Of each folded module the nodes that are used outside of it. */
const resultsOf = content.groups.map(({ nodes }, group) => nodes.filter((place) => place === graph.output
  || graph.nodes.some(({ parents }, child) => parents.includes(place) && groupOf.get(child) !== group)));

/** A module in the words of a textbook, which counts from 1: neuron 2 is called `neurons.1` in the code.
 * @param {string} name */
function moduleTitle(name) {
  const [, list, number] = /(?:^|\.)(neurons|layers)\.(\d+)$/.exec(name) || [];
  return list ? text(`module_${list}`, { number: Number(number) + 1 }) : name;
}

/** The name of a node's box in the drawing: its own, or that of the module that it is folded into.
 * @param {number} place */
function cellOf(place) {
  const group = groupOf.get(place);
  return group === undefined ? `n${place}` : `f${group}`;
}

/** @param {Element} group @param {(() => void) | undefined} chosen @returns {Box} */
function prepareBox(group, chosen) {
  const [name, value, gradient] = group.querySelectorAll("text");
  const box = { name, value, gradient, width: Number(group.getAttribute("data-width")), group };
  group.setAttribute("role", chosen ? "button" : "img");
  if (!chosen) return box;
  group.setAttribute("tabindex", "0");
  group.addEventListener("click", chosen);
  group.addEventListener("keydown", (event) => {
    const { key } = /** @type {KeyboardEvent} */ (event);
    if (key !== "Enter" && key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    chosen();
  });
  return box;
}

/** For a screen reader: the name of a button is what is written in it, that of an image has to be given.
 * @param {Box} box @param {string} kind */
function describe({ group, name, value, gradient }, kind) {
  attribute(group, "aria-description", kind);
  if (group.getAttribute("role") !== "img") return;
  attribute(group, "aria-label", [name, value, gradient].map(({ textContent }) => textContent).join(" "));
}

/** @type {Map<Graph, Engine>} */
const engines = new Map();

/** @param {Graph} subject */
function engineOf(subject) {
  const found = engines.get(subject) || new Engine(subject);
  engines.set(subject, found);
  return found;
}

/** What is written in a place, and in what size: asking the page would be slower.
 * @type {WeakMap<Element, {words: string, size: number}>} */
const inPlace = new WeakMap();

/** Put text into a place of this width, in smaller letters if it is too long. What is already right is left alone.
 * @param {Element} place @param {string} words @param {number} width */
function put(place, words, width) {
  const before = inPlace.get(place);
  if (before && before.words === words) return;
  place.textContent = words;
  const largest = Number(place.getAttribute("data-size"));
  let wanted = 0;
  for (const letter of words) wanted += (letter > "\u2e7f" ? 1 : 0.58) * largest;
  const size = Math.round(largest * Math.min(1, (width - 8) / (wanted || 1)) * 10) / 10;
  if ((before?.size ?? largest) !== size) place.setAttribute("font-size", String(size));
  inPlace.set(place, { words, size });
}

/** @param {Element} place @param {string} name @param {string} value */
function attribute(place, name, value) {
  if (place.getAttribute(name) !== value) place.setAttribute(name, value);
}

/** @param {string} words @param {number} length */
function brief(words, length) {
  const letters = [...words];
  return letters.length > length ? letters.slice(0, length - 1).join("") + "…" : words;
}
