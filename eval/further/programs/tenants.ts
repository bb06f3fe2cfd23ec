// A Map of Maps: what each of two hundred tenants has done.
import { type Request, serve } from '../../corpus/service.js';

interface AuditEntry {
  readonly at: number;
  readonly who: string;
  readonly what: string;
}

const byTenant = new Map<string, Map<number, AuditEntry>>();

function audit({ id, user, body }: Request): void {
  const tenant = `tenant-${id % 200}`;
  const entries = byTenant.get(tenant) ?? new Map<number, AuditEntry>();
  byTenant.set(tenant, entries);
  entries.set(id, { at: id, who: user, what: body.replaceAll('a', 'A') });
}

await serve({ leak: { itemBytes: 4030, one: audit } });
