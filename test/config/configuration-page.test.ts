// docs/configuration.md and the table of options say the same.
import { readFileSync } from 'node:fs';
import test from 'ava';
import { OPTION_KEYS, OPTIONS } from '../../src/config/options.js';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');

test('should list every option with default, allowed and meaning when the page is read', (t) => {
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| `PITOT_'))
    .map((line) => line.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
  t.deepEqual(
    rows,
    OPTION_KEYS.map((key) => {
      const { env, defaultText, default: value, allowed, doc } = OPTIONS[key];
      const isProse = key === 'service' || key === 'config';
      const text = defaultText ?? String(value);
      return [`\`${env}\``, `\`${key}\``, isProse ? text : `\`${text}\``, allowed, doc];
    }),
  );
});
