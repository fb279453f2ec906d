// @ts-check
/* The picture: what is written in its boxes and along its arrows, and which of them are lit. */

/** @typedef {{name: Element, value: Element, gradient: Element, width: number, group: Element}} Box */

class Picture {
  /** @param {Element} svg @param {Graph} subject @param {(node: number) => void} chosen */
  constructor(svg, subject, chosen) {
    this.subject = subject;
    /** @type {Map<number, Box>} */
    this.boxes = new Map();
    /** @type {Map<string, {label: Element, group: Element}>} */
    this.arrows = new Map();
    for (const group of svg.querySelectorAll("[data-node]")) this.prepareBox(group, chosen);
    for (const group of svg.querySelectorAll("[data-edge]")) {
      const label = group.querySelector("text");
      if (label) this.arrows.set(group.getAttribute("data-edge") || "", { label, group });
    }
  }

  /** @param {Element} group @param {(node: number) => void} chosen */
  prepareBox(group, chosen) {
    const place = Number(group.getAttribute("data-node"));
    const [name, value, gradient] = group.querySelectorAll("text");
    this.boxes.set(place, { name, value, gradient, width: Number(group.getAttribute("data-width")), group });
    group.setAttribute("tabindex", "0");
    group.setAttribute("role", "button");
    group.addEventListener("click", () => chosen(place));
    group.addEventListener("keydown", (event) => {
      const { key } = /** @type {KeyboardEvent} */ (event);
      if (key !== "Enter" && key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      chosen(place);
    });
  }

  /** Write the numbers that may be seen.
   * @param {Numbers} numbers
   * @param {(node: number) => string | null} value what stands for it instead, or null for the number itself
   * @param {(node: number) => string | null} gradient
   * @param {(child: number, place: number) => string | null} partial */
  write(numbers, value, gradient, partial) {
    this.boxes.forEach((box, place) => {
      const node = this.subject.nodes[place];
      const symbolOfRow = node.shape === undefined ? "" : content.shapes[node.shape].symbol;
      put(box.name, [symbolOfRow, node.kind === "constant" ? "" : brief(node.name, 24)].filter(Boolean).join("\u00a0\u00a0"),
        box.width);
      const number = value(place) ?? shown(numbers.values[place]);
      put(box.value, number, box.width);
      const slope = node.kind === "constant" ? "" : gradient(place) ?? shown(numbers.gradients[place]);
      put(box.gradient, slope && `∂ ${slope}`, box.width);
      const label = [box.name, box.value, box.gradient].map(({ textContent }) => textContent).filter(Boolean).join(" ");
      attribute(box.group, "aria-label", `${label}, ${text(`kind_${node.kind}`)}`);
    });
    this.arrows.forEach(({ label }, edge) => {
      const [child, place] = edge.split("-").map(Number);
      const slope = numbers.partials[child]?.[place];
      const flows = engineOf(this.subject).flows(child, place);
      const written = flows ? partial(child, place) ?? shown(slope ?? 0) : "";
      put(label, written && `×${written}`, 74);
    });
  }

  /** Light the nodes and edges of a step, and no others.
   * @param {number[]} nodes @param {string[]} edges @param {string} phase */
  light(nodes, edges, phase) {
    this.boxes.forEach(({ group }, place) => attribute(group, "data-lit", nodes.includes(place) ? phase : ""));
    this.arrows.forEach(({ group }, edge) => attribute(group, "data-lit", edges.includes(edge) ? phase : ""));
  }
}

/** @type {Map<Graph, Engine>} */
const engines = new Map();

/** @param {Graph} subject */
function engineOf(subject) {
  const found = engines.get(subject) || new Engine(subject);
  engines.set(subject, found);
  return found;
}

/** Text into a place of this width, in smaller letters if it is too long. Nothing is touched that is right already.
 * @param {Element} place @param {string} words @param {number} width */
function put(place, words, width) {
  if (place.textContent === words) return;
  place.textContent = words;
  const size = Number(place.getAttribute("data-size"));
  const wanted = [...words].reduce((total, letter) => total + (letter > "\u2e7f" ? 1 : 0.58), 0) * size;
  place.setAttribute("font-size", String(Math.round(size * Math.min(1, (width - 8) / (wanted || 1)) * 10) / 10));
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
