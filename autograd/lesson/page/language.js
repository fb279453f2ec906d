// @ts-check
/* The page in English and Chinese, from one table of strings. */

let language = content.language;

/** A string of the table, with the words in braces put in. Numbers below 0 get parentheses after a ×, as in Python.
 * @param {string} key
 * @param {Record<string, string | number>} [words] */
function text(key, words = {}) {
  const template = STRINGS[language][key];
  if (template === undefined) throw new Error(`there is no string ${key}`);
  return template.replace(/\{(\w+)\}/g, (_, word) => (word in RATES ? rateIn(words, word) : String(words[word])))
    .replace(/× (−[\d.]+(?:e−?\d+)?)/g, "× ($1)");
}

/** The slots that are filled with a phrase about a rate: which word is the number, and what the change is measured by.
 * @type {Record<string, [string, string]>} */
const RATES = { local_rate: ["local", "node"], incoming_rate: ["incoming", "child"],
  contribution_rate: ["contribution", "node"] };
/** @type {Record<string, string>} */
const RATE_KEYS = { "1.0": "rate_same", "−1.0": "rate_opposite", "0.0": "rate_none" };

/** @param {Record<string, string | number>} words @param {string} word @returns {string} */
function rateIn(words, word) {
  const [rate, by] = RATES[word].map((name) => String(words[name]));
  return text(RATE_KEYS[rate] ?? "rate_times", { rate, by });
}

/** Fill all elements that say what they want: as text, or as the name that a screen reader gives. */
function translate() {
  document.documentElement.lang = text("language_tag");
  document.title = element("title").textContent = content.title?.[language] ?? text("title", { output: LOSS });
  for (const place of document.querySelectorAll("[data-text]")) {
    place.textContent = text(/** @type {HTMLElement} */ (place).dataset.text || "");
  }
  for (const place of document.querySelectorAll("[data-label]")) {
    const label = text(/** @type {HTMLElement} */ (place).dataset.label || "");
    place.setAttribute("aria-label", label);
    if (place.matches("button, select")) place.setAttribute("title", label);
  }
}
