// @ts-check
/* Opening a box in place. A composite node shows what it is made of, with the same value and the same gradients; the
   box of a module shows the nodes that are folded into it. */

/** What is open: the frame, and how to draw it anew. Nodes go by their numbers, modules by `f` and theirs.
 * @type {Map<string, {lens: HTMLElement, draw: () => void, title: () => string, box: () => Box | undefined}>} */
const zoomed = new Map();

/** @param {number} place */
function toggleZoom(place) {
  if (zoomed.has(String(place))) closeZoom(String(place));
  else openZoom(place);
  renderNow();
}

/** @param {number} number */
function toggleGroup(number) {
  const key = `f${number}`;
  if (zoomed.has(key)) closeZoom(key);
  else {
    const { lens, svg } = openLens(key, `group-${number}`);
    const inner = new Picture(svg, graph, tellStory);
    const { name } = content.groups[number];
    const title = () => text("group", { name, title: moduleTitle(name) });
    zoomed.set(key, { lens, draw: () => show(inner), title, box: () => picture.groups.get(number) });
  }
  renderNow();
}

/** @param {number} place */
function openZoom(place) {
  const node = graph.nodes[place];
  if (node.expansion === undefined || zoomed.has(String(place))) return;
  const subject = expansionOf(place, node.expansion);
  const { lens, svg } = openLens(String(place), `expansion-${node.expansion}`);
  const inner = new Picture(svg, subject);
  const note = create("div", "lens-note");
  lens.append(note);
  const title = () => text("lens", { name: nameOf(node), operation: content.shapes[node.shape ?? 0].symbol });
  zoomed.set(String(place), { lens, draw: () => drawExpansion(place, inner, note), title,
    box: () => picture.boxOf(place) });
}

/** A frame below the picture, with a drawing that the page holds ready.
 * @param {string} key @param {string} template */
function openLens(key, template) {
  const drawn = /** @type {HTMLTemplateElement} */ (element(template)).content.cloneNode(true);
  const svg = /** @type {SVGSVGElement} */ (/** @type {DocumentFragment} */ (drawn).querySelector("svg"));
  svg.setAttribute("role", "group");
  svg.style.minWidth = `${0.45 * svg.viewBox.baseVal.width}px`;
  const close = create("button", "lens-close", "×", { type: "button" });
  const frame = create("div", "lens-picture", svg, { tabindex: "0", role: "region" });
  const head = create("div", "lens-head", [create("h2", "lens-title"), close]);
  const lens = create("div", "lens", [head, frame], { "data-lens": key });
  close.addEventListener("click", () => {
    closeZoom(key);
    render();
  });
  element("lenses").append(lens);
  lens.scrollIntoView({ block: "nearest" });
  return { lens, svg };
}

/** @param {string} key */
function closeZoom(key) {
  const open = zoomed.get(key);
  if (!open) return;
  const inside = open.lens.contains(document.activeElement);
  open.lens.remove();
  zoomed.delete(key);
  if (inside) /** @type {HTMLElement | undefined} */ (open.box()?.group)?.focus();
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

/** The numbers inside an open node. The chain rule begins with its gradient, so all are those of the whole graph.
 * @param {number} place @param {Graph} subject */
function numbersInside(place, subject) {
  const parents = graph.nodes[place].parents;
  const given = subject.nodes.map(({ leaf, value }) =>
    (leaf === undefined ? value : state.numbers.values[parents[leaf]]));
  const numbers = engineOf(subject).run(given);
  const scale = state.numbers.gradients[place];
  return { ...numbers, gradients: numbers.gradients.map((gradient) => gradient * scale) };
}

function renderZoom() {
  for (const [place, { group }] of picture.all) attribute(group, "data-open", String(zoomed.has(String(place))));
  picture.groups.forEach(({ group }, number) => attribute(group, "aria-expanded", String(zoomed.has(`f${number}`))));
  picture.groups.forEach(({ group }, number) => attribute(group, "data-open", String(zoomed.has(`f${number}`))));
  zoomed.forEach(({ lens, draw, title, box }) => {
    const [heading, frame, close] = [".lens-title", ".lens-picture", ".lens-close"].map((part) =>
      /** @type {Element} */ (lens.querySelector(part)));
    heading.textContent = title();
    attribute(frame, "aria-label", title());
    attribute(close, "aria-label", text("lens_close"));
    pointFrom(lens, box());
    draw();
  });
}

/** @param {number} place @param {Picture} inner @param {HTMLElement} note */
function drawExpansion(place, inner, note) {
  try {
    const numbers = numbersInside(place, inner.subject);
    const hide = quizzing() ? () => "?" : () => null;
    inner.write(numbers, { value: hide, gradient: hide, partial: hide });
    note.replaceChildren(...(quizzing() ? [] : comparison(place, inner.subject, numbers)));
  } catch (trouble) {
    if (!(trouble instanceof Trouble)) throw trouble;
    note.replaceChildren(create("p", "trouble", text("lens_trouble", { trouble: trouble.message })));
  }
}

/** The tip of the frame is below the box that was opened. @param {HTMLElement} lens @param {Box | undefined} box */
function pointFrom(lens, box) {
  if (!box) return;
  const [place, frame] = [box.group.getBoundingClientRect(), lens.getBoundingClientRect()];
  const across = Math.min(Math.max(place.left + place.width / 2 - frame.left, 24), frame.width - 24);
  lens.style.setProperty("--tip", `${across.toFixed(0)}px`);
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
    const closed = parents.reduce((total, parent, k) =>
      total + (parent === parents[leaf] ? shares[place]?.[k] ?? 0 : 0), 0);
    const name = `∂${LOSS}/∂${nameOf(graph.nodes[parents[leaf]])}`;
    rows.push(row(name, closed, inside.gradients[position]));
  });
  const head = create("tr", "", [create("td"), ...["closed", "opened"].map((key) =>
    create("th", "", text(key), { scope: "col" })), create("td")]);
  return [create("table", "", [create("thead", "", head), create("tbody", "", rows)])];
}
