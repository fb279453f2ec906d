// @ts-check
/* On paper: a worksheet with lines to fill in, or the answers. There is no next step there: all of them are listed. */

const MOST_PRINTED = 400; // steps
/** @type {"worksheet" | "answers"} */
let sheet = "answers";

function preparePrinting() {
  for (const one of /** @type {const} */ (["worksheet", "answers"])) {
    element(`print-${one}`).addEventListener("click", () => {
      element("printing").removeAttribute("open");
      sheet = one;
      window.print();
    });
  }
  window.addEventListener("beforeprint", prepareSheet);
  window.addEventListener("afterprint", () => {
    element("printed").replaceChildren();
    sheet = "answers"; // what a browser's own menu prints
  });
  document.addEventListener("pointerdown", ({ target }) => {
    if (target instanceof Node && !element("printing").contains(target)) element("printing").removeAttribute("open");
  });
}

function prepareSheet() {
  const blank = sheet === "worksheet";
  const title = element("title").textContent || "";
  const head = blank ? [lineFor("sheet_name"), lineFor("sheet_date")] : [];
  const listed = steps.slice(0, MOST_PRINTED).filter(({ kind }) => kind !== "given");
  const items = listed.map((step) => (blank ? create("li", "", blanks(told(step).lines)) : answered(step)));
  const long = items.some((item) => [...item.querySelectorAll("mtr, .to-fill")].some(({ textContent }) =>
    (textContent || "").length > 34));
  /** @type {HTMLElement[]} */
  const known = [toldBefore(Infinity).formula];
  if (steps.some(({ kind }) => kind === "update")) {
    known.push(create("span", "", mathml("math", mathml("mi", "η"), operator("="), numeral(state.rate))));
  }
  element("printed").dataset.sheet = sheet;
  element("printed").replaceChildren(create("h1", "", title),
    create("p", "sheet-head", [create("span", "", text(`sheet_${sheet}`)), ...head]), create("div", "known", known),
    printedPicture(blank), create("ol", long ? "long" : "", items));
}

/** @param {string} key */
function lineFor(key) {
  return create("span", "line-for", [text(key), create("span", "line")]);
}

/** The picture with all numbers, or with those that are given and room for the others. @param {boolean} blank */
function printedPicture(blank) {
  const copy = /** @type {SVGSVGElement} */ (svg.cloneNode(true));
  for (const old of copy.querySelectorAll(".flow, .flow-bead")) old.remove();
  for (const named of copy.querySelectorAll("[id]")) named.removeAttribute("id");
  copy.setAttribute("viewBox", `0 0 ${whole.width} ${whole.height}`);
  const drawn = new Picture(copy, graph);
  const line = () => (blank ? "____" : null);
  drawn.write(state.numbers, { value: (place) => (blank && known.value.has(place) ? "____" : null), gradient: line,
    partial: line });
  drawn.light([], [], "");
  copy.style.width = `${(whole.width * 1.15).toFixed(0)}px`;
  const wide = whole.width > 1.3 * whole.height && whole.width > 1100;
  return create("div", wide ? "printed-picture sideways" : "printed-picture", copy);
}

/** @param {Step} step */
function answered(step) {
  const { formula, sentence } = told(step);
  return create("li", "", [formula, create("p", "", sentence)]);
}

/** The equations of a step without their numbers: what is looked for, its formula, and a line for the result.
 * @param {Line[]} lines */
function blanks(lines) {
  const made = [];
  for (const [place, [left, , right]] of lines.entries()) {
    if (!left.some(({ textContent }) => textContent)) continue;
    const more = lines[place + 1] && !lines[place + 1][0].length;
    const names = right.some((part) => /\p{L}/u.test(part.textContent || "")); // and not the numbers already
    const formula = more && names ? [operator("="), ...right] : [];
    made.push(create("div", "to-fill", [mathml("math", ...left, ...formula, operator("=")), create("span", "line")]));
  }
  return made;
}
