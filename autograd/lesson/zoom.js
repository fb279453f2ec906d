// @ts-check
/* Opening a composite node in place: what it is made of, with the same value and the same gradients. */

/** The nodes that are open, each with its lens and the picture in it. @type {Map<number, {lens: HTMLElement,
 * picture: Picture, subject: Graph, numbers: Numbers | null}>} */
const zoomed = new Map();

/** @param {number} place */
function toggleZoom(place) {
  if (zoomed.has(place)) closeZoom(place);
  else openZoom(place);
  renderNow();
}

/** @param {number} place */
function openZoom(place) {
  const node = graph.nodes[place];
  if (node.expansion === undefined) return;
  const subject = expansionOf(place, node.expansion);
  const template = /** @type {HTMLTemplateElement} */ (element(`expansion-${node.expansion}`));
  const drawn = /** @type {DocumentFragment} */ (template.content.cloneNode(true));
  const svg = drawn.querySelector("svg");
  if (!svg) return;
  svg.setAttribute("role", "group");
  const close = create("button", "lens-close", "×", { type: "button" });
  const title = create("h3", "lens-title");
  const frame = create("div", "lens-picture", svg, { tabindex: "0", role: "region" });
  const lens = create("section", "lens", [create("div", "lens-head", [title, close]), frame,
    create("div", "lens-note")], { "data-lens": String(place) });
  close.addEventListener("click", () => {
    closeZoom(place);
    render();
  });
  element("lenses").append(lens);
  const picture = new Picture(svg, subject, () => {});
  for (const { group } of picture.boxes.values()) {
    group.removeAttribute("tabindex");
    group.setAttribute("role", "img");
  }
  zoomed.set(place, { lens, picture, subject, numbers: null });
}

/** @param {number} place */
function closeZoom(place) {
  const open = zoomed.get(place);
  if (!open) return;
  engines.delete(open.subject);
  open.lens.remove();
  zoomed.delete(place);
}

/** The expansion of a node with the names around it: its leaves are the node's arguments.
 * @param {number} place @param {number} expansion
 * @returns {Graph} */
function expansionOf(place, expansion) {
  const node = graph.nodes[place];
  const { nodes, output } = content.expansions[expansion];
  /** @type {GraphNode[]} */
  const named = [];
  nodes.forEach((inner, position) => {
    const outer = inner.leaf === undefined ? undefined : graph.nodes[node.parents[inner.leaf]];
    named.push({ ...inner, name: outer ? nameOf(outer) : position === output ? node.name : inner.name,
      moves: outer ? outer.moves : inner.moves && inner.parents.some((parent) => named[parent].moves) });
  });
  return { output, nodes: named };
}

/** The numbers inside of an open node, with gradients of the whole graph's output: the chain rule begins with its own.
 * @param {number} place @param {Graph} subject */
function numbersInside(place, subject) {
  const parents = graph.nodes[place].parents;
  const given = subject.nodes.map(({ leaf, value }) => (leaf === undefined ? value : state.given[parents[leaf]] ?? value));
  subject.nodes.forEach(({ leaf }, position) => {
    if (leaf !== undefined) given[position] = state.numbers.values[parents[leaf]];
  });
  const numbers = engineOf(subject).run(given);
  const scale = state.numbers.gradients[place];
  return { ...numbers, gradients: numbers.gradients.map((gradient) => gradient * scale) };
}

function renderZoom() {
  picture.boxes.forEach(({ group }, place) => attribute(group, "data-open", String(zoomed.has(place))));
  zoomed.forEach((open, place) => {
    const { lens, picture, subject } = open;
    const node = graph.nodes[place];
    const title = text("lens", { name: nameOf(node), operation: content.shapes[node.shape ?? 0].symbol });
    /** @type {Element} */ (lens.querySelector(".lens-title")).textContent = title;
    attribute(lens, "aria-label", title);
    attribute(/** @type {Element} */ (lens.querySelector(".lens-picture")), "aria-label", title);
    attribute(/** @type {Element} */ (lens.querySelector(".lens-close")), "aria-label", text("lens_close"));
    const note = /** @type {Element} */ (lens.querySelector(".lens-note"));
    try {
      open.numbers = numbersInside(place, subject);
      const quiet = quizzing() ? () => "?" : () => null;
      picture.write(open.numbers, quiet, quiet, quiet);
      note.replaceChildren(...(quizzing() ? [] : comparison(place, subject, open.numbers)));
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      open.numbers = null;
      note.replaceChildren(create("p", "trouble", text("lens_trouble", { trouble: trouble.message })));
    }
  });
}

/** Closed and opened, side by side: the same value, the same gradients.
 * @param {number} place @param {Graph} subject @param {Numbers} inside */
function comparison(place, subject, inside) {
  const { values, shares } = state.numbers;
  const row = (/** @type {string} */ name, /** @type {number} */ closed, /** @type {number} */ open) => {
    const same = Math.abs(closed - open) <= 1e-9 * Math.max(1, Math.abs(closed));
    return create("tr", "", [create("th", "", name, { scope: "row" }), create("td", "", shown(closed)),
      create("td", "", shown(open)), create("td", same ? "good" : "bad", text(same ? "same" : "different"))]);
  };
  const parents = graph.nodes[place].parents;
  const rows = [row(text("value"), values[place], inside.values[subject.output])];
  subject.nodes.forEach(({ leaf }, position) => {
    if (leaf === undefined || !graph.nodes[parents[leaf]].moves) return;
    const closed = parents.reduce((total, parent, k) => total + (parent === parents[leaf] ? shares[place]?.[k] ?? 0 : 0), 0);
    const name = `∂${LOSS}/∂${nameOf(graph.nodes[parents[leaf]])}`;
    rows.push(row(name, closed, inside.gradients[position]));
  });
  const head = create("tr", "", [create("td"), ...["closed", "opened"].map((key) =>
    create("th", "", text(key), { scope: "col" })), create("td")]);
  return [create("table", "", [create("thead", "", head), create("tbody", "", rows)])];
}
