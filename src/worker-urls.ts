// Where the thread entry points are: the one module that knows. Right for src/ as compiled and for dist/ as bundled, which lie equally deep.

export const AGENT_URL = new URL('../workers/agent.js', import.meta.url);
export const HEAVY_URL = new URL('../workers/heavy.js', import.meta.url);
export const AGGREGATE_URL = new URL('../workers/aggregate.js', import.meta.url);
