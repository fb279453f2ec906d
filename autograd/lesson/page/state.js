// @ts-check
/* What the page shows at this moment. Everything that is seen is drawn from here by `render`. */

const engine = engineOf(graph);
const original = graph.nodes.map((node) => node.value);

/** @type {{given: number[], numbers: Numbers, step: number, rate: number, learning: Set<number>}} */
const state = {
  given: original.slice(),
  numbers: engine.run(original),
  step: 0,
  rate: content.rate ?? 0.1,
  learning: new Set(content.learning),
};

/** The leaves that may be changed. */
const leaves = graph.nodes.map((node, place) => place).filter((place) => {
  const { shape, kind } = graph.nodes[place];
  return shape === undefined && kind !== "constant";
});

/** The parts of the page, which draw themselves anew. @type {(() => void)[]} */
const renderers = [];
let requested = false;

/** Draw the page anew, once, before the browser paints. */
function render() {
  if (requested) return;
  requested = true;
  requestAnimationFrame(renderNow);
}

function renderNow() {
  requested = false;
  for (const draw of renderers) draw();
}

/** Calculate everything from other numbers. Where that is impossible, nothing changes and the trouble is returned.
 * @param {Map<number, number>} changes */
function change(changes) {
  const given = state.given.slice();
  changes.forEach((value, place) => (given[place] = value));
  try {
    state.numbers = engine.run(given);
  } catch (trouble) {
    if (trouble instanceof Trouble) return trouble;
    throw trouble;
  }
  state.given = given;
  render();
  return null;
}

/** The gradient step: what each learning leaf becomes. */
function descended() {
  return new Map([...state.learning].map((place) =>
    [place, state.given[place] - state.rate * state.numbers.gradients[place]]));
}
