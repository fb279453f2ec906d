// @ts-check
/* Are the gradients right? Each is set beside the slope found by changing its number a little, up and down. */

function prepareCheck() {
  element("check-now").addEventListener("click", checkAll);
  renderers.push(() => {
    if (mode === "check" && checkedAt !== state.numbers) element("check-result").hidden = true;
  });
}

/** The numbers that the table belongs to. @type {Numbers | null} */
let checkedAt = null;

function checkAll() {
  const { values, gradients } = state.numbers;
  let [agreeing, failing] = [0, 0];
  const rows = graph.nodes.flatMap((node, place) => {
    if (node.kind === "constant") return [];
    const found = engine.difference(values, place);
    const verdict = judged(gradients[place], found);
    if (verdict === "agrees") agreeing++;
    if (verdict === "disagrees") failing++;
    return [create("tr", "", [create("th", "", brief(nameOf(node), 40), { scope: "row" }),
      create("td", "", shown(gradients[place])),
      create("td", "", Number.isNaN(found.central) ? "–" : shown(found.central)),
      create("td", verdict === "disagrees" ? "bad" : "good", text(`verdict_${verdict}`))])];
  });
  element("check-rows").replaceChildren(...rows);
  const words = { count: rows.length, agreeing, failing };
  element("check-summary").textContent = text(failing ? "check_bad" : "check_good", words);
  element("check-result").hidden = false;
  element("check-result").dataset.failing = String(failing);
  checkedAt = state.numbers;
}

/** @param {number} gradient @param {{central: number, left: number, right: number}} found */
function judged(gradient, { central, left, right }) {
  if (Number.isNaN(central)) return "edge"; // of the domain
  const allowed = 1e-5 * Math.max(1, Math.abs(gradient), Math.abs(state.numbers.values[graph.output]));
  if (Math.abs(central - gradient) <= allowed) return "agrees";
  return Math.abs(left - right) > 1e-3 * Math.max(1, Math.abs(left), Math.abs(right)) ? "kink" : "disagrees";
}
