// A list by links, of which nobody takes the old end away.
import { type Request, serve } from '../../corpus/service.js';

interface Visit {
  readonly user: string;
  readonly page: string;
  readonly before: Visit | null;
}

class History {
  last: Visit | null = null;

  add(user: string, page: string): void {
    this.last = { user, page, before: this.last };
  }
}

const history = new History();

await serve({ leak: { itemBytes: 1100, one: ({ user, body }: Request) => history.add(user, body.toLowerCase()) } });
