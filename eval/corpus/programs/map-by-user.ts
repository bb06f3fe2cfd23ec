// Leak 3: profiles by user id, and ever new users.
import { type Request, serve } from '../service.js';
import { text } from '../text.js';

class UserProfile {
  readonly user: string;
  readonly history: string[];
  readonly settings: Record<string, boolean>;

  constructor({ id, user, path }: Request) {
    this.user = user;
    this.history = [path, text(900, id), text(900, id + 1)];
    this.settings = { newsletter: id % 2 === 0, dark: id % 3 === 0 };
  }
}

class ProfileCache {
  readonly byUser = new Map<string, UserProfile>();
}

const profiles = new ProfileCache();

function loadProfile(request: Request): void {
  // Each item is a user of its own, also where one request loads several.
  profiles.byUser.set(`${request.user}/${profiles.byUser.size}`, new UserProfile(request));
}

await serve({ leak: { itemBytes: 2250, one: loadProfile } });
