// Who was seen calling whom: depth, order, Node.js left out, and a bound.
import test from 'ava';
import { CallTable } from '../../../src/agent/leaks/call-table.js';
import { CALLS_MAX } from '../../../src/core/leak-limits.js';
import type { Profile, RawFrame } from '../../../src/flame/profile.js';
import { ProfileBuilder, ROOT_FUNCTION, rawFrame } from '../../../src/flame/profile-builder.js';

const FILE = 'file:///srv/shop/a.js';
const at = (name: string, url = FILE): RawFrame => ({ function: name, url, line: 1, column: 1 });

function profile(...stacks: RawFrame[][]): Profile {
  const builder = new ProfileBuilder<RawFrame>(rawFrame(ROOT_FUNCTION));
  stacks.forEach((stack, i) => {
    let node = 0;
    for (const frame of stack) node = builder.node(node, builder.frame(frame));
    builder.sample(node, i);
  });
  return builder.build({ thread: 'main', startUs: 0, endUs: stacks.length, intervalUs: 1 });
}

const below = (calls: CallTable, name: string): string[] => calls.below({ function: name, file: FILE, line: 1 }).map((it) => it.function);

test('should tell what is called three calls deep, those seen most often first, when stacks differ', (t) => {
  const calls = new CallTable();
  const deep = [at('a'), at('b'), at('c'), at('d'), at('e')];
  calls.add(profile(deep, deep.slice(0, 2), deep.slice(0, 3), [at('a'), at('x')]));
  t.deepEqual(below(calls, 'a').sort(), ['b', 'c', 'd', 'x']);
  t.deepEqual(below(calls, 'a').slice(0, 2), ['b', 'c']);
  calls.add(profile([at('a'), at('x')], [at('a'), at('x')], [at('a'), at('x')]));
  t.is(below(calls, 'a')[0], 'x');
  t.deepEqual(below(calls, 'e'), []);
});

test('should leave out Node.js and builtins, and charge what they call to who called them', (t) => {
  const calls = new CallTable();
  calls.add(profile([at('a'), at('emit', 'node:events'), at('forEach', ''), at('b')]));
  t.deepEqual(below(calls, 'a'), ['b']);
  t.is(
    calls.samplesTo({ function: 'a', file: FILE, line: 1 }, (it) => it.function === 'b'),
    1,
  );
  t.is(
    calls.samplesTo({ function: 'b', file: FILE, line: 1 }, () => true),
    0,
  );
});

test('should know what stands at the top of a module by its first line, as the heap sampler does', (t) => {
  const calls = new CallTable();
  calls.add(profile([{ ...at(''), line: 0 }, at('b')]));
  t.is(calls.below({ function: '(anonymous)', file: FILE, line: 1 }).length + calls.below({ function: '', file: FILE, line: 1 }).length, 1);
});

test('should not call a function its own callee when it recurses', (t) => {
  const calls = new CallTable();
  calls.add(profile([at('a'), at('a'), at('b'), at('a')]));
  t.deepEqual(below(calls, 'a'), ['b']);
});

test('should keep what is seen again and again when more calls are seen than are remembered', (t) => {
  const calls = new CallTable();
  const often = Array.from({ length: 8 }, () => [at('a'), at('b')]);
  for (let i = 0; i < 3; i++) calls.add(profile(...often, ...Array.from({ length: CALLS_MAX / 2 }, (_, n) => [at('a'), at(`once-${i}-${n}`)])));
  const left = below(calls, 'a');
  t.is(left[0], 'b');
  t.true(left.length <= CALLS_MAX, String(left.length));
});
