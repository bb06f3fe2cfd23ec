// From the arguments of `pitot run` to the process it starts.
import test from 'ava';
import { childOf, flagOf, optionLines } from '../../src/cli/run-options.js';
import { OPTION_KEYS, OPTIONS } from '../../src/config/options.js';
import { PitotError } from '../../src/core/errors.js';

const REGISTER = 'file:///p/dist/src/register.cjs';
const child = (args: string[], env: Record<string, string | undefined> = {}) => {
  const result = childOf(args, env, REGISTER);
  if (result === 'help') throw new Error('help');
  return result;
};

function failure(...args: string[]): PitotError {
  try {
    childOf(args, {}, REGISTER);
  } catch (error) {
    if (error instanceof PitotError) return error;
  }
  throw new Error('no PitotError');
}

test('should preload pitot before the script and hand on the arguments when a script is run', (t) => {
  t.deepEqual(child(['app.js', '--port', '80', '-x', '--', 'y'], { A: 'b' }), {
    args: ['--import', REGISTER, 'app.js', '--port', '80', '-x', '--', 'y'],
    env: { A: 'b' },
  });
});

test('should set the variables of the options when options stand before the script', (t) => {
  const { args, env } = child(
    ['--interval-ms', '5000', '--service=shop', '--no-http', '--strict', '--retain-bytes', '1 GiB', 'app.js', '--interval-ms', '7'],
    { PITOT_INTERVAL_MS: '9000', PITOT_DIR: 'd' },
  );
  t.deepEqual(args, ['--import', REGISTER, 'app.js', '--interval-ms', '7']);
  t.deepEqual(env, {
    PITOT_INTERVAL_MS: '5000',
    PITOT_DIR: 'd',
    PITOT_SERVICE: 'shop',
    PITOT_HTTP: '0',
    PITOT_STRICT: '1',
    PITOT_RETAIN_BYTES: '1 GiB',
  });
});

test('should leave options after the script to the application when they look like ours', (t) => {
  t.deepEqual(child(['app.js', '--help', '--strict']).env, {});
  t.deepEqual(child(['--strict', '--', '--odd-name.js', '--http']), {
    args: ['--import', REGISTER, '--odd-name.js', '--http'],
    env: { PITOT_STRICT: '1' },
  });
  t.deepEqual(child(['--strict', 'app.js']).args, ['--import', REGISTER, 'app.js']);
});

test('should want help only when it is asked for before the script', (t) => {
  t.is(childOf(['--help'], {}, REGISTER), 'help');
  t.is(childOf(['-h', 'app.js'], {}, REGISTER), 'help');
});

test('should be a usage error when an option is unknown, lacks its value, or no script is given', (t) => {
  const unknown = failure('--intrval-ms', '5', 'app.js');
  t.is(unknown.code, 'CLI_USAGE');
  t.like(unknown.detail, { option: '--intrval-ms', remedy: 'Did you mean --interval-ms?' });
  t.like(failure('--service').detail, { option: '--service', allowed: 'a value' });
  t.like(failure('--service', '--strict', 'app.js').detail, { option: '--service', allowed: 'a value' });
  t.like(failure('--strict=1', 'app.js').detail, { option: '--strict', allowed: 'no value' });
  t.like(failure('--strict').detail, { option: 'app.js', received: 'none' });
  t.like(failure('--constructor', 'app.js').detail, { option: '--constructor' });
});

test('should be a configuration error with the name that was typed when a value is out of range', (t) => {
  const error = failure('--interval-ms', '5', 'app.js');
  t.is(error.code, 'CONFIG_VALUE');
  t.like(error.detail, { option: '--interval-ms', allowed: 'a whole number 1000..3600000', received: '"5"' });
  t.is(failure('--no-enabled', '--stall-ms', 'x', 'app.js').detail.option, '--stall-ms');
});

test('should have an option for every option of the table when help is shown', (t) => {
  const lines = optionLines().split('\n');
  t.is(lines.length, OPTION_KEYS.length);
  for (const [i, key] of OPTION_KEYS.entries()) {
    t.true(lines[i].includes(`--${OPTIONS[key].default === true ? 'no-' : ''}${flagOf(key)} `), lines[i]);
  }
  t.is(flagOf('cpuIntervalUs'), 'cpu-interval-us');
});
