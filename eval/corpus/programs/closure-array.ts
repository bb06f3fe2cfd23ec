// Leak 1: each request leaves a closure in an array of the module.
import { type Request, serve } from '../service.js';

const pendingAudits: (() => string)[] = [];

function rememberAudit(request: Request): void {
  const { id, user, body } = request;
  // "Written later", and later never comes.
  pendingAudits.push(function describeAudit() {
    return `${id} ${user}: ${body}`;
  });
}

await serve({ leak: { itemBytes: 1020, one: rememberAudit } });
