// host:port of requests to other servers, as the application addressed them. Thread: application, once a request. Budget: 200 ns.

import type { ClientRequest } from 'node:http';
import { HTTP_ADDRESSES_MAX } from '../core/limits.js';

const UNKNOWN_HOST = '(unknown)';

interface KnownAddress {
  host: string;
  protocol: string;
  address: string;
}

/** Works addresses out once each. */
export class ClientHosts {
  private readonly byHostHeader = new Map<string, KnownAddress>();
  private readonly byOrigin = new Map<string, string>();

  /**
   * node:http keeps the name of the server, not its port: that is in the Host header, left out where it is the protocol's own. An application that sets
   * a Host header of its own (a virtual host) leaves the socket's port, which exists once connected.
   */
  ofNode(request: ClientRequest): string {
    const { host, protocol } = request;
    const socketPath = (request as { socketPath?: unknown }).socketPath;
    if (typeof socketPath === 'string') return `unix:${socketPath}`;
    const header = request.getHeader('host');
    if (typeof header !== 'string') return withPort(host, String(request.socket?.remotePort ?? defaultPort(protocol)));
    const known = this.byHostHeader.get(header);
    if (known !== undefined && known.host === host && known.protocol === protocol) return known.address;
    const name = inBrackets(host);
    if (header === name || header === `${name}:`) return this.keep(header, host, protocol, withPort(host, defaultPort(protocol)));
    if (header.startsWith(`${name}:`)) return this.keep(header, host, protocol, header);
    return withPort(host, String(request.socket?.remotePort ?? defaultPort(protocol)));
  }

  /** undici keeps the origin: `https://example.com`, or a URL. */
  ofOrigin(origin: unknown): string {
    const text = String(origin);
    const known = this.byOrigin.get(text);
    if (known !== undefined) return known;
    if (!URL.canParse(text)) return UNKNOWN_HOST;
    const { hostname, port, protocol } = new URL(text);
    const address = `${hostname}:${port === '' ? defaultPort(protocol) : port}`;
    if (this.byOrigin.size < HTTP_ADDRESSES_MAX) this.byOrigin.set(text, address);
    return address;
  }

  private keep(header: string, host: string, protocol: string, address: string): string {
    if (this.byHostHeader.size < HTTP_ADDRESSES_MAX) this.byHostHeader.set(header, { host, protocol, address });
    return address;
  }
}

const defaultPort = (protocol: string): string => (protocol === 'https:' ? '443' : '80');
const inBrackets = (host: string): string => (host.includes(':') && !host.startsWith('[') ? `[${host}]` : host);
const withPort = (host: string, port: string): string => `${inBrackets(host)}:${port}`;
