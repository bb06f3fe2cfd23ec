// Redaction of heap snapshots: of a real one nothing planted is left, and all else is as it was; cut and foreign files are told.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'ava';
import { SnapshotRedactor } from '../../src/heap/redact.js';
import { isIdentifier, REDACTED, redactedName, USE_CODE, USE_LABEL, USE_PROPERTY } from '../../src/heap/redact-names.js';
import { NODE } from '../support/app.js';

/** Texts in every place that a heap has for them; each holds PLANTED. */
const SOURCE = `
class KeptOrder {
  constructor(i) {
    this.account = { owner: 'PLANTED value ' + i };
    this['PLANTED-' + i + '@example.org'] = 1;
    this[Symbol('PLANTED symbol ' + i)] = 2;
  }
}
const inContext = ['PLANTED', 'in', 'context'].join(' ');
const key = 'PLANTED_7c9e6679f4';
globalThis.kept = {
  orders: Array.from({ length: 300 }, (_, i) => new KeptOrder(i)),
  closure: () => inContext,
  template: ((parts) => parts)\`PLANTED template \${1}\`,
  pattern: /PLANTED pattern/,
  buffer: Buffer.from('PLANTED buffer'),
  byName: new Map([['PLANTED key of a map', 'PLANTED value of a map']]),
  big: 123456789012345678901234567890n,
  dictionary: Object.fromEntries(Array.from({ length: 1200 }, (_, i) => ["PLANTED" + String.fromCharCode(97 + i / 676, 97 + (i / 26) % 26, 97 + i % 26), i])),
  computed: { [key]() {} },
  sliced: ('PLANTED sliced ' + 'x'.repeat(100)).slice(3, 90),
};
globalThis.kept.weak = new WeakMap([[globalThis.kept.closure, 'PLANTED in a weak map']]);
require('v8').writeHeapSnapshot(process.argv[1]);
`;

interface Snapshot {
  snapshot: {
    node_count: number;
    edge_count: number;
    meta: { node_fields: string[]; node_types: [string[]]; edge_fields: string[]; edge_types: [string[]] };
  };
  nodes: number[];
  edges: number[];
  locations: number[];
  strings: string[];
}

function redact(text: string, chars: number): string {
  let redacted = '';
  const redactor = new SnapshotRedactor((piece) => (redacted += piece));
  for (let at = 0; at < text.length; at += chars) redactor.push(text.slice(at, at + chars));
  redactor.end();
  return redacted;
}

test('should leave nothing of what an application holds, and all of its shape, when a real snapshot is redacted', (t) => {
  const directory = mkdtempSync(join(tmpdir(), 'pitot-redact-'));
  t.teardown(() => rmSync(directory, { recursive: true, force: true }));
  const file = join(directory, 'x.heapsnapshot');
  execFileSync(NODE, ['-e', SOURCE, file], { timeout: 60_000 });
  const text = readFileSync(file, 'latin1');
  t.true((text.match(/PLANTED/g)?.length ?? 0) > 500);
  const redacted = redact(text, 65_536);
  t.is(redacted.match(/PLANTED.*/)?.[0], undefined);
  // Cut anywhere, it is the same.
  t.true(redact(text, 997) === redacted);
  const before = JSON.parse(text) as Snapshot;
  const after = JSON.parse(redacted) as Snapshot;
  t.deepEqual(after.snapshot, before.snapshot);
  t.true(after.edges.join() === before.edges.join());
  t.true(after.locations.join() === before.locations.join());
  t.is(after.strings.length, before.strings.length);
  const { node_fields, node_types, edge_types } = before.snapshot.meta;
  const width = node_fields.length;
  const withoutNames = ({ nodes }: Snapshot): string => nodes.filter((_, i) => node_fields[i % width] !== 'name').join();
  t.true(withoutNames(after) === withoutNames(before));
  const count = ({ nodes, strings }: Snapshot, type: string, name: string): number => {
    let found = 0;
    for (let i = 0; i < nodes.length; i += width) if (node_types[0][nodes[i]] === type && strings[nodes[i + 1]] === name) found++;
    return found;
  };
  t.is(count(after, 'object', 'KeptOrder'), 300);
  t.is(count(before, 'object', 'KeptOrder'), 300);
  t.is(count(after, 'sliced string', '(sliced string)'), count(before, 'sliced string', '(sliced string)'));
  const names = new Set<string>();
  for (let i = 0; i < after.edges.length; i += 3)
    if (['property', 'context'].includes(edge_types[0][after.edges[i]])) names.add(after.strings[after.edges[i + 1]]);
  for (const name of ['kept', 'orders', 'account', 'owner', 'inContext', 'byName', '__proto__']) t.true(names.has(name), name);
});

test('should keep names of programs, and blank what looks like data, when texts name something', (t) => {
  for (const name of ['audit', '_events', '$scope', '#private', 'getOrSetAsyncId', 'SHA256', 'größe', 'RegExpPrototypeGetDotAll'])
    t.true(isIdentifier(name), name);
  const tokens = [
    'a@b.example',
    'user 12',
    '2fa',
    'order20261123',
    'deadbeef01cafe',
    'xQzLmWpRtYvBnKjHgFdS',
    'a'.repeat(65),
    'a-b',
    '',
    'a1b2c3d4e5',
  ];
  for (const token of tokens) t.false(isIdentifier(token), token);
  t.is(redactedName('<symbol Symbol.iterator>', USE_PROPERTY), '<symbol Symbol.iterator>');
  t.is(redactedName('<symbol token 4711>', USE_PROPERTY), REDACTED);
  t.is(redactedName('get size', USE_PROPERTY), 'get size');
  t.is(redactedName('system / Map', USE_PROPERTY), REDACTED);
  t.is(redactedName('system / Map', USE_LABEL), 'system / Map');
  t.is(redactedName('1044', USE_LABEL), '1044');
  t.is(redactedName('1044', USE_PROPERTY), REDACTED);
  t.is(redactedName('mail to a@b.example', USE_LABEL), REDACTED);
  t.is(redactedName('/srv/pkg@1.2.3/src/store.js', USE_CODE), '/srv/pkg@1.2.3/src/store.js');
  t.is(redactedName('data:text/javascript,x="y"', USE_CODE), REDACTED);
  t.is(
    redactedName('5 / part of key (a@b.example @12) -> value (my text @34) pair in WeakMap (table @56)', USE_LABEL),
    '5 / part of key (*** @12) -> value (*** @34) pair in WeakMap (table @56)',
  );
});

const HEAD =
  '{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["object","string"]],' +
  '"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property","element"]]},"node_count":2,"edge_count":1},\n';

test('should tell, and not throw on the way, when a snapshot is cut short or is none', (t) => {
  const whole = `${HEAD}"nodes":[0,1,1,8,1\n,1,2,3,8,0],\n"edges":[0,3,5],\n"strings":["<dummy>","Box","sec\\"ret","lid"]}`;
  t.is(redact(whole, 1), `${HEAD}"nodes":[0,1,1,8,1\n,1,0,3,8,0],\n"edges":[0,3,5],\n"strings":["***","Box","***","lid"]}`);
  for (const end of [HEAD.length - 5, HEAD.length + 12, whole.length - 20, whole.length - 2])
    t.throws(() => redact(whole.slice(0, end), 7), { message: 'the snapshot ends early' });
  t.throws(() => redact(`${HEAD.replace('"type","name","id"', '"name","type","id"')}"nodes":[0],`, 7), { message: /^the fields of its nodes/ });
  t.throws(() => redact(`${HEAD}"nodes":[0,1,1,8,1,1,2,3,8,0],"edges":[0,3,5,0,3,5],"strings":[]}`, 7), {
    message: 'more edges than its nodes have',
  });
  t.throws(() => redact('x'.repeat(70_000), 1000), { message: 'not a heap snapshot as V8 writes it' });
  t.throws(() => redact('{"snapshot":nonsense,"nodes":[1]', 100), { instanceOf: SyntaxError });
});
