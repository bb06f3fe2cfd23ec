// Where the compiled programs are, and what a program sees of the caller's environment.
import { fileURLToPath } from 'node:url';

/** Root of the compiled tree. */
const BUILD = new URL('../', import.meta.url);

export const programFile = (program: string): string => fileURLToPath(new URL(`${program}.js`, BUILD));

/** Nothing of the caller's reaches pitot or Node.js. */
export function programEnv(extra: Record<string, string>): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:PITOT_|OTEL_|NODE_|EVAL_)/.test(name)));
  return { ...env, ...extra };
}
