// The same analysis by @memlab/heap-analysis, today's peer: installed on demand, run in a process of its own.

/** As npm names it; what the figures were measured with. */
export const MEMLAB: readonly string[] = ['@memlab/heap-analysis@2.0.5'];

export interface MemlabFigures {
  nodes: number;
  edges: number;
  selfBytes: number;
  rootRetainedBytes: number;
  /** Objects and native memory, by name. */
  classes: Record<string, { count: number; selfBytes: number; retainedBytes: number }>;
  /** Reading, dominators and retained sizes. */
  totalMs: number;
  /** The peak by then. */
  rssBytesMax: number;
}

/** A program for `node -e`: the package.json beside its node_modules, and the snapshot. It asks memlab for the heap, and then sums what it says. */
export const MEMLAB_SOURCE = `
const [packageFile, file] = process.argv.slice(1);
const require = process.getBuiltinModule('node:module').createRequire(packageFile);
require('@memlab/core').config.muteConsole = true;
(async () => {
  const began = performance.now();
  const heap = await require('@memlab/heap-analysis').getFullHeapFromFile(file);
  const totalMs = performance.now() - began;
  const rssBytesMax = process.resourceUsage().maxRSS * 1024;
  const sums = { nodes: 0, edges: 0, selfBytes: 0, rootRetainedBytes: heap.nodes.get(0).retainedSize, classes: {}, totalMs, rssBytesMax };
  heap.nodes.forEach((node) => {
    sums.nodes++;
    sums.selfBytes += node.self_size;
    if (node.type !== 'object' && node.type !== 'native') return;
    const sum = (sums.classes[node.name || '(no name)'] ??= { count: 0, selfBytes: 0, retainedBytes: 0 });
    sum.count++;
    sum.selfBytes += node.self_size;
    sum.retainedBytes += node.retainedSize;
  });
  heap.edges.forEach(() => void sums.edges++);
  process.stdout.write(JSON.stringify(sums));
})();
`;
