// Credentials in texts of errors, wherever the bound cuts them.
import test from 'ava';
import { maskSecrets } from '../../src/monitoring/mask-secrets.js';

test('should leave nothing of a password when the bound lies between it and what marks it', (t) => {
  const text = 'connect postgres://ledger:correcthorse@db/x failed';
  for (let charsMax = 20; charsMax <= text.length; charsMax++) t.notRegex(maskSecrets(text, charsMax), /horse|ledger/, String(charsMax));
  t.is(maskSecrets(text), 'connect postgres://***@db/x failed');
  t.is(maskSecrets(`${'x'.repeat(30)} password=correct`, 44), `${'x'.repeat(30)} password=***`);
});

test('should be no longer than the bound when the text is', (t) => {
  t.is(maskSecrets('y'.repeat(5000), 100), `${'y'.repeat(97)}...`);
});
