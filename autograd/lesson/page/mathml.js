// @ts-check
/* Formulas as MathML. Those of the table come as trees; the chain rule around them is built here. */

/** @param {string} tag @param {(string | Node)[]} inside */
function mathml(tag, ...inside) {
  const made = document.createElementNS("http://www.w3.org/1998/Math/MathML", tag);
  made.append(...inside);
  return made;
}

/** A formula on a line of its own, read out as `words`.
 * @param {string} words @param {Node[]} inside */
function display(words, ...inside) {
  const made = mathml("math", ...inside);
  made.setAttribute("display", "block");
  made.setAttribute("aria-label", words);
  return made;
}

/** Lines that are aligned at their signs: [left, sign, right].
 * @param {[Node[], string, Node[]][]} lines */
function aligned(lines) {
  const rows = lines.map(([left, sign, right]) => mathml("mtr", mathml("mtd", ...left), mathml("mtd", operator(sign)),
    mathml("mtd", ...right)));
  rows.forEach((row) => [...row.children].forEach((cell, place) => cell.setAttribute("class", `column-${place}`)));
  const table = mathml("mtable", ...rows);
  table.setAttribute("displaystyle", "true");
  return table;
}

/** The same lines with each equation in a row of its own: left = right = right.
 * @param {[Node[], string, Node[]][]} lines */
function chained(lines) {
  /** @type {[Node[], string, Node[]][]} */
  const rows = [];
  for (const [left, sign, right] of lines) {
    if (left.length || !rows.length) rows.push([left, sign, [...right]]);
    else rows[rows.length - 1][2].push(operator(sign), ...right);
  }
  return aligned(rows);
}

/** A sign. MathML cannot tell a minus in front of a number from one between two, so `leading` says it.
 * @param {string} sign @param {boolean} [leading] */
function operator(sign, leading = false) {
  const made = mathml("mo", sign);
  if (leading || sign === "(") made.setAttribute("form", "prefix");
  if (sign === ")") made.setAttribute("form", "postfix");
  if ("()[],".includes(sign)) made.setAttribute("lspace", "0");
  if ("()[]".includes(sign)) made.setAttribute("rspace", "0");
  return made;
}

/** A name as in a book: a letter, perhaps with an index, or an upright word.
 * @param {string} name */
function symbol(name) {
  const [, stem, index] = /^(\p{L}+?)_?(\d+)$/u.exec(name) || [null, name, ""];
  const letter = mathml("mi", stem);
  return index ? mathml("msub", letter, mathml("mn", index)) : letter;
}

/** A constant of a formula; a whole one without its point, as in 1 + x.
 * @param {number} x @param {boolean} [tight] */
function coefficient(x, tight) {
  return numeral(x, tight, shown(x).replace(/\.0$/, ""));
}

/** A number, in parentheses if `tight` asks for them and it needs them.
 * @param {number} x @param {boolean} [tight] @param {string} [figures] */
function numeral(x, tight = false, figures = shown(x)) {
  const [mantissa, exponent] = figures.split("e");
  const below = mantissa.startsWith("−");
  const parts = [...(below ? [operator("−", true)] : []), mathml("mn", below ? mantissa.slice(1) : mantissa)];
  if (exponent !== undefined) {
    parts.push(operator("·"), mathml("msup", mathml("mn", "10"), mathml("mn", exponent)));
  }
  if (parts.length === 1) return parts[0];
  return mathml("mrow", ...(tight ? parenthesized(parts) : parts));
}

/** Parentheses as tall as a number, close to it. @param {Node[]} inside */
function parenthesized(inside) {
  const marks = [operator("("), operator(")")];
  for (const mark of marks) mark.setAttribute("stretchy", "false");
  return [marks[0], ...inside, marks[1]];
}

/** @param {GraphNode} node @param {boolean} [tight] */
function named(node, tight = false) {
  return node.kind === "constant" ? coefficient(node.value, tight) : symbol(node.name);
}

/** ∂a/∂b; the part of it that comes through one use of b has the number of the use: ∂a/∂b #2.
 * @param {GraphNode} of @param {GraphNode} by @param {number} [use] */
function derivative(of, by, use = 0) {
  const below = [operator("∂"), symbol(nameOf(by)), ...(use ? [mathml("mtext", `#${use}`)] : [])];
  return mathml("mfrac", mathml("mrow", operator("∂"), symbol(nameOf(of))), mathml("mrow", ...below));
}

/** The new number that takes the place of a node's. @param {GraphNode} node */
function prime(node) {
  return mathml("msup", symbol(node.name), operator("′"));
}

/** @param {Node[]} terms @returns {Node[]} */
function joined(terms) {
  return terms.flatMap((term, place) => (place ? [operator("+"), term] : [term]));
}

/** A tree with every place filled. Between numbers, a product is written with ×: · may be read as a decimal point.
 * @param {Tree} tree
 * @param {(argument: number, tight: boolean) => Node} fill
 * @param {string} times
 * @returns {Node} */
function filled(tree, fill, times) {
  const [head, ...rest] = tree;
  if (typeof head === "number") return fill(Number(rest[0]), head === 1);
  if (head === "mo") return operator(rest[0] === "·" ? times : String(rest[0] ?? ""));
  return compact(mathml(String(head), ...rest.map((part, place) => {
    if (Array.isArray(part)) {
      const before = rest[place - 1];
      const first = !Array.isArray(before) || (before[0] === "mo" && before[1] !== ")");
      return first && part[0] === "mo" && part[1] === "−" ? operator("−", true) : filled(part, fill, times);
    }
    return head === "mtext" ? condition(String(part)) : String(part);
  })));
}

/** Parentheses that need not grow with what is between them are close to it; the others have room to grow.
 * @param {Element} made */
function compact(made) {
  if (made.querySelector("mfrac, msqrt, mtable")) return made;
  for (const mark of made.children) if ("()".includes(mark.textContent || "_")) mark.setAttribute("stretchy", "false");
  return made;
}

/** The two words in a formula that has cases; anything else is the name of an operation.
 * @param {string} word */
function condition(word) {
  const plain = word.trim();
  return plain === "if" || plain === "otherwise" ? ` ${text(plain)} ` : plain;
}

/** A formula of a node, with the names of its arguments and with their numbers.
 * @param {Graph} subject @param {number} place @param {Tree} tree @param {number[]} values */
function formulaOf({ nodes }, place, tree, values) {
  const node = nodes[place];
  /** @param {number} argument */
  const meant = (argument) => (argument < 0 ? place : node.parents[argument]);
  /** @param {number} argument */
  const write = (argument) => (nodes[meant(argument)].kind === "constant" ? coefficient : numeral);
  return {
    names: filled(tree, (argument, tight) => named(nodes[meant(argument)], tight), "·"),
    numbers: filled(tree, (argument, tight) => write(argument)(values[meant(argument)], tight), "×"),
    operands: placesIn(tree).map((argument) => values[meant(argument)]),
  };
}

/** @param {Tree} tree @returns {number[]} */
function placesIn(tree) {
  if (typeof tree[0] === "number") return [Number(tree[1])];
  return tree.flatMap((part) => (Array.isArray(part) ? placesIn(part) : []));
}
