// @ts-check
/* Gradient descent by hand: one press, one step; the loss as a line; and back again. */

/** The steps so far: the numbers before, and the loss. @type {{given: Map<number, number>, loss: number}[]} */
let descent = [];

function forgetDescent() {
  descent = [];
  element("learn-trouble").textContent = "";
}

function stepDownhill() {
  const before = { given: new Map(leaves.map((place) => [place, state.given[place]])),
    loss: state.numbers.values[graph.output] };
  const trouble = change(descended());
  element("learn-trouble").textContent = trouble ? text("learn_trouble", { trouble: trouble.message }) : "";
  if (trouble) return false;
  descent.push(before);
  return true;
}

function stepBack() {
  const last = descent.pop();
  if (last) change(last.given);
  element("learn-trouble").textContent = "";
  render();
}

function prepareLearning() {
  element("downhill").addEventListener("click", stepDownhill);
  element("downhill-more").addEventListener("click", () => {
    for (let count = 0; count < 10 && stepDownhill(); count++);
  });
  element("undo").addEventListener("click", stepBack);
  field("rate").addEventListener("input", () => {
    state.rate = Number((10 ** Number(field("rate").value)).toPrecision(2));
    render();
  });
  field("rate").value = String(Math.log10(state.rate));
  for (const place of leaves) {
    const box = create("input", "", [], { type: "checkbox", id: `learns-${place}` });
    box.checked = state.learning.has(place);
    box.addEventListener("change", () => {
      if (box.checked) state.learning = new Set([...state.learning, place]);
      else state.learning.delete(place);
      render();
    });
    element("learners").append(create("label", "", [box, ` ${brief(graph.nodes[place].name, 40)}`]));
  }
  renderers.push(renderLearning);
}

function renderLearning() {
  if (mode !== "learn") return;
  const loss = state.numbers.values[graph.output];
  field("rate").setAttribute("aria-valuetext", shown(state.rate));
  element("rate-shown").textContent = `η = ${shown(state.rate)}`;
  element("learn-loss").textContent = text("learn_loss", { output: LOSS, value: shown(loss), count: descent.length });
  disable("undo", !descent.length);
  const wanted = descended();
  element("learn-table").replaceChildren(...[...wanted].slice(0, 50).map(([place, value]) => create("tr", "", [
    create("th", "", brief(graph.nodes[place].name, 40), { scope: "row" }), create("td", "", shown(state.given[place])),
    create("td", "", shown(state.numbers.gradients[place])), create("td", "", shown(value))])));
  drawLosses([...descent.map((step) => step.loss), loss]);
}

/** @param {number[]} losses */
function drawLosses(losses) {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const x = (/** @type {number} */ place) => 46 + (place / Math.max(losses.length - 1, 1)) * 244;
  const y = (/** @type {number} */ loss) => 12 + (1 - (loss - low) / (high - low || 1)) * 96;
  const chart = element("loss-chart");
  attribute(chart, "aria-label", text("chart", { output: LOSS, first: shown(losses[0]),
    last: shown(losses[losses.length - 1]), count: losses.length - 1 }));
  const line = /** @type {Element} */ (chart.querySelector("polyline"));
  line.setAttribute("points", losses.map((loss, place) => `${x(place).toFixed(1)},${y(loss).toFixed(1)}`).join(" "));
  const mark = /** @type {Element} */ (chart.querySelector("circle"));
  mark.setAttribute("cx", String(x(losses.length - 1)));
  mark.setAttribute("cy", String(y(losses[losses.length - 1])));
  const labels = chart.querySelectorAll("text");
  labels[0].textContent = shown(high);
  labels[1].textContent = high === low ? "" : shown(low);
  labels[2].textContent = String(losses.length - 1);
}
