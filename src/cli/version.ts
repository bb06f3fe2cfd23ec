// The version of the installed package, from its package.json.
import { readFileSync } from 'node:fs';

/** Looks upward from this file, because it is bundled one level higher than it is compiled. */
export function packageVersion(from: string = import.meta.url): string {
  for (let directory = new URL('.', from); ; directory = new URL('..', directory)) {
    try {
      const { name, version } = JSON.parse(readFileSync(new URL('package.json', directory), 'utf8')) as { name?: string; version?: string };
      if (name === 'pitot' && version !== undefined) return version;
    } catch {
      // No package.json here, or another's: go on upward.
    }
    if (directory.pathname === '/' || directory.href === new URL('..', directory).href) return 'unknown';
  }
}
