// @ts-check
/* What the page is about: the graph, its formulas and its steps, as Python wrote them into the page. */

/** A formula in MathML: an element as [tag, ...children], or a place as [needsParentheses, argument].
 * @typedef {(string | number | Tree)[]} Tree */

/** @typedef {"input" | "parameter" | "constant" | "operation" | "output"} Kind */

/** One number of the graph. Its id is its place in topological order; `places[k]` is the parent of argument k.
 * @typedef {object} GraphNode
 * @property {string} name
 * @property {string} [short] the name without that of its module
 * @property {string} [label] the whole label, of which the name is a shortened one
 * @property {Kind} kind
 * @property {boolean} [moves] whether it has a gradient
 * @property {number} value
 * @property {number} [shape] the function that calculates it; missing on a leaf
 * @property {number[]} parents
 * @property {number} [formula]
 * @property {number} [expansion] what it opens into
 * @property {boolean} [fixed] set by hand: its parents do not decide its value
 * @property {number} [leaf] in an expansion: the argument of the opened node that it stands for */

/** @typedef {{nodes: GraphNode[], output: number}} Graph */

/** What nodes of one shape have in common: a row of the table, for a given number of arguments.
 * @typedef {object} Shape
 * @property {string} symbol
 * @property {string} call
 * @property {string} domain
 * @property {string[]} parameters the parameter's name for each argument
 * @property {boolean[]} flows whether a gradient flows through the argument
 * @property {string[]} rules the textbook's rule for the derivative with respect to the argument */

/** @typedef {{value: (values: number[]) => number, partials: (values: number[], result: number) => (number | null)[]}}
 * Calculation */

/** @typedef {"given" | "forward" | "seed" | "backward" | "update" | "loss"} StepKind */
/** @typedef {{kind: StepKind, node: number, child?: number, place?: number, use?: number, uses?: number,
 * formula?: string}} Step */

/** @typedef {object} Content
 * @property {Record<string, string> | null} title by language, null for the usual one
 * @property {Words | null} introduction
 * @property {{steps: Record<number, Words>, nodes: Record<number, Words>}} notes of the teacher, to steps and to nodes
 * @property {Own[]} questions the teacher's
 * @property {string} language
 * @property {boolean} quiz
 * @property {number | null} rate
 * @property {Graph} graph
 * @property {Shape[]} shapes
 * @property {{value: Tree, partials: (Tree | null)[]}[]} formulas
 * @property {Graph[]} expansions
 * @property {{name: string, nodes: number[]}[]} groups modules that are drawn as one box each
 * @property {Step[]} steps
 * @property {number[]} learning the leaves that a step of gradient descent changes */

/** @type {Content} */
const content = JSON.parse(element("content").textContent || "");
const graph = content.graph;
const LOSS = nameOf(graph.nodes[graph.output]);

/** The element of the page with this id.
 * @param {string} id
 * @returns {HTMLElement} */
function element(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no ${id}`);
  return found;
}

/** @param {string} id @returns {HTMLInputElement} */
function field(id) {
  return /** @type {HTMLInputElement} */ (element(id));
}

/** A new element with its class, its text and its attributes.
 * @template {keyof HTMLElementTagNameMap} T
 * @param {T} tag
 * @param {string} [className]
 * @param {string | Node | (string | Node)[]} [inside]
 * @param {Record<string, string>} [attributes]
 * @returns {HTMLElementTagNameMap[T]} */
function create(tag, className = "", inside = [], attributes = {}) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...(Array.isArray(inside) ? inside : [inside]));
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

/** @param {GraphNode} node */
function nameOf(node) {
  return node.kind === "constant" ? shown(node.value) : node.name;
}
