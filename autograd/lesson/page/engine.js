// @ts-check
/* Forward and backward over a graph. `arithmetic`, written by Formula from the table, says what an operation is. */

/** A number outside what an operation allows, told in the names that the page has for its operands. */
class Trouble extends Error {
  /** @param {GraphNode[]} nodes @param {number} place @param {number[]} operands
   * @param {(words: {domain: string, operand: (place: number) => string}) => string} what */
  constructor(nodes, place, operands, what) {
    const { shape, parents } = nodes[place];
    const { parameters, call, domain } = content.shapes[shape ?? 0];
    const names = parents.map((parent) => nameOf(nodes[parent]));
    const put = (/** @type {string} */ words) => words.replace(/[\p{L}_][\p{L}\d_]*(\[\d+\])?/gu, (word) =>
      names[parameters.indexOf(word)] ?? word);
    const here = parents.flatMap((parent, k) => (nodes[parent].kind === "constant" || parents.indexOf(parent) < k ? []
      : [`${names[k]} = ${shown(operands[k])}`]));
    const numbers = [...here.slice(0, 6), ...(here.length > 6 ? ["…"] : [])].join(", ");
    const found = formulas.get(nodes[place]) ?? put(call);
    const words = { call: found, what: what({ domain: put(domain), operand: (k) => names[k] }), numbers };
    super(text(numbers ? "trouble" : "trouble_alone", words));
    this.node = place;
  }
}

/** The formula of a node as a sentence writes it. @type {Map<GraphNode, string>} */
const formulas = new Map(content.steps.flatMap(({ node, formula }) => (formula ? [[graph.nodes[node], formula]] : [])));

/** All numbers of a graph at one time: values and gradients by node; local derivatives and shares by node and argument.
 * A share is what flows back along one edge: the gradient of the child times the local derivative.
 * @typedef {{values: number[], gradients: number[], partials: (number | null)[][], shares: number[][]}} Numbers */

class Engine {
  /** @param {Graph} subject */
  constructor({ nodes, output }) {
    this.nodes = nodes;
    this.output = output;
    /** For each node its uses: which child, and as which argument. @type {{child: number, place: number}[][]} */
    this.uses = nodes.map(() => []);
    /** For each child and argument the number of that use of the argument, from 1. @type {number[][]} */
    this.numbers = nodes.map(() => []);
    this.reached = nodes.map((_, place) => place === output);
    for (let child = output; child >= 0; child--) {
      if (!this.reached[child]) continue;
      nodes[child].parents.forEach((parent, place) => {
        if (!this.flows(child, place)) return;
        this.reached[parent] = true;
        this.numbers[child][place] = this.uses[parent].push({ child, place });
      });
    }
  }

  /** Whether a gradient flows back along an edge.
   * @param {number} child @param {number} place */
  flows(child, place) {
    const { shape, parents } = this.nodes[child];
    return shape !== undefined && content.shapes[shape].flows[place] && !!this.nodes[parents[place]].moves;
  }

  /** Which use of its argument an edge is, counted from 1; 0 if there is no other one.
   * @param {number} child @param {number} place */
  useOf(child, place) {
    return this.uses[this.nodes[child].parents[place]].length > 1 ? this.numbers[child][place] : 0;
  }

  /** The values of all nodes, from those of the leaves. Throws Trouble.
   * @param {number[]} given of which only the leaves are looked at
   * @param {number} [forced] a node that keeps its given value, whatever its parents are
   * @param {number[]} [before] the values of arguments through which no gradient flows, to hold them still */
  forward(given, forced = -1, before) {
    /** @type {number[]} */
    const values = new Array(this.nodes.length);
    this.nodes.forEach((node, place) => {
      if (node.shape === undefined || node.fixed || place === forced) {
        values[place] = given[place];
        return;
      }
      const shape = content.shapes[node.shape];
      const operands = node.parents.map((parent, k) => (before && !shape.flows[k] ? before : values)[parent]);
      values[place] = calculated(arithmetic[node.shape], operands);
      if (!Number.isFinite(values[place])) {
        throw new Trouble(this.nodes, place, operands, ({ domain }) => (!domain ? text("trouble_overflow")
          : text(Number.isNaN(values[place]) ? "trouble_domain" : "trouble_large", { domain })));
      }
    });
    return values;
  }

  /** The chain rule: each node, once all its uses are done, hands on its gradient times the local derivative.
   * Throws Trouble if there is no finite derivative.
   * @param {number[]} values
   * @returns {Numbers} */
  backward(values) {
    const gradients = values.map(() => 0);
    /** @type {(number | null)[][]} */
    const partials = new Array(values.length);
    /** @type {number[][]} */
    const shares = new Array(values.length);
    gradients[this.output] = 1;
    for (let child = this.output; child >= 0; child--) {
      const { shape, parents } = this.nodes[child];
      if (shape === undefined || !this.reached[child]) continue;
      const operands = parents.map((parent) => values[parent]);
      const slopes = (partials[child] = arithmetic[shape].partials(operands, values[child]));
      shares[child] = parents.map((parent, place) => {
        const slope = slopes[place];
        if (slope === null || slope === undefined || !this.flows(child, place)) return 0;
        const share = gradients[child] * slope;
        gradients[parent] += share;
        if (Number.isFinite(gradients[parent])) return share;
        throw new Trouble(this.nodes, child, operands, ({ operand }) => (Number.isFinite(slope)
          ? text("trouble_gradient") : text("trouble_slope", { operand: operand(place) })));
      });
    }
    return { values, gradients, partials, shares };
  }

  /** Everything, from the values of the leaves. Throws Trouble.
   * @param {number[]} given */
  run(given) {
    return this.backward(this.forward(given));
  }

  /** The slope at a node by central differences, and the slopes on both sides; NaN if there is no value.
   * Arguments through which no gradient flows, by the table, are held still.
   * @param {number[]} values @param {number} node */
  difference(values, node) {
    const width = 1e-5 * Math.max(1, Math.abs(values[node]));
    /** @param {number} change */
    const output = (change) => {
      const moved = values.slice();
      moved[node] += change;
      try {
        return this.forward(moved, node, values)[this.output];
      } catch (trouble) {
        if (trouble instanceof Trouble) return NaN;
        throw trouble;
      }
    };
    const [below, here, above] = [output(-width), values[this.output], output(width)];
    return { central: (above - below) / (2 * width), left: (here - below) / width, right: (above - here) / width };
  }

  /** How many paths lead from a node to the output.
   * @param {number} node */
  pathsFrom(node) {
    const count = this.nodes.map(() => 0);
    count[this.output] = 1;
    for (let child = this.output; child >= 0; child--) {
      this.nodes[child].parents.forEach((parent, place) => {
        if (this.reached[child] && this.flows(child, place)) count[parent] += count[child];
      });
    }
    return count[node];
  }
}

/** @param {Calculation} calculation @param {number[]} operands */
function calculated(calculation, operands) {
  try {
    return calculation.value(operands);
  } catch (error) {
    if (error instanceof RangeError) return NaN;
    throw error;
  }
}
