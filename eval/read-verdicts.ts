// What a run of pitot said of leaks: leaks.ndjson, a line for each change of a verdict and one when the culprit is named. Lines may be cut off, and keys absent.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Leak } from '../src/report/report-types.js';

const VERDICTS: readonly Leak['verdict'][] = ['none', 'suspected', 'leak'];

export interface VerdictLine {
  atMs: number;
  /** A snapshot was looked into: the suspects are those of it. */
  isNamed: boolean;
  verdict: Leak['verdict'];
  kind: string;
  growthBytesPerHour: number;
  growthRatioPerHour: number;
  confidence: number;
  msToLimit: number | null;
  message: string;
  /** The likeliest first. */
  suspects: SuspectRead[];
  /** Why there is no snapshot, as the alert's action said; empty: it was not refused. */
  refusal: string;
  evidence: string[];
  whyNot: string;
}

/** What a suspect says, apart: a sentence also holds names of files, which are called as what leaks in them. */
export interface SuspectRead {
  sentence: string;
  /** Class of the objects, who holds them, and the last of the way to them; empty where a function alone is known. */
  terms: string[];
  /** Functions that are said to have allocated them, those that may be inlined into them, and who calls them. */
  allocating: string[];
}

/** Hops before the object, and the object itself: farther up, the way is that of all objects of the program. */
const HOPS = 3;
/** Of a holder: ` in closure-array.js`, and of Node.js's modules ` in node:timers`. */
const IN_FILE = / in (?:node:\S+|\S+\.[cm]?[jt]s)/g;

/** All lines of the runs under PITOT_DIR, in order of time. */
export function readVerdicts(reportsDir: string): VerdictLine[] {
  const files = runDirectories(reportsDir)
    .map((directory) => join(directory, 'leaks.ndjson'))
    .filter(existsSync);
  return files.flatMap((file) => parseVerdicts(readFileSync(file, 'utf8'))).sort((a, b) => a.atMs - b.atMs);
}

/** Why it was no alarm at the end, by class of memory: the newest report knows it, leaks.ndjson holds changes alone. */
export function readWhyNot(reportsDir: string): Map<string, string> {
  const whyNot = new Map<string, string>();
  for (const directory of runDirectories(reportsDir)) {
    const file = join(directory, 'latest.json');
    if (!existsSync(file)) continue;
    for (const leak of (JSON.parse(readFileSync(file, 'utf8')) as { leaks: Leak[] }).leaks) whyNot.set(leak.kind, leak.whyNot);
  }
  return whyNot;
}

/** Where the processes of a program wrote; empty: pitot did not start. */
export function runDirectories(reportsDir: string): string[] {
  if (!existsSync(reportsDir)) return [];
  const entries = readdirSync(reportsDir, { withFileTypes: true }).filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'));
  return entries.map(({ name }) => join(reportsDir, name));
}

/** What is no whole line with a verdict and a time is passed over. */
export function parseVerdicts(text: string): VerdictLine[] {
  return text.split('\n').flatMap((line) => {
    try {
      const read = verdictLine(JSON.parse(line) as Record<string, unknown>);
      return read === null ? [] : [read];
    } catch {
      return [];
    }
  });
}

function verdictLine(line: Record<string, unknown>): VerdictLine | null {
  const atMs = typeof line.at === 'number' ? line.at : Date.parse(String(line.at));
  const verdict = VERDICTS.find((each) => each === line.verdict);
  if (verdict === undefined || Number.isNaN(atMs)) return null;
  const suspects = suspectsOf(line);
  return {
    atMs,
    isNamed: line.event === 'named',
    verdict,
    kind: textOf(line.kind),
    growthBytesPerHour: numberOf(line.growthBytesPerHour),
    growthRatioPerHour: numberOf(line.growthRatioPerHour),
    confidence: numberOf(line.confidence),
    msToLimit: typeof line.msToLimit === 'number' ? line.msToLimit : null,
    message: textOf(line.message),
    suspects: suspects.map(suspectRead).filter(({ sentence }) => sentence !== ''),
    refusal: refusalOf(line.files),
    evidence: Array.isArray(line.evidence) ? line.evidence.map(textOf) : [],
    whyNot: textOf(line.whyNot),
  };
}

/** The culprit is the first suspect, also where it stands alone. */
function suspectsOf({ culprit, suspects }: Record<string, unknown>): unknown[] {
  if (Array.isArray(suspects) && suspects.length > 0) return suspects;
  return culprit === null || culprit === undefined ? [] : [culprit];
}

function suspectRead(suspect: unknown): SuspectRead {
  const { constructor: name, holder, retainers, sentence, allocation } = (suspect ?? {}) as Record<string, unknown>;
  const hops = Array.isArray(retainers) ? retainers.slice(-HOPS).map(textOf) : [];
  const terms = [textOf(name), textOf(holder).replace(IN_FILE, ''), ...hops].filter((term) => term !== '');
  const text = textOf(sentence);
  const callers = terms.length > 0 ? [] : Array.from(text.matchAll(/, called by (\S+)/g), ([, caller]) => caller);
  const made = (allocation ?? {}) as { function?: unknown; inlined?: unknown };
  const inlined = Array.isArray(made.inlined) ? made.inlined.map((it) => textOf((it as { function?: unknown } | null)?.function)) : [];
  return { sentence: text, terms, allocating: [textOf(made.function), ...inlined, ...callers].filter((it) => it !== '') };
}

/** The newest of them. */
function refusalOf(files: unknown): string {
  const notes = Array.isArray(files) ? files.map((file) => textOf((file as { note?: unknown } | null)?.note)) : [];
  return notes.findLast((note) => note.startsWith(REFUSED))?.slice(REFUSED.length) ?? '';
}

const REFUSED = 'heap-snapshot: refused: ';
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
