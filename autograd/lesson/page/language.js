// @ts-check
/* The page in English and Chinese, from one table of strings. */

let language = content.language;

/** A string of the table, with the words in braces put in. Numbers below 0 get parentheses after a ×, as in Python.
 * @param {string} key
 * @param {Record<string, string | number>} [words] */
function text(key, words = {}) {
  const template = STRINGS[language][key];
  if (template === undefined) throw new Error(`there is no string ${key}`);
  return template.replace(/\{(\w+)\}/g, (_, word) => String(words[word]))
    .replace(/× (−[\d.]+(?:e−?\d+)?)/g, "× ($1)");
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
