// Errors that are kept for a page that nobody opens.
import { type Request, serve } from '../../corpus/service.js';

class PaymentRefused extends Error {
  readonly request: string;

  constructor(request: string) {
    super('payment refused');
    this.request = request;
  }
}

const lastErrors: PaymentRefused[] = [];

function pay({ body }: Request): void {
  try {
    throw new PaymentRefused(body.replaceAll('o', '0'));
  } catch (error) {
    lastErrors.push(error as PaymentRefused);
  }
}

await serve({ leak: { itemBytes: 5120, one: pay } });
