// What a sentence may say of a heap: names of the program, and no keys of its data, for it goes to alerts and chats. Real heaps with objects used as tables.
import test from 'ava';
import { analyzeHeap } from '../../src/heap/analyze-heap.js';
import { programWord } from '../../src/heap/path-words.js';
import { PlantedHeap } from './planted-heap.js';

const heap = new PlantedHeap();
test.after.always(() => heap.remove());

test('should show no key of the data when objects are tables by user, by name or by token', async (t) => {
  heap.run(
    'tables.cjs',
    `const byMail = []; const byName = []; const nested = {};
const letters = (i) => [...String(i + 100000)].map((digit) => 'abcdefghij'[digit]).join('');
for (let i = 0; i < 9000; i++) byMail.push({ ['user' + i + '.0@example.org']: { cart: [i] }, ['user' + i + '.1@example.org']: 1.5 + i });
for (let i = 0; i < 9000; i++) byName.push({ ['planted' + letters(i)]: { visits: [i, i] } });
for (let t = 0; t < 8; t++) { const tenant = nested['planted' + letters(t)] = { sessions: [] }; for (let i = 0; i < 4000; i++) tenant.sessions.push({ visitor: [i], shelf: { i } }); }
setInterval(() => byMail.length + byName.length + Object.keys(nested).length, 1e6).unref();
snapshot('tables.heapsnapshot');`,
  );
  const { suspects } = await analyzeHeap(heap.path('tables.heapsnapshot'), { memoryBytesMax: 1e9 });
  const text = JSON.stringify(suspects);
  t.notRegex(text, /example\.org|planted/);
  const holders = suspects.map(({ holder }) => holder);
  // Which of the two smaller ones is told besides hangs on the Node.js line.
  t.true(holders.includes('byMail in tables.cjs (Array)'), text);
  t.true(
    holders.some((holder) => holder.startsWith('nested[key]')),
    text,
  );
  for (const { holder, sentence } of suspects) if (/^by/.test(holder)) t.regex(sentence, /^9 000 × Object \{\[key\]\} held by /);
});

test('should show the properties that objects have in common, and what holds them, when they are names of the program', async (t) => {
  heap.run(
    'shapes.cjs',
    `const store = { pending: { byUser: [] } };
for (let i = 0; i < 9000; i++) store.pending.byUser.push(i % 3 === 0 ? { visitor: [i], shelf: { i } } : { visitor: [i], shelf: { i }, ['planted' + 'abcdefghij'[i % 10]]: [] });
setInterval(() => store.pending.byUser.length, 1e6).unref();
snapshot('shapes.heapsnapshot');`,
  );
  const { suspects } = await analyzeHeap(heap.path('shapes.heapsnapshot'), { memoryBytesMax: 1e9 });
  t.regex(suspects[0].sentence, /^9 000 × Object \{visitor, shelf\} held by store\.pending\.byUser in shapes\.cjs \(Array\)/);
});

test('should take a text for a name when it looks like one in a program', (t) => {
  for (const name of ['sessions', '_events', '#audit', '$scope', 'v2', 'onPriceChange', 'get audit', '<symbol kState>', '<symbol Symbol.iterator>']) {
    t.is(programWord(name), name);
  }
  const keys = [
    'user0.0@example.org',
    '4f1c9e2ab77d',
    'order-17',
    'Jane Doe',
    'x'.repeat(80),
    '8675309',
    'session_20261123',
    '/orders/17',
    'get a@b.c',
    '',
  ];
  for (const key of keys) t.is(programWord(key), null, key);
  t.is(programWord('<symbol tenant 17>'), '<symbol>');
});
