// Options of the contract whose part of pitot is still to come: setting one is answered in the report, not ignored.

import type { ResolvedConfig } from './options.js';
import { OPTIONS } from './options.js';

const NOT_YET = ['metricsPort', 'metricsHost'] as const;

/** Variables of those that were set. */
export function setTooEarly(config: ResolvedConfig): string[] {
  return NOT_YET.filter((key) => config[key] !== OPTIONS[key].default).map((key) => OPTIONS[key].env);
}
