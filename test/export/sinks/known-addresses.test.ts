// Names of receivers: looked up as always, and from what is known alone once the process ends.
import type { LookupFunction } from 'node:net';
import test from 'ava';
import { KnownAddresses } from '../../../src/export/sinks/known-addresses.js';

const asked = (addresses: KnownAddresses, hostname: string, all: boolean): Promise<unknown[]> =>
  new Promise((resolve) =>
    addresses.lookup(hostname, { all }, (error, address, family) => resolve(all ? [error, address] : [error, address, family])),
  );

test('should answer from what it knows and look nothing up when the process ends', async (t) => {
  const names: string[] = [];
  const source: LookupFunction = (hostname, { all }, callback) => {
    names.push(hostname);
    if (hostname === 'gone') callback(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }), '');
    else if (all) callback(null, [{ address: '10.0.0.1', family: 4 }]);
    else callback(null, '10.0.0.1', 4);
  };
  const addresses = new KnownAddresses(source);
  const all = [null, [{ address: '10.0.0.1', family: 4 }]];
  t.deepEqual(await asked(addresses, 'ops', true), all);
  t.deepEqual(await asked(addresses, 'ops', false), [null, '10.0.0.1', 4]);
  t.like((await asked(addresses, 'gone', true))[0] as Error, { code: 'ENOTFOUND' });
  addresses.freeze();
  names.length = 0;
  t.deepEqual(await asked(addresses, 'ops', true), all);
  t.deepEqual(await asked(addresses, 'ops', false), [null, '10.0.0.1', 4]);
  for (const name of ['gone', 'never']) t.like((await asked(addresses, name, true))[0] as Error, { code: 'NOT_LOOKED_UP' });
  t.deepEqual(names, []);
});
