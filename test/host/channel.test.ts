// Listeners of an application that fail: told in the report, and nothing else; what is pending when the agent thread is started anew.
import { BroadcastChannel } from 'node:worker_threads';
import test from 'ava';
import { Channel } from '../../src/host/channel.js';
import type { AgentMessage, HostMessage } from '../../src/memory/messages.js';
import { App } from '../support/app.js';

test('should end no process and pass on to the others when listeners throw and reject', async (t) => {
  const app = new App({
    source: `
      import { flush, on } from 'pitot';
      let heard = 0;
      on('report', () => { throw new RangeError('password=hunter2'); });
      on('report', async () => { throw null; });
      const both = new Promise((resolve) => on('report', () => ++heard === 2 && resolve()));
      await flush();
      await flush();
      await both;
      await new Promise(setImmediate);
      const { agent } = await flush();
      console.log(JSON.stringify(agent.faults.filter(({ code }) => code === 'LISTENER')));
    `,
  });
  t.teardown(() => app.remove());
  const { code, stdout, stderr } = await app.run();
  t.is(code, 0, stderr);
  t.is(stderr, '');
  const [fault] = JSON.parse(stdout) as { code: string; count: number; message: string }[];
  t.true(fault.count >= 4);
  t.regex(fault.message, /^a listener of report threw/);
  t.notRegex(stdout, /hunter2/);
});

test('should ask a new agent only for what the one before had not begun when that one died', async (t) => {
  const name = `pitot-test-${process.pid}`;
  const channel = new Channel(name);
  const agent = new BroadcastChannel(name);
  t.teardown(() => {
    channel.close();
    agent.close();
  });
  const asked: HostMessage[] = [];
  let heard = (): void => {};
  agent.onmessage = (event: unknown) => {
    asked.push((event as { data: HostMessage }).data);
    heard();
  };
  const untilAsked = (count: number): Promise<void> =>
    new Promise((resolve) => {
      heard = () => asked.length >= count && resolve();
      heard();
    });
  const say = (message: AgentMessage): void => agent.postMessage(message);
  const begun = t.throwsAsync(channel.ask('heap-snapshot', 0), { message: "pitot's agent thread ended in the middle of it" });
  const waiting = channel.ask('heap-snapshot', 0);
  const flush = channel.ask('flush', 0);
  await untilAsked(3);
  const [first, second, third] = asked.splice(0).map((message) => (message as { id: string }).id);
  say({ kind: 'begun', id: first, restarts: 0 });
  // Its own announcement, later than what it has begun, changes nothing; that of its successor does.
  say({ kind: 'ready', restarts: 0 });
  await untilAsked(3);
  t.deepEqual(asked.splice(0), [
    { kind: 'heap-snapshot', id: first },
    { kind: 'heap-snapshot', id: second },
    { kind: 'flush', id: third },
  ]);
  say({ kind: 'ready', restarts: 1 });
  await begun;
  await untilAsked(2);
  t.deepEqual(asked.splice(0), [
    { kind: 'heap-snapshot', id: second },
    { kind: 'flush', id: third },
  ]);
  say({ kind: 'flushed', id: first, file: 'too late', reason: '' });
  say({ kind: 'flushed', id: second, file: 'a file', reason: '' });
  say({ kind: 'flushed', id: third, file: 'a report', reason: '' });
  t.deepEqual(await Promise.all([waiting, flush]), ['a file', 'a report']);
});
