// When a sampler counts as silent: never while its thread is in native code, and ever later when replacing it did not help.
import test from 'ava';
import { AnswerWatch } from '../../../src/agent/profiler/answer-watch.js';

/** Asks at each second of the list; the loop has turned as often as seconds have passed, but for those in native code. */
function silentAt(watch: AnswerWatch, seconds: number[], { isPending = true, nativeUntil = 0 } = {}): number[] {
  return seconds.filter((second) => watch.isSilent({ nowMs: second * 1000, isPending, turns: [Math.max(0, second - nativeUntil)] }));
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from + 1 }, (_, i) => from + i);

test('should call a sampler silent when its loop turned for ten seconds and it did not answer', (t) => {
  t.deepEqual(silentAt(new AnswerWatch(), range(0, 15)), [10]);
});

test('should wait when the thread is in native code, and a turn is the end of the wait', (t) => {
  t.deepEqual(silentAt(new AnswerWatch(), range(0, 41), { nativeUntil: 40 }), [41]);
});

test('should wait when another thread that passes the messages on is in native code', (t) => {
  const watch = new AnswerWatch();
  const silent = range(0, 30).filter((second) => watch.isSilent({ nowMs: second * 1000, isPending: true, turns: [7, second] }));
  t.deepEqual(silent, []);
});

test('should double the wait when replacing it did not help, and forget that with the first answer', (t) => {
  const watch = new AnswerWatch();
  // Asked at 0; replaced at 10; asked again at 11, replaced after 20 s, asked at 32.
  t.deepEqual(silentAt(watch, range(0, 60)), [10, 31]);
  t.deepEqual(silentAt(watch, [61], { isPending: false }), []);
  t.deepEqual(silentAt(watch, range(62, 75)), [72]);
});

test('should not take the moment after a replacement for an answer', (t) => {
  const watch = new AnswerWatch();
  silentAt(watch, range(0, 10));
  silentAt(watch, [11], { isPending: false });
  t.deepEqual(silentAt(watch, range(12, 40)), [32]);
});
