// Which programs a person means: ids, numbers of the table, or one of the groups.
import type { Pattern } from './corpus/pattern.js';

const GROUPS: Record<string, (pattern: Pattern) => boolean> = {
  corpus: ({ number }) => number !== '4.2' && number !== 'further',
  packages: ({ number }) => number === '4.2',
  leaks: ({ expected }) => expected === 'leak',
  harmless: ({ expected }) => expected !== 'leak',
};

/** All where nothing is named. @throws where a name means nothing. */
export function selectPatterns(patterns: readonly Pattern[], names: readonly string[]): readonly Pattern[] {
  const means = names.map((name) => {
    const group = GROUPS[name] ?? (({ id, number }: Pattern): boolean => id === name || number === name);
    if (patterns.some(group)) return group;
    throw new Error(`no program is called ${name}; there are ${[...patterns.map(({ id }) => id), ...Object.keys(GROUPS)].join(', ')}`);
  });
  return means.length === 0 ? patterns : patterns.filter((pattern) => means.some((group) => group(pattern)));
}
