// @ts-check
/* The glossary: what ∂, η, gradient and local derivative mean, on hover, on focus and at a tap. */

/** @typedef {"partial" | "gradient" | "local" | "rate"} Term */

/** What a sign in a formula stands for. @type {Record<string, Term>} */
const SIGNS = { "∂": "partial", "η": "rate" };

/** What the tip explains at the moment. @type {Element | null} */
let explained = null;

/** @param {Term} term */
function meaning(term) {
  return text(`means_${term}`, { output: LOSS });
}

/** The terms of a step or of a question as small buttons. What is there already keeps the focus.
 * @param {HTMLElement} place @param {Term[]} terms */
function listTerms(place, terms) {
  const wanted = `${terms.join(" ")} ${language}`;
  if (place.dataset.terms === wanted) return;
  place.dataset.terms = wanted;
  place.hidden = !terms.length;
  closeTip();
  place.replaceChildren(...terms.map((term) => create("button", "term", text(`term_${term}`), { type: "button",
    "data-term": term, "aria-description": meaning(term) })));
}

/** The terms that a step speaks of. @param {StepKind | undefined} kind @returns {Term[]} */
function termsOf(kind) {
  if (kind === "backward") return ["partial", "gradient", "local"];
  return kind === "update" ? ["rate", "gradient"] : kind === "seed" ? ["partial", "gradient"] : [];
}

/** The term that is at a place of the page, or null. @param {EventTarget | null} target */
function termAt(target) {
  if (!(target instanceof Element)) return null;
  const button = target.closest("[data-term]");
  if (button) return { at: button, term: /** @type {Term} */ (button.getAttribute("data-term")) };
  const term = target.matches("mo, mi") ? SIGNS[target.textContent || ""] : undefined;
  return term ? { at: target, term } : null;
}

/** @param {Event} event */
function openTip(event) {
  const found = termAt(event.target);
  if (!found || found.at === explained) return;
  explained = found.at;
  const tip = element("tip");
  tip.textContent = meaning(found.term);
  tip.hidden = false;
  const [place, size] = [found.at.getBoundingClientRect(), tip.getBoundingClientRect()];
  const width = document.documentElement.clientWidth;
  tip.style.left = `${Math.max(8, Math.min(place.left, width - size.width - 8))}px`;
  const above = place.top - size.height - 6;
  tip.style.top = `${above > 4 ? above : place.bottom + 6}px`;
}

/** @returns {boolean} whether there was one to close */
function closeTip() {
  const open = explained !== null;
  explained = null;
  element("tip").hidden = true;
  return open;
}

function prepareGlossary() {
  for (const event of ["pointerover", "focusin", "click"]) document.addEventListener(event, openTip);
  document.addEventListener("pointerout", (event) => {
    const to = event.relatedTarget;
    if (to instanceof Element && (to === element("tip") || termAt(to)?.at === explained)) return;
    if (event.pointerType === "mouse" && explained !== document.activeElement) closeTip();
  });
  document.addEventListener("focusout", closeTip);
  document.addEventListener("pointerdown", (event) => {
    if (!termAt(event.target)) closeTip();
  });
  window.addEventListener("scroll", closeTip, { capture: true, passive: true });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !closeTip()) return;
    event.stopImmediatePropagation(); // Esc closes one thing at a time
  }, { capture: true });
  renderers.push(() => {
    if (explained && !explained.isConnected) closeTip();
    element("terms-label").textContent = text("terms");
    listTerms(element("learn-terms"), ["rate", "gradient"]);
  });
}
