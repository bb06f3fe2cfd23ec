// A process that queues alerts, sends them, and waits to be killed: directory, address and number on its command line.
import { Delivery } from '../../../src/export/sinks/delivery-queue.js';
import { parseSinks } from '../../../src/export/sinks/parse-sinks.js';
import { alertOf } from './receiver.js';

const [directory, url, count] = process.argv.slice(2);
const { sinks } = parseSinks({ hook: { kind: 'webhook', url, timeoutMs: 60_000 } }, {});
const source = { service: 'ledger', host: 'box', pid: process.pid, version: '0.1.0' };
const delivery = new Delivery({ directory, sinks, source, onDropped: () => process.exit(3) });
for (let i = 0; i < Number(count); i++) delivery.enqueue(alertOf(`a${i}`), ['hook']);
delivery.tick(Date.now());
process.stdout.write('queued\n');
void delivery.settle(60_000).then(() => process.stdout.write('settled\n'));
// Ends with the test, should that end first.
process.stdin.resume().on('end', () => process.exit());
