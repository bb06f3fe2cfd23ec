// Leak 17: the value that a FinalizationRegistry holds for a target refers to the target, which is therefore never collected.
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

class UploadHandle {
  readonly path: string;
  readonly head: string;
  closed = false;

  constructor({ id, path }: Request) {
    this.path = path;
    this.head = text(1000, id);
  }
}

const registry = new FinalizationRegistry<() => void>((close) => close());

function openUpload(request: Request): void {
  const handle = new UploadHandle(request);
  registry.register(handle, () => {
    handle.closed = true;
  });
}

await serve({ leak: { itemBytes: 1300, one: openUpload } });
