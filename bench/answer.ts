// Child's side of a bench: hands the one result to the parent and lets the process end.

/** Sends the result and closes the channel, which is what keeps a child alive. */
export function answer(result: object): void {
  if (process.send === undefined) {
    console.log(result);
    return;
  }
  process.send(result, () => process.disconnect());
}
