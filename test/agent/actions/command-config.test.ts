// Commands of a configuration as they are read, and what is said of wrong ones.
import test from 'ava';
import { parseCommands } from '../../../src/agent/actions/command-config.js';

test('should read commands with the default time-out when they have none in ms or text', (t) => {
  const { commands, mistakes } = parseCommands({
    restart: { run: ['/usr/bin/x', 'a b'] },
    slow: { run: ['/x'], timeoutMs: '90s' },
    fast: { run: ['/x'], timeoutMs: 250 },
  });
  t.deepEqual(mistakes, []);
  t.deepEqual(
    [...commands],
    [
      ['restart', { run: ['/usr/bin/x', 'a b'], timeoutMs: 10_000 }],
      ['slow', { run: ['/x'], timeoutMs: 90_000 }],
      ['fast', { run: ['/x'], timeoutMs: 250 }],
    ],
  );
});

test('should have no commands when none are configured', (t) => {
  for (const input of [undefined, null, {}]) t.deepEqual(parseCommands(input), { commands: new Map(), mistakes: [] });
});

const wrong: [what: string, name: string, value: unknown, field: string][] = [
  ['it is a line for a shell', 'x', 'rm -rf /tmp/x', ''],
  ['run is a line for a shell', 'x', { run: 'rm -rf /tmp/x' }, 'run'],
  ['run is empty', 'x', { run: [] }, 'run'],
  ['the executable is empty', 'x', { run: ['', 'a'] }, 'run'],
  ['an argument is no text', 'x', { run: ['/x', 3] }, 'run'],
  ['an argument holds a NUL byte', 'x', { run: ['/x', 'a\0b'] }, 'run'],
  ['the time-out is 0', 'x', { run: ['/x'], timeoutMs: 0 }, 'timeoutMs'],
  ['the time-out is an hour', 'x', { run: ['/x'], timeoutMs: '60m' }, 'timeoutMs'],
  ['the time-out is no duration', 'x', { run: ['/x'], timeoutMs: 'soon' }, 'timeoutMs'],
  ['a key is unknown', 'x', { run: ['/x'], shell: true }, 'shell'],
  ['its name is that of an action', 'flame', { run: ['/x'] }, ''],
  ['its name has a space', 'a b', { run: ['/x'] }, ''],
];

for (const [what, name, value, field] of wrong) {
  test(`should leave out a command, and keep the others, when ${what}`, (t) => {
    const { commands, mistakes } = parseCommands({ [name]: value, good: { run: ['/x'] } });
    t.deepEqual([...commands.keys()], ['good']);
    t.deepEqual(
      mistakes.map((mistake) => [mistake.command, mistake.field]),
      [[name, field]],
    );
  });
}

test('should say what is allowed when the commands are a list', (t) => {
  t.deepEqual(parseCommands(['/x']).mistakes, [
    {
      command: '',
      field: '',
      allowed: 'an object of commands by name',
      received: '["/x"]',
      remedy: 'Write { "restart": { "run": ["/usr/bin/x"] } }.',
    },
  ]);
});
