// A value that is shown to nobody: neither JSON, nor a log, nor a message holds it; only the request that needs it asks for it.
import { readFileSync, statSync } from 'node:fs';
import { SECRET_BYTES_MAX } from '../../core/limits.js';

const SHOWN = '(secret)';

/** Where a secret comes from. field: how the configuration names it. */
export type SecretOrigin = { from: 'configuration' | 'environment' } | { from: 'file'; path: string; field: string };

/** A file that holds no secret: told by its field, as even the path may be a secret in the wrong place. */
export class SecretUnreadable extends Error {
  constructor(field: string, why: string) {
    super(`the file of ${field} ${why}`);
    this.name = 'SecretUnreadable';
  }
}

/** A secret of a sink. A file is read each time it is asked for, so that it may be replaced while the process runs. */
export class Secret {
  readonly #origin: SecretOrigin;
  readonly #value: string;

  constructor(origin: SecretOrigin, value = '') {
    this.#origin = origin;
    this.#value = value;
  }

  /** @throws SecretUnreadable where its file is missing, empty, or larger than a secret is. */
  reveal(): string {
    if (this.#origin.from !== 'file') return this.#value;
    const { path, field } = this.#origin;
    let text: string;
    try {
      if (statSync(path).size > SECRET_BYTES_MAX) throw new SecretUnreadable(field, 'is larger than a secret');
      text = readFileSync(path, 'utf8').trim();
    } catch (error) {
      if (error instanceof SecretUnreadable) throw error;
      throw new SecretUnreadable(field, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
    }
    if (text === '') throw new SecretUnreadable(field, 'is empty');
    return text;
  }

  toString(): string {
    return SHOWN;
  }

  toJSON(): string {
    return SHOWN;
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return SHOWN;
  }
}
