// Leak 14: templates are compiled as modules under a name of their own each time, and require.cache keeps them.
import { createRequire, Module } from 'node:module';
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

const require = createRequire(import.meta.url);

interface Compiled extends Module {
  _compile(code: string, file: string): void;
}

let compiled = 0;

function compileTemplate({ id }: Request): void {
  const name = `/templates/page-${compiled++}.js`;
  const module = new Module(name) as Compiled;
  module._compile(`exports.page = '${text(8000, id + compiled)}${compiled}'; exports.render = (name) => exports.page + name;`, name);
  require.cache[name] = module;
}

await serve({ leak: { itemBytes: 18_000, one: compileTemplate } });
