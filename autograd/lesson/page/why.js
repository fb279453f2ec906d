// @ts-check
/* Why a local derivative is what it is: the rule in words, and the function with its tangent, drawn from its row. What
   an operation is comes from `arithmetic`, how it is written from its formula, and the name of the rule from its
   notation: no operation is known here. */

/** A child as a function of one of its arguments, the others held fixed. NaN if there is no value.
 * @param {number} child @param {number[]} places the arguments that move together
 * @returns {(moved: number) => number} */
function along(child, places) {
  const { parents, shape = 0 } = graph.nodes[child];
  const operands = parents.map((parent) => state.numbers.values[parent]);
  return (moved) => {
    for (const place of places) operands[place] = moved;
    return calculated(arithmetic[shape], operands);
  };
}

/** How much a number is raised to feel what it does: 0.01, or a hundredth of its size. @param {number} x */
function touch(x) {
  const size = Math.abs(x);
  return size === 0 || (size >= 0.1 && size < 1000) ? 0.01 : 10 ** (Math.floor(Math.log10(size)) - 2);
}

/** What a small change of each operand does to a node: "raise a by 0.01, and c falls by 0.03". Calculated again, not
 * predicted. @param {number} place */
function feelingOf(place) {
  const { parents, shape, fixed } = graph.nodes[place];
  if (shape === undefined || fixed) return "";
  const felt = [...new Set(parents)].filter((parent) => graph.nodes[parent].kind !== "constant"
    && parents.some((other, k) => other === parent && content.shapes[shape].flows[k]));
  return felt.slice(0, 3).map((parent) => feelingBy(place, parent)).filter(Boolean).join(text("gap"));
}

/** @param {number} child @param {number} parent */
function feelingBy(child, parent) {
  const [from, before] = [state.numbers.values[parent], state.numbers.values[child]];
  const value = along(child, graph.nodes[child].parents.flatMap((other, k) => (other === parent ? [k] : [])));
  const amount = touch(from);
  const up = Number.isFinite(value(from + amount));
  const change = value(up ? from + amount : from - amount) - before;
  if (!Number.isFinite(change)) return "";
  const noise = 1e-12 * Math.max(Math.abs(before), Math.abs(change));
  const still = Math.abs(change) <= noise;
  const exact = Math.abs(Number(written(change)) - change) <= 1e-9 * Math.abs(change) + noise;
  const size = shown(Math.abs(Number(written(change))));
  return text(`${up ? "feel" : "lower"}_${still ? "stays" : change > 0 ? "rises" : "falls"}`, {
    node: nameOf(graph.nodes[parent]), child: nameOf(graph.nodes[child]), amount: shown(amount),
    change: exact ? size : text("about", { number: size }) });
}

/** The textbook's rule for one arrow. @param {number} child @param {number} place */
function ruleOf(child, place) {
  const { shape = 0, parents } = graph.nodes[child];
  const { rules, symbol: name } = content.shapes[shape];
  const rule = rules[place] === "function" && hasPieces(child, place) ? "pieces" : rules[place];
  return text(`rule_${rule}`, { node: nameOf(graph.nodes[parents[place]]), function: name });
}

/** Whether the slope only jumps, from one number to another. @param {number} child @param {number} place */
function hasPieces(child, place) {
  const { parents, shape = 0 } = graph.nodes[child];
  const operands = parents.map((parent) => state.numbers.values[parent]);
  const [here, reach] = [operands[place], Math.max(2, Math.abs(operands[place]))];
  /** @type {(string | undefined)[]} */
  const slopes = [];
  for (let k = -10; k <= 10; k++) {
    operands[place] = here + (k / 10) * reach;
    const result = calculated(arithmetic[shape], operands);
    if (Number.isFinite(result)) slopes.push(arithmetic[shape].partials(operands, result)[place]?.toPrecision(9));
  }
  return new Set(slopes).size < 4;
}

/** What else goes into a child, as a sentence lists it; "" for nothing. @param {number} child @param {number} place */
function heldBeside(child, place) {
  const { parents } = graph.nodes[child];
  const others = parents.filter((parent, k) => k !== place && graph.nodes[parent].kind !== "constant");
  const names = [...new Set(others.map((parent) => (parent === parents[place]
    ? text("other_use", { node: nameOf(graph.nodes[parent]) }) : nameOf(graph.nodes[parent]))))];
  if (names.length > 3) return text("everything_else");
  const last = names.pop() ?? "";
  return names.length ? names.join(text("comma")) + text("and") + last : last;
}

/** The sentences that give the reason. @param {number} child @param {number} place */
function reasonsOf(child, place) {
  const { parents } = graph.nodes[child];
  const { values, partials } = state.numbers;
  const [node, user] = [graph.nodes[parents[place]], graph.nodes[child]];
  const used = placesIn(treeOf(child, place));
  // Equal operands share one place in a formula, that of the first.
  const itself = used.some((argument) => argument < 0 || parents[argument] === parents[place]);
  const words = { node: nameOf(node), child: nameOf(user), value: shown(values[parents[place]]),
    local: shown(partials[child][place] ?? 0) };
  const twice = parents.indexOf(parents[place]) !== parents.lastIndexOf(parents[place]);
  const rest = text(itself && !(twice && isStraight(child, place)) ? "why_curve" : "why_line", words);
  const others = heldBeside(child, place);
  return [ruleOf(child, place), others ? text("why_held", { others, rest }) : rest,
    ...(used.includes(-1) ? [text("why_result", words)] : [])];
}

/** Whether the function is a line because two operands are the same number: x·x is a line in one of its two x.
 * @param {number} child @param {number} place */
function isStraight(child, place) {
  const here = state.numbers.values[graph.nodes[child].parents[place]];
  const value = along(child, [place]);
  const [below, middle, above] = [value(here - 1), value(here), value(here + 1)];
  return Math.abs(below + above - 2 * middle) <= 1e-9 * Math.max(Math.abs(below), Math.abs(middle), Math.abs(above));
}

const SAMPLES = 120;

/** A drawing of the function with its tangent at this number. @param {number} child @param {number} place */
function tangentOf(child, place) {
  const parent = graph.nodes[child].parents[place];
  const [here, top] = [state.numbers.values[parent], state.numbers.values[child]];
  const slope = state.numbers.partials[child][place] ?? 0;
  const value = along(child, [place]);
  const reach = Math.max(2, Math.abs(here));
  const points = Array.from({ length: SAMPLES + 1 }, (_, k) => {
    const x = here + ((2 * k) / SAMPLES - 1) * reach;
    return { x, y: value(x) };
  });
  const [low, high] = heights(points.map(({ y }) => y), top);
  const across = (/** @type {number} */ x) => 10 + ((x - here + reach) / (2 * reach)) * 260;
  const down = (/** @type {number} */ y) => 12 + ((high - y) / (high - low)) * 126;
  const drawn = svgElement("svg", { viewBox: "0 0 280 168", class: "tangent", role: "img" });
  const line = (/** @type {Record<string, string>} */ places) => drawn.append(svgElement("path", places));
  if (low <= 0 && high >= 0) line({ class: "zero", d: `M10 ${at(down(0))}H270` });
  if (Math.abs(here) <= reach) line({ class: "zero", d: `M${at(across(0))} 12V138` });
  line({ class: "drop", d: `M10 ${at(down(top))}H${at(across(here))}V144` });
  line({ class: "curve", d: strokes(points.map(({ x, y }) => [across(x), y >= low && y <= high ? down(y) : NaN])) });
  line({ class: "touching", d: strokes(Array.from({ length: 41 }, (_, k) => {
    const x = here + (k / 20 - 1) * reach;
    const y = top + slope * (x - here);
    return [across(x), y >= low && y <= high ? down(y) : NaN];
  })) + steepStroke(across(here), down(top), (slope * 126 * 2 * reach) / ((high - low) * 260)) });
  drawn.append(svgElement("circle", { cx: at(across(here)), cy: at(down(top)), r: "4.5" }));
  const name = brief(nameOf(graph.nodes[parent]), 16);
  label(drawn, "place", at(across(here)), "160", `${name} = ${shown(here)}`);
  label(drawn, "height", "14", at(down(top) + (slope > 0 ? -6 : 15)), `${brief(nameOf(graph.nodes[child]), 12)} = ${shown(top)}`,
    "start");
  const above = down(top) > 40;
  label(drawn, "steep", across(here) < 200 ? at(across(here) + 10) : at(across(here) - 10),
    at(down(top) + (slope * (above ? 1 : -1) > 0 ? (above ? 16 : 18) : above ? -8 : 18)),
    text("slope", { local: shown(slope) }), across(here) < 200 ? "start" : "end");
  return drawn;
}

/** The heights that a drawing shows: what is much farther off than most of it is left out.
 * @param {number[]} samples @param {number} here */
function heights(samples, here) {
  const finite = samples.filter(Number.isFinite);
  const off = finite.map((y) => Math.abs(y - here)).sort((one, other) => one - other);
  const most = 3 * (off[Math.floor(off.length / 2)] || off[off.length - 1] || 1);
  const [low, high] = [Math.max(Math.min(...finite), here - most), Math.min(Math.max(...finite), here + most)];
  const margin = (high - low) * 0.06 || Math.max(1, Math.abs(here)) / 2;
  return [low - margin, high + margin];
}

/** A path through points, interrupted if there is none. @param {number[][]} points */
function strokes(points) {
  let pen = "M";
  return points.map(([x, y]) => {
    if (Number.isNaN(y)) {
      pen = "M";
      return "";
    }
    const stroke = `${pen}${at(x)} ${at(y)}`;
    pen = "L";
    return stroke;
  }).join("");
}

/** Of a steep tangent only few points are in the drawing: a short stroke through the middle one shows it.
 * @param {number} x @param {number} y @param {number} steepness */
function steepStroke(x, y, steepness) {
  const half = 24 / Math.hypot(1, steepness);
  return `M${at(x - half)} ${at(y + half * steepness)}L${at(x + half)} ${at(y - half * steepness)}`;
}

/** @param {number} length */
function at(length) {
  return length.toFixed(1);
}

/** @param {Element} drawing @param {string} name @param {string} x @param {string} y @param {string} words
 * @param {string} [anchor] */
function label(drawing, name, x, y, words, anchor = Number(x) < 60 ? "start" : Number(x) > 220 ? "end" : "middle") {
  const made = svgElement("text", { class: name, x, y, "text-anchor": anchor });
  made.textContent = words;
  drawing.append(made);
}

/** @param {string} tag @param {Record<string, string>} attributes */
function svgElement(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** The whole reason: the rule in words, and the drawing. @param {number} child @param {number} place */
function whyOf(child, place) {
  const reasons = reasonsOf(child, place);
  const drawing = tangentOf(child, place);
  drawing.setAttribute("aria-label", reasons[1]);
  return create("div", "why", [create("div", "", reasons.map((reason) => create("p", "", reason))), drawing]);
}

/** What is unfolded stays so while the numbers change, and from step to step. @type {Set<string>} */
let unfolded = new Set();

/** A "why?" that unfolds. @param {string} key @param {number} child @param {number} place @param {number} use */
function unfoldingWhy(key, child, place, use) {
  const summary = create("summary", "", whyAsked(child, place, use));
  const details = create("details", "unfolding", summary);
  const fill = () => {
    if (details.open && details.children.length === 1) details.append(whyOf(child, place));
  };
  details.open = unfolded.has(key);
  details.addEventListener("toggle", () => {
    unfolded = new Set([...unfolded].filter((other) => other !== key).concat(details.open ? [key] : []));
    fill();
  });
  fill();
  return details;
}

/** The question whose answer a reason is. @param {number} child @param {number} place @param {number} use */
function whyAsked(child, place, use) {
  const local = state.numbers.partials[child][place] ?? 0;
  return text(isWhole(local) ? "why_of" : "why_of_about", {
    derivative: derivativeText(child, graph.nodes[child].parents[place], use), local: shown(local) });
}

/** Below the sentence of a step: forward what a small change does, backward the way to the reason; and its terms.
 * @param {Step | undefined} step */
function renderAids(step) {
  const feeling = step?.kind === "forward" ? feelingOf(step.node) : "";
  element("step-feel").textContent = feeling;
  element("step-feel").hidden = !feeling;
  element("step-why").hidden = step?.kind !== "backward";
  attribute(element("step-why"), "aria-expanded", String(wondering));
  writeWords(element("step-note"), state.step === 0 ? content.introduction : content.notes.steps[state.step]);
  listTerms(element("step-terms"), termsOf(step?.kind));
}

/** Whether reasons are shown, for whatever step. */
let wondering = false;
/** What is shown, so that it is drawn anew only if it changes. @type {{numbers: Numbers | null, key: string}} */
const reason = { numbers: null, key: "" };

/** @param {Step | undefined} step */
function renderReason(step) {
  const open = wondering && step?.kind === "backward";
  element("why").hidden = !open;
  const key = `${state.step} ${language}`;
  if (!open || (reason.numbers === state.numbers && reason.key === key)) return;
  Object.assign(reason, { numbers: state.numbers, key });
  const { child = 0, place = 0 } = step;
  element("why-heading").textContent = whyAsked(child, place, engine.useOf(child, place));
  element("why-told").replaceChildren(whyOf(child, place));
}

/** @returns {boolean} whether there was one to close */
function closeWhy() {
  const open = wondering && !element("why").hidden;
  wondering = false;
  if (open) element("step-why").focus();
  render();
  return open;
}

function prepareWhy() {
  element("step-why").addEventListener("click", () => {
    if (wondering) {
      closeWhy();
      return;
    }
    wondering = true;
    renderNow();
    element("why-heading").focus();
    element("why").scrollIntoView({ block: "nearest" });
  });
  element("why-close").addEventListener("click", closeWhy);
}

/** ∂c/∂a as plain text, for what cannot hold a formula. @param {number} child @param {number} node
 * @param {number} [use] */
function derivativeText(child, node, use = 0) {
  return `∂${nameOf(graph.nodes[child])}/∂${nameOf(graph.nodes[node])}${use ? `#${use}` : ""}`;
}
