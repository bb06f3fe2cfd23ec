// A JSON schema compiled for each request: Ajv keeps every schema object that it has seen.

import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../../packages/load-package.js';

type Ajv = new (options: object) => { compile(schema: object): (value: unknown) => boolean };

const Validator = loadPackage<Ajv>('ajv');
const ajv = new Validator({});

function validateQuery({ id, body }: Request): void {
  const validate = ajv.compile({ type: 'object', properties: { query: { type: 'string', maxLength: 1000 + id } }, required: ['query'] });
  validate({ query: body });
}

await serve({ leak: { itemBytes: 6250, one: validateQuery } });
