// @ts-check
/* The whole story of one node: what its value and its gradient come from, and what a nudge does. */

/** The node whose story is open. @type {number | null} */
let storyOf = null;
/** What had the focus before, and gets it back. @type {HTMLElement | SVGElement | null} */
let storyOpener = null;

/** @param {number} place */
function tellStory(place) {
  if (quizzing()) return;
  const opener = document.activeElement;
  storyOpener = opener instanceof SVGElement || opener instanceof HTMLElement ? opener : null;
  storyOf = place;
  element("story").hidden = false;
  renderNow();
  element("story-heading").focus();
  element("story").scrollIntoView({ block: "nearest" });
}

/** @returns {boolean} whether there was one to close */
function closeStory() {
  if (storyOf === null) return false;
  storyOf = null;
  element("story").hidden = true;
  storyOpener?.focus();
  render();
  return true;
}

function prepareStory() {
  element("story-close").addEventListener("click", closeStory);
  element("nudge").addEventListener("input", renderNudge);
  element("story-zoom").addEventListener("click", () => {
    if (storyOf !== null) toggleZoom(storyOf);
  });
  renderers.push(renderStory);
}

function renderStory() {
  if (storyOf === null) return;
  const place = storyOf;
  const node = graph.nodes[place];
  const { values, gradients } = state.numbers;
  element("story-heading").textContent = text("story", { name: nameOf(node) });
  const facts = [[text("kind"), text(`kind_${node.kind}`)], [text("value"), String(values[place])]];
  if (node.label) facts.unshift([text("label"), node.label]);
  if (node.kind !== "constant") facts.push([text("gradient"), String(gradients[place])]);
  if (node.fixed) facts.push([text("note"), text("fixed")]);
  element("story-facts").replaceChildren(...facts.flatMap(([name, value]) => [create("dt", "", name),
    create("dd", "", value)]));
  element("story-made").hidden = node.shape === undefined || !!node.fixed;
  element("story-formula").replaceChildren(...(node.shape === undefined || node.fixed ? []
    : [told({ kind: "forward", node: place, formula: steps.find((step) => step.node === place)?.formula }).formula]));
  element("story-gradient").replaceChildren(...gradientStory(place));
  element("story-nudge").hidden = node.kind === "constant";
  element("story-zoom").hidden = node.expansion === undefined;
  element("story-zoom").textContent = text(zoomed.has(String(place)) ? "zoom_close" : "zoom_open",
    { name: node.shape === undefined ? "" : content.shapes[node.shape].symbol });
  attribute(element("story-zoom"), "aria-expanded", String(zoomed.has(String(place))));
  renderNudge();
}

/** Where the gradient of a node comes from. @param {number} place */
function gradientStory(place) {
  const node = graph.nodes[place];
  const uses = engine.uses[place];
  if (node.kind === "constant") return [create("p", "", text("constant_story"))];
  if (place === graph.output) return [create("p", "", text("seed", { node: LOSS }))];
  if (!uses.length) return [create("p", "", text("no_gradient", { node: nameOf(node), output: LOSS }))];
  const paths = engine.pathsFrom(place);
  const words = { node: nameOf(node), output: LOSS, uses: uses.length,
    paths: paths < 1e6 ? paths : paths.toExponential(2) };
  return [create("p", "", text(uses.length > 1 ? "gradient_sum" : "gradient_one", words)),
    ...uses.slice(0, 12).flatMap(({ child, place: argument }, index) => [
      told({ kind: "backward", node: place, child, place: argument, use: index + 1, uses: uses.length }).formula,
      unfoldingWhy(`${place} ${index}`, child, argument, uses.length > 1 ? index + 1 : 0)])];
}

/** What the gradient predicts for a small change, and what comes out when everything is calculated again. */
function renderNudge() {
  if (storyOf === null) return;
  const place = storyOf;
  const amount = parsed(field("nudge").value);
  const { values, gradients } = state.numbers;
  const before = values[graph.output];
  /** @type {string[]} */
  let lines;
  if (Number.isNaN(amount)) lines = [text("no_number")];
  else {
    const moved = values.slice();
    moved[place] += amount;
    const predicted = gradients[place] * amount;
    lines = [text("nudge_predicted", { output: LOSS, change: shown(predicted), gradient: shown(gradients[place]),
      amount: shown(amount) })];
    try {
      const after = engine.forward(moved, place)[graph.output];
      lines.push(text("nudge_found", { output: LOSS, before: shown(before), after: shown(after),
        change: shown(after - before) }));
      element("nudge-result").dataset.predicted = String(predicted);
      element("nudge-result").dataset.found = String(after - before);
    } catch (trouble) {
      if (!(trouble instanceof Trouble)) throw trouble;
      lines.push(trouble.message);
    }
  }
  element("nudge-result").replaceChildren(...lines.map((line) => create("p", "", line)));
}
