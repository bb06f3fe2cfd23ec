// A value that is shown to nobody: neither JSON, nor a log, nor a message holds it; only the request that needs it asks for it.
import { readFileSync, statSync } from 'node:fs';
import { SECRET_BYTES_MAX } from '../../core/limits.js';

const SHOWN = '(secret)';

/** Where a secret comes from, without its value. */
export type SecretOrigin = { from: 'configuration' } | { from: 'environment'; variable: string } | { from: 'file'; path: string };

/** A file that holds no secret, in words without any of its content. */
export class SecretUnreadable extends Error {
  constructor(path: string, why: string) {
    super(`${path} ${why}`);
    this.name = 'SecretUnreadable';
  }
}

/** A secret of a sink. A file is read each time it is asked for, so that it may be replaced while the process runs. */
export class Secret {
  readonly origin: SecretOrigin;
  readonly #value: string;

  constructor(origin: SecretOrigin, value = '') {
    this.origin = origin;
    this.#value = value;
  }

  /** @throws SecretUnreadable where its file is missing, empty, or larger than a secret is. */
  reveal(): string {
    if (this.origin.from !== 'file') return this.#value;
    const { path } = this.origin;
    let text: string;
    try {
      if (statSync(path).size > SECRET_BYTES_MAX) throw new SecretUnreadable(path, 'is larger than a secret');
      text = readFileSync(path, 'utf8').trim();
    } catch (error) {
      if (error instanceof SecretUnreadable) throw error;
      throw new SecretUnreadable(path, `cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown reason'})`);
    }
    if (text === '') throw new SecretUnreadable(path, 'is empty');
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
