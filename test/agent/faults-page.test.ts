// docs/faults.md and the codes in the source say the same.
import { readdirSync, readFileSync } from 'node:fs';
import test from 'ava';

const root = new URL('../../../', import.meta.url);
const page = readFileSync(new URL('docs/faults.md', root), 'utf8');

/** Calls of fault, onFault and tellFault, and faults as objects. */
const CODES = /\b(?:fault|onFault|tellFault)(?:\?\.)?\(\s*'([A-Z][A-Z0-9_]+)'|\bcode: '([A-Z][A-Z0-9_]+)',\s*(?:count,|message\b)/g;

function codesIn(text: string): string[] {
  return [...text.matchAll(CODES)].map(([, called, named]) => called ?? named);
}

test('should find a code however the fault is told when a source is read', (t) => {
  const text = `this.fault('A_B', message); sink.onFault(\n  'C1',\n  message); onFault?.('D1', x); tellFault('E1', y); [{ code: 'F1', message: z }]; { code: 'G1',\n message }`;
  t.deepEqual(codesIn(`${text} fault(code, 'NOT'); throw new PitotError('NEITHER', {}); { code: 'NOR' }`), ['A_B', 'C1', 'D1', 'E1', 'F1', 'G1']);
});

test('should list each code of the source, once and in order, when the page is read', (t) => {
  const files = readdirSync(new URL('src/', root), { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const codes = new Set(files.flatMap((name) => codesIn(readFileSync(new URL(`src/${name}`, root), 'utf8'))));
  t.true(codes.has('LISTENER'));
  t.deepEqual(
    [...page.matchAll(/^\| `(\w+)` \| .{20}/gm)].map(([, code]) => code),
    [...codes].sort(),
  );
});
