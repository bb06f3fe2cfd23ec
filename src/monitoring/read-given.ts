// Reads what the application hands over without being harmed by it: getters that throw, proxies, symbols.

/** A copy of the properties that are named, each read once; {} of what is no object, and where a getter throws. */
export function fieldsOf<T extends object>(given: T | null | undefined, names: readonly (keyof T)[]): Partial<T> {
  const fields: Partial<T> = {};
  if (given === null || (typeof given !== 'object' && typeof given !== 'function')) return fields;
  try {
    for (const name of names) fields[name] = given[name];
    return fields;
  } catch {
    return {};
  }
}

/** Positions are bigint in some stores. NaN: neither that nor a number. */
export const numberOf = (value: unknown): number => (typeof value === 'number' ? value : typeof value === 'bigint' ? Number(value) : Number.NaN);
