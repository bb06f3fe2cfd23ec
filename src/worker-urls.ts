// Where the entry points of threads and child processes are: the one module that knows. Right for src/ as compiled and for dist/ as bundled, which lie equally deep.

export const AGENT_URL = new URL('../workers/agent.js', import.meta.url);
export const HEAVY_URL = new URL('../workers/heavy.js', import.meta.url);
export const AGGREGATE_URL = new URL('../workers/aggregate.js', import.meta.url);
/** Not a thread: a process of its own. */
export const ANALYZE_HEAP_URL = new URL('../workers/analyze-heap.js', import.meta.url);
