// Listeners of an application that fail: told in the report, and nothing else.
import test from 'ava';
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
