// A log in one string, which is added to and never written.
import { type Request, serve } from '../../corpus/service.js';

class AccessLog {
  lines = '';

  note(line: string): void {
    this.lines += line;
  }
}

const log = new AccessLog();

await serve({ leak: { itemBytes: 1080, one: ({ user, path, body }: Request) => log.note(`${user} ${path} ${body}\n`) } });
