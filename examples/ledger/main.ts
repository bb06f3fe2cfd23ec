// Starts the ledger service: opens the database, listens on PORT (0: any free one), stops gracefully on SIGTERM, SIGINT or when its parent goes away.
import { mkdir } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { MonitoringService } from 'pitot/monitoring';
import { openDatabase } from './database.js';
import { buildServer } from './server.js';
import { readPlantedLeak } from './sessions.js';

/** A stop that takes longer than this is given up: something hangs that would keep the process for ever. */
const STOP_MS_MAX = 10_000;
/** Between two looks at the health of the database: six before `service down`. */
const HEALTH_MS = 10_000;

/** What the service tells a parent process that it has a channel to. */
export type ServiceMessage = { readonly kind: 'listening'; readonly port: number };

async function main(): Promise<void> {
  const leak = readPlantedLeak(process.env.LEAK);
  const url = process.env.DATABASE_URL || undefined;
  const dataDir = process.env.LEDGER_DATA_DIR || 'examples/ledger/data';
  if (url === undefined && !dataDir.startsWith('memory://')) await mkdir(dataDir, { recursive: true });
  const database = await openDatabase({ url, dataDir });
  // What it would log stands in pitot's reports, and in alerts.ndjson when it goes wrong.
  const monitoring = new MonitoringService({ intervalMs: Number(process.env.LEDGER_HEALTH_MS || HEALTH_MS), logger: null });
  const faults = process.env.LEDGER_FAULTS === '1';
  const app = buildServer({ database, monitoring, faults, leak, onError: (error) => console.error(`ledger: ${error.message}`) });

  let stopping = false;
  const stop = async (): Promise<void> => {
    if (stopping) return;
    stopping = true;
    let waitingFor = 'health checks';
    setTimeout(() => {
      console.error(`ledger: could not stop within ${STOP_MS_MAX} ms: still waiting for ${waitingFor}`);
      process.exit(1);
    }, STOP_MS_MAX).unref();
    await monitoring.stop();
    waitingFor = 'requests and projections';
    await app.close();
    waitingFor = 'the database';
    await database.close();
    if (process.connected) process.disconnect();
  };
  const stopOrFail = (): void => {
    stop().catch(fail);
  };
  process.on('SIGTERM', stopOrFail);
  process.on('SIGINT', stopOrFail);
  process.on('disconnect', stopOrFail);
  process.on('message', (message) => {
    if (message === 'stop') stopOrFail();
  });

  await app.listen({ port: Number(process.env.PORT ?? 3000), host: process.env.HOST ?? '127.0.0.1' });
  const { port } = app.server.address() as AddressInfo;
  monitoring.start();
  console.log(`ledger: listening on http://127.0.0.1:${port} (${database.kind})`);
  process.send?.({ kind: 'listening', port } satisfies ServiceMessage);
}

function fail(error: Error): void {
  console.error(`ledger: ${error.message}`);
  process.exit(1);
}

main().catch(fail);
