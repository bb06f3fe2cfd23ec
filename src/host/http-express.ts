// Route patterns of express from its router's channel: mount prefixes joined with the route that matched. Thread: application, one message a layer of an express application. Forbidden: URLs in patterns (they know no bound). Budget: 100 ns a layer.
import { HTTP_PATTERNS_MAX } from '../core/limits.js';

/** What express adds to a request. */
export interface ExpressRequest {
  /** The part of the URL that mounts have taken off, as the client wrote it. */
  baseUrl?: string;
  route?: { path?: unknown; stack?: readonly unknown[] } | null;
}

/** A message of tracing:express.router.request:start. */
export interface LayerMessage {
  req: ExpressRequest;
  layer: unknown;
  /** The pattern that the layer matched with. */
  route: unknown;
  errorHandler?: boolean;
}

/** A mount that a request went through, and those before it. */
export interface MountedAt {
  readonly baseUrl: string;
  readonly pattern: string;
  readonly before: MountedAt | null;
}

/** In place of a mount prefix whose pattern nobody told. */
const UNKNOWN_MOUNT = '(mount)';

/** Joins patterns, and keeps what it joined. */
export class ExpressRoutes {
  private readonly joined = new Map<string, Map<string, string>>();
  private joinedCount = 0;

  /** True when the layer is one of the route's handlers, rather than a mount or a middleware. */
  isHandler({ req, layer }: LayerMessage): boolean {
    return req.route?.stack?.includes(layer) === true;
  }

  /** Pattern of the route whose handler is about to run. */
  routeAt({ req, route }: LayerMessage, mounts: MountedAt | null): string {
    return this.join(this.prefixAt(req.baseUrl ?? '', mounts), asText(route));
  }

  /** Adds the mount whose layer is about to run. A middleware with a path is taken for one as well; nothing is ever looked up under it. */
  mount({ req, route }: LayerMessage, mounts: MountedAt | null): MountedAt | null {
    const pattern = typeof route === 'string' ? route.replace(/\/+$/, '') : asText(route);
    const baseUrl = req.baseUrl ?? '';
    if (pattern === '' || baseUrl === '') return mounts;
    return { baseUrl, pattern: this.join(this.prefixAt(parentOf(baseUrl, pattern, mounts), mounts), pattern), before: mounts };
  }

  /** Versions of express without the channel: the route alone, where no mount came before it. */
  routeOf({ route, baseUrl }: ExpressRequest): string | null {
    if (route === undefined || route === null || route.path === undefined) return null;
    return this.join(baseUrl === undefined || baseUrl === '' ? '' : UNKNOWN_MOUNT, asText(route.path));
  }

  private prefixAt(baseUrl: string, mounts: MountedAt | null): string {
    if (baseUrl === '') return '';
    for (let mount = mounts; mount !== null; mount = mount.before) if (mount.baseUrl === baseUrl) return mount.pattern;
    return UNKNOWN_MOUNT;
  }

  private join(prefix: string, pattern: string): string {
    if (prefix === '') return pattern;
    const known = this.joined.get(prefix)?.get(pattern);
    if (known !== undefined) return known;
    const path = pattern === '/' ? prefix : prefix + pattern;
    if (this.joinedCount++ < HTTP_PATTERNS_MAX) {
      const byPattern = this.joined.get(prefix) ?? new Map<string, string>();
      this.joined.set(prefix, byPattern.set(pattern, path));
    }
    return path;
  }
}

/**
 * Base URL of the router that a mount is in: the mount's own without as many segments as its pattern has. A pattern of variable length
 * (wildcard, optional group, regular expression) takes what the nearest mount before it has left.
 */
function parentOf(baseUrl: string, pattern: string, mounts: MountedAt | null): string {
  if (!/[*{(?+\\]/.test(pattern)) {
    let end = baseUrl.length;
    for (let segments = countSegments(pattern); segments > 0 && end > 0; segments--) end = baseUrl.lastIndexOf('/', end - 1);
    return baseUrl.slice(0, Math.max(0, end));
  }
  let parent = '';
  for (let mount = mounts; mount !== null; mount = mount.before) {
    if (mount.baseUrl.length > parent.length && baseUrl.startsWith(`${mount.baseUrl}/`)) parent = mount.baseUrl;
  }
  return parent;
}

function countSegments(pattern: string): number {
  let count = 0;
  for (let i = 0; i < pattern.length; i++) if (pattern[i] === '/' && i + 1 < pattern.length && pattern[i + 1] !== '/') count++;
  return count;
}

/** Patterns are strings or regular expressions; one that matched out of a list is given alone, a list as a whole is joined by commas. */
function asText(pattern: unknown): string {
  return typeof pattern === 'string' ? pattern : String(pattern);
}
