// Whose run this is, and where its files go.
import { join, resolve } from 'node:path';
import { deriveService, safeServiceName } from '../config/derive-service.js';
import type { ResolvedConfig } from '../config/resolve.js';
import type { AgentData } from '../memory/messages.js';
import { runDirectoryName } from '../report/files.js';

export interface PlaceOfRun {
  /** The service's working directory when it started. */
  cwd: string;
  service: string;
  /** The run directory. */
  directory: string;
}

export function placeOfRun({ service: { cwd, entryScript }, startedWallMs }: AgentData, config: ResolvedConfig): PlaceOfRun {
  const service = config.service ?? deriveService(entryScript, cwd);
  return { cwd, service, directory: join(resolve(cwd, config.dir), runDirectoryName(safeServiceName(service), startedWallMs, process.pid)) };
}
