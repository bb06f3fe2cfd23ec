// Sentences with figures, whose groups of digits and whose units stay on one line.

/** `2 408 writes in 30.0 ms`: the spaces within and behind a figure do not break, but for the one before a word of more than three letters. */
export const unbroken = (text: string): string => text.replace(/(\d) (?=\d{3}\b|%|[a-zµA-Z]{1,3}\b)/g, '$1\u00a0');
