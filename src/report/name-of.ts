// A path, counter or gauge as text: its name and its labels, made harmless.
import type { Labels } from './report-types.js';
import { printable } from './text-table.js';

export function nameOf(name: string, labels: Labels): string {
  const entries = Object.entries(labels);
  return printable(entries.length === 0 ? name : `${name}{${entries.map(([key, value]) => `${key}=${value}`).join(',')}}`);
}
