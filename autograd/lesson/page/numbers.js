// @ts-check
/* Changing the inputs and parameters: a slider and a field for each. */

const TICKS = 200; // of a slider, to either side of the original number

/** How far a slider goes to either side: 2, or twice the number. @param {number} place */
function reach(place) {
  return Math.max(2, Number((2 * Math.abs(original[place])).toPrecision(2)));
}

/** @param {number} place @param {number} tick */
function atTick(place, tick) {
  return Number((original[place] + (reach(place) * tick) / TICKS).toPrecision(12));
}

/** Set one number, or say beside its field why it cannot be.
 * @param {number} place @param {number} value */
function setNumber(place, value) {
  const trouble = Number.isFinite(value) ? change(new Map([[place, value]])) : text("no_number");
  complain(place, trouble ? (trouble instanceof Trouble ? trouble.message : trouble) : "");
  if (!trouble) leaves.forEach((leaf) => complain(leaf, ""));
  return !trouble;
}

/** @param {number} place @param {string} message */
function complain(place, message) {
  const typed = field(`number-${place}`);
  if (element(`trouble-${place}`).textContent === message) return;
  element(`trouble-${place}`).textContent = message;
  if (message) typed.setAttribute("aria-invalid", "true");
  else typed.removeAttribute("aria-invalid");
}

function prepareNumbers() {
  const list = element("numbers-list");
  for (const place of leaves) list.append(numberRow(place));
  element("no-numbers").hidden = leaves.length > 0;
  element("restore").addEventListener("click", restore);
  renderers.push(renderNumbers);
}

/** @param {number} place */
function numberRow(place) {
  const node = graph.nodes[place];
  const shortName = brief(node.name, 40).replaceAll(".", ".\u200b"); // a line may break after a point
  const name = create("span", "number-name", shortName, node.label ? { title: brief(node.label, 400) } : {});
  const slider = create("input", "slider", [], { type: "range", id: `slider-${place}`, min: String(-TICKS),
    max: String(TICKS), step: "1" });
  const typed = create("input", "number", [], { type: "text", inputmode: "decimal", id: `number-${place}`,
    autocomplete: "off", "aria-describedby": `trouble-${place}` });
  const trouble = create("p", "trouble", [], { id: `trouble-${place}`, role: "alert" });
  slider.addEventListener("input", () => setNumber(place, atTick(place, Number(slider.value))));
  typed.addEventListener("change", () => setNumber(place, parsed(typed.value)));
  typed.addEventListener("keydown", ({ key }) => {
    if (key === "Enter") setNumber(place, parsed(typed.value));
  });
  return create("li", "number-row", [name, create("div", "sliding", [slider, scaleOf(place)]), typed, trouble]);
}

/** What is written below a slider: both its ends, and 0. @param {number} place */
function scaleOf(place) {
  const [least, most] = [atTick(place, -TICKS), atTick(place, TICKS)];
  const zero = create("span", "zero", "0");
  zero.style.left = `${(100 * -least) / (most - least)}%`;
  return create("div", "scale", [create("span", "", rounded(least)), zero, create("span", "", rounded(most))],
    { "aria-hidden": "true" });
}

/** @param {number} x */
function rounded(x) {
  return shown(Number(x.toPrecision(3))).replace(/\.0$/, "");
}

/** Back to the numbers that the page was written with. */
function restore() {
  change(new Map(leaves.map((place) => [place, original[place]])));
  leaves.forEach((place) => complain(place, ""));
  forgetDescent();
  renderNow();
  for (const place of leaves) field(`number-${place}`).value = plain(state.given[place]);
}

/** A number with all its digits, as it is typed. @param {number} x */
function plain(x) {
  return String(x);
}

function renderNumbers() {
  element("numbers-output").textContent = text("numbers_output",
    { output: LOSS, value: shown(state.numbers.values[graph.output]) });
  for (const place of leaves) {
    const [slider, typed] = [field(`slider-${place}`), field(`number-${place}`)];
    const name = graph.nodes[place].name;
    const value = state.given[place];
    attribute(slider, "aria-label", text("slider_of", { name }));
    attribute(slider, "aria-valuetext", shown(value));
    attribute(typed, "aria-label", text("number_of", { name }));
    const tick = String(Math.round(((value - original[place]) * TICKS) / reach(place)));
    if (document.activeElement !== slider) slider.value = tick;
    if (!typed.hasAttribute("aria-invalid") && document.activeElement !== typed) typed.value = plain(value);
  }
}
