// Text that takes the bytes it says: one flat string each, nothing shared, nothing that looks like what a program leaks.
const SOURCE = Buffer.from(Array.from({ length: 65_536 }, (_, index) => 97 + ((index * 7919 + (index >> 7)) % 26)));

/** A flat string of so many one-byte characters; the salt makes it unlike its neighbours. */
export function text(length: number, salt: number): string {
  if (length > SOURCE.length) return Buffer.alloc(length, text(1000, salt)).toString('latin1');
  const from = (salt * 31) % (SOURCE.length - length + 1);
  return SOURCE.toString('latin1', from, from + length);
}
