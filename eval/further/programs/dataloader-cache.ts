// One DataLoader for all requests, whose cache has no bound.

import { type Request, serve } from '../../corpus/service.js';
import { loadPackage } from '../../packages/load-package.js';

type Loader = new (batch: (keys: readonly string[]) => Promise<object[]>) => { load(key: string): Promise<object> };

const DataLoader = loadPackage<Loader>('dataloader');

class Customer {
  readonly id: string;
  readonly address: string;

  constructor(id: string, address: string) {
    this.id = id;
    this.address = address;
  }
}

const customers = new DataLoader(async (keys) => keys.map((key) => new Customer(key, `${key} ${key.repeat(40)}`.toUpperCase())));

let found = 0;

async function findCustomer({ user }: Request): Promise<void> {
  await customers.load(`${user}-${found++}`);
}

await serve({ leak: { itemBytes: 1090, one: findCustomer } });
