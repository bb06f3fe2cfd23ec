// @napi-rs/canvas, which need not be installed: loaded when the first picture is asked for, never on an application thread.
import { PitotError } from '../../../core/errors.js';

export type CanvasLibrary = typeof import('@napi-rs/canvas');

/** `instead`: what a user may do without it. @throws PitotError CLI_USAGE where the library is not installed, not for this platform, or native addons are switched off. */
export async function loadCanvas(instead = 'take the page instead: --html FILE.'): Promise<CanvasLibrary> {
  try {
    return await import('@napi-rs/canvas');
  } catch (error) {
    throw new PitotError('CLI_USAGE', {
      option: 'PNG',
      allowed: 'the optional package @napi-rs/canvas',
      received: reasonOf(error),
      remedy: `Run \`npm install @napi-rs/canvas\`, or ${instead}`,
    });
  }
}

/** The library puts what went wrong at the end of a chain of causes, one a place where it looked. */
function reasonOf(error: unknown): string {
  const code = (value: unknown): string | undefined => (value as { code?: string } | undefined)?.code;
  let cause = error;
  for (let depth = 0; depth < 10; depth++) {
    if (code(cause) === 'ERR_DLOPEN_DISABLED') return 'none, because native addons are switched off (--no-addons)';
    const next = (cause as { cause?: unknown } | undefined)?.cause;
    if (next === undefined) break;
    cause = next;
  }
  if (code(error) === 'ERR_MODULE_NOT_FOUND') return 'none: it is not installed';
  const [firstLine] = (error instanceof Error ? error.message : String(error)).split('\n');
  return `one that does not load here (${code(cause) ?? firstLine})`;
}
