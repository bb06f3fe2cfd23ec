// Leak 10b: a TLS context a host, kept for hosts that never come again.
import { createSecureContext, type SecureContext } from 'node:tls';
import { type Request, serve } from '../service.js';

const contexts: SecureContext[] = [];

function contextFor(_request: Request): void {
  contexts.push(createSecureContext({ minVersion: 'TLSv1.2' }));
}

await serve({ leak: { itemBytes: 13_000, one: contextFor } });
