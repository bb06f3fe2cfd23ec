// lodash's memoize by an argument that is never the same.

import { type Request, serve } from '../../corpus/service.js';
import { text } from '../../corpus/text.js';
import { loadPackage } from '../../packages/load-package.js';

interface Lodash {
  memoize<Argument, Result>(make: (argument: Argument) => Result): (argument: Argument) => Result;
}

const { memoize } = loadPackage<Lodash>('lodash');
const renderPage = memoize((key: string) => ({ key, html: text(1500, key.length) }));

await serve({ leak: { itemBytes: 1720, one: ({ id, path }: Request) => void renderPage(`${path}?at=${id}`) } });
