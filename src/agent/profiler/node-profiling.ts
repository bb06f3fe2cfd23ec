// Whether Node.js itself profiles the process: then pitot's sampler stays off.

/**
 * What Node.js was told to measure: `--cpu-prof`, or coverage (NODE_V8_COVERAGE, as c8 and `node --test` set it); null: neither. Both keep an inspector connection
 * of Node's own, which prints on stderr whatever profile of another it hears of.
 */
export function nodeProfiling(execArgv: readonly string[], nodeOptions: string | undefined, coverage: string | undefined): string | null {
  const given = [...execArgv, ...(nodeOptions ?? '').split(/\s+/)];
  if (given.includes('--cpu-prof')) return '--cpu-prof';
  return coverage ? 'NODE_V8_COVERAGE' : null;
}
