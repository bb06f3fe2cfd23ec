// The known name that a misspelt one was probably meant to be.

/** The nearest of `names` within two edits (a third of a short name), ignoring case, hyphens and underscores; undefined when none is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  const plain = normalise(name).slice(0, 60);
  let best: string | undefined;
  let bestEdits = Math.max(1, Math.min(2, Math.floor(plain.length / 3))) + 1;
  for (const candidate of names) {
    const edits = editDistance(plain, normalise(candidate));
    if (edits < bestEdits) {
      best = candidate;
      bestEdits = edits;
    }
  }
  return best;
}

const normalise = (name: string): string => name.toLowerCase().replace(/[-_]/g, '');

/** Levenshtein distance, with one row of the table kept. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
