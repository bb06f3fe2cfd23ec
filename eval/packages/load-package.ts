// A package from the directory that the evaluation installed it in: another version of it may be in the repository's own node_modules.
import { createRequire } from 'node:module';
import { join } from 'node:path';

/** EVAL_PACKAGES names the directory that holds its node_modules. */
export function loadPackage<Exports>(name: string): Exports {
  const directory = process.env.EVAL_PACKAGES;
  if (directory === undefined || directory === '') throw new Error('EVAL_PACKAGES: expected the directory that the packages are installed in');
  return createRequire(join(directory, 'package.json'))(name) as Exports;
}
