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

/** The chart of the losses; with a logarithmic scale if they span more than two powers of ten.
 * @param {number[]} losses */
function drawLosses(losses) {
  const [low, high] = [Math.min(...losses), Math.max(...losses)];
  const logarithmic = low > 0 && high / low > 100;
  const height = (/** @type {number} */ loss) => (logarithmic ? Math.log10(loss) : loss);
  const marks = logarithmic ? powersBetween(low, high) : high === low ? [high] : [high, low];
  const names = marks.map((mark) => (logarithmic ? `10${superscript(Math.round(Math.log10(mark)))}` : inPowers(mark)));
  const left = 14 + 6.2 * Math.max(...names.map((name) => name.length));
  const x = (/** @type {number} */ place) => left + (place / Math.max(losses.length - 1, 1)) * (290 - left);
  const whole = height(high) - height(low) || 1;
  const y = (/** @type {number} */ loss) => 12 + (1 - (height(loss) - height(low)) / whole) * 96;
  const chart = element("loss-chart");
  attribute(chart, "aria-label", text("chart", { output: LOSS, first: shown(losses[0]),
    last: shown(losses[losses.length - 1]), count: losses.length - 1 }));
  const part = (/** @type {string} */ selector) => /** @type {SVGElement} */ (chart.querySelector(selector));
  part(".losses").setAttribute("points",
    losses.map((loss, place) => `${x(place).toFixed(1)},${y(loss).toFixed(1)}`).join(" "));
  part(".axis").setAttribute("d", `M${left} 8V110H294`);
  part("circle").setAttribute("cx", String(x(losses.length - 1)));
  part("circle").setAttribute("cy", String(y(losses[losses.length - 1])));
  part(".ticks").replaceChildren(...marks.flatMap((mark, place) => {
    const name = svgElement("text", { x: left - 6, y: y(mark) + 3.5, "text-anchor": "end" });
    name.textContent = names[place];
    return [svgElement("path", { d: `M${left} ${y(mark).toFixed(1)}H294` }), name];
  }));
  part(".steps-label").setAttribute("x", String(left));
  part(".last-step").textContent = String(losses.length - 1);
}

/** At most 6 powers of ten between two numbers, or near them. @param {number} low @param {number} high */
function powersBetween(low, high) {
  const [first, last] = [Math.ceil(Math.log10(low) - 1e-9), Math.floor(Math.log10(high) + 1e-9)];
  const stride = Math.ceil((last - first + 1) / 6);
  return Array.from({ length: Math.floor((last - first) / stride) + 1 }, (_, place) => 10 ** (first + place * stride));
}

/** A number as it is read on an axis: 6.38·10⁻⁴ and not 6.38e−4. @param {number} x */
function inPowers(x) {
  const [mantissa, exponent] = shown(x).split("e");
  return exponent === undefined ? mantissa : `${mantissa}·10${superscript(Number(exponent.replace("−", "-")))}`;
}

/** @param {number} x */
function superscript(x) {
  return [...String(x)].map((digit) => (digit === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[Number(digit)])).join("");
}
