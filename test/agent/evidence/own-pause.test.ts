// How long main stands still for a command, by main's own clock, on clocks that the test turns.
import test from 'ava';
import { OwnStandstill, sendAsPause } from '../../../src/agent/evidence/own-pause.js';

/** A main thread whose clock is 5 000 ms ahead; while it is held up, what is asked waits. */
class FakeMain {
  nowMs = 0;
  readonly pauses: number[] = [];
  readonly sent: string[] = [];
  private held: (() => void)[] | null = null;

  hold(): void {
    this.held ??= [];
  }

  free(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const answer of held) answer();
  }

  async send(method: string, params?: object): Promise<unknown> {
    const { expression = '' } = (params ?? {}) as { expression?: string };
    this.sent.push(expression === '' ? method : expression.includes('heapPause)h') ? 'end' : expression.includes('heapPause=') ? 'begin' : 'look');
    const { held } = this;
    if (held !== null) await new Promise<void>((resolve) => held.push(resolve));
    const paused = /pauseBegin\(\)-([\d.]+)/.exec(expression)?.[1];
    if (paused !== undefined) this.pauses.push(Number(paused));
    return { result: { value: this.nowMs + 5000 } };
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('should send begin, command and end without waiting in between', async (t) => {
  const main = new FakeMain();
  main.hold();
  const answer = sendAsPause(main, 'HeapProfiler.stopSampling');
  t.deepEqual(main.sent, ['begin', 'HeapProfiler.stopSampling', 'end']);
  main.free();
  t.deepEqual(await answer, { result: { value: 5000 } });
});

test('should count from the last answer before the first sign to the first one after, when a command waits for its turn', async (t) => {
  const main = new FakeMain();
  const standstill = new OwnStandstill(main, () => main.nowMs);
  standstill.watch(false);
  await turn();
  main.nowMs = 100;
  // The second look is answered at 100 ms.
  while (main.sent.length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
  await turn();
  // V8 begins; a look that is asked in the middle is answered at the end only. 300 ms later there is a sign.
  main.hold();
  while (main.sent.length < 3) await new Promise((resolve) => setTimeout(resolve, 5));
  main.nowMs = 400;
  t.is(standstill.begin(), 100);
  t.is(standstill.begin(), 100);
  main.nowMs = 1100;
  main.free();
  await turn();
  // The agent hears of it late.
  main.nowMs = 3000;
  t.is(await standstill.end(), 1000);
  t.deepEqual(main.pauses, [1000]);
});

test('should count by its own clock when main cannot be asked', async (t) => {
  const clock = { nowMs: 50 };
  const standstill = new OwnStandstill({ send: () => Promise.reject(new Error('the session was closed')) }, () => clock.nowMs);
  standstill.watch(true);
  t.is(standstill.begin(), 50);
  clock.nowMs = 350;
  t.is(await standstill.end(), 300);
});
