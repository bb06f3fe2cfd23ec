// The preload: `node --import pitot/register app.js` or `--require`. It never throws and waits for nothing.
import { basename } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { isStrict, resolveConfig } from './config/resolve.js';
import { PitotError } from './core/errors.js';
import { notice } from './host/agent-thread.js';
import { processHost } from './host/process-host.js';

/** NODE_OPTIONS reaches package managers and the tools they run for themselves: nothing is measured there. */
const PACKAGE_MANAGERS = new Set(['npm', 'npx', 'yarn', 'pnpm', 'pnpx', 'corepack', 'npm-cli', 'npx-cli']);

function preload(): void {
  if (!isMainThread) {
    processHost();
    return;
  }
  const script = basename(process.argv[1] ?? '').replace(/\.[cm]?js$/, '');
  if (PACKAGE_MANAGERS.has(script)) return;
  const { config, warnings } = resolveConfig({ env: process.env });
  for (const warning of warnings) notice(warning);
  if (!config.enabled) return;
  const permission = (process as unknown as { permission?: { has(scope: string): boolean } }).permission;
  if (permission && !permission.has('worker')) {
    notice('not started: the permission model allows no worker threads; add --allow-worker');
    return;
  }
  processHost().start(config);
}

try {
  preload();
} catch (error) {
  notice(`not started: ${error instanceof PitotError ? `[${error.code}] ${error.message}` : (error as Error).message}`);
  // 78 is EX_CONFIG of sysexits.h.
  if (isMainThread && isStrict({ env: process.env })) process.exit(78);
}
