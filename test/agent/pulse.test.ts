// The agent's one timer.
import test from 'ava';
import { Pulse } from '../../src/agent/pulse.js';

test.serial('should give each job its turn and go on when one throws each time', async (t) => {
  let turns = 0;
  let thrown = 0;
  const listeners = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => {
    if (error.message === 'job') thrown++;
  });
  t.teardown(() => {
    process.removeAllListeners('uncaughtException');
    for (const listener of listeners) process.on('uncaughtException', listener);
  });
  const pulse = new Pulse(() => 1);
  pulse.every(1, () => {
    throw new Error('job');
  });
  await new Promise<void>((resolve) => {
    pulse.every(1, () => {
      if (++turns === 3) resolve();
    });
    setTimeout(() => pulse.start(), 5);
  });
  pulse.stop();
  t.true(turns >= 3);
  t.true(thrown >= 2);
});
