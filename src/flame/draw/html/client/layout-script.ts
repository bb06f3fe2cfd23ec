// Flame script, part 1: the blocks of a zoomed graph. Loops, never recursion, and a bound on blocks: 20 000 nodes are laid out in a few ms.
export const layoutScript = `
const BLOCKS_DRAWN_MAX = 2500;
const BLOCK_WIDTH_PX_MIN = 1.5;

/** Children of each node, in order; rows; what widths stand for. */
function prepare(data) {
  const children = data.parents.map(() => []);
  const rows = new Uint16Array(data.parents.length);
  for (let i = 1; i < data.parents.length; i++) {
    children[data.parents[i]].push(i);
    rows[i] = rows[data.parents[i]] + 1;
  }
  return { children, rows, weights: data.weightUs || data.totalUs };
}

/**
 * Blocks of the graph zoomed to a node: its callers at full width above it, what it calls below. node -1 is a block of siblings that are too narrow.
 * The least width rises until the blocks are few enough.
 */
function layout(graph, data, zoomed, widthPx) {
  for (let leastPx = BLOCK_WIDTH_PX_MIN; ; leastPx *= 1.6) {
    const blocks = layoutWithin(graph, data, zoomed, widthPx, leastPx);
    if (blocks !== null) return blocks;
  }
}

function layoutWithin({ children, rows, weights }, data, zoomed, widthPx, leastPx) {
  const blocks = [];
  for (let up = data.parents[zoomed]; up >= 0; up = data.parents[up]) blocks.unshift({ node: up, parent: data.parents[up], x: 0, width: widthPx, row: rows[up], above: true, count: 1 });
  const pxPerUs = widthPx / weights[zoomed];
  const todo = [{ node: zoomed, parent: data.parents[zoomed], x: 0, width: widthPx, row: rows[zoomed], above: false, count: 1 }];
  for (let block = todo.pop(); block !== undefined; block = todo.pop()) {
    if (blocks.push(block) > BLOCKS_DRAWN_MAX) return null;
    if (block.node < 0) continue;
    let x = block.x;
    let small = null;
    for (const child of children[block.node]) {
      const width = weights[child] * pxPerUs;
      if (width >= leastPx) {
        todo.push({ node: child, parent: block.node, x, width, row: block.row + 1, above: false, count: 1 });
        x += width;
      } else {
        small = small || { node: -1, parent: block.node, x: 0, width: 0, row: block.row + 1, above: false, count: 0, nodes: [] };
        small.width += width;
        small.count++;
        small.nodes.push(child);
      }
    }
    if (small !== null && small.width >= 0.5) {
      small.x = x;
      todo.push(small);
    }
  }
  return blocks;
}
`;
