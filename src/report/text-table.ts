// Aligned columns of text for a terminal. What applications named is made harmless first.

export interface Column {
  title: string;
  align: 'left' | 'right';
}

/** Rows under their titles, two spaces between columns. The first column is cut so that a line fits `width`, but never below 12 characters. */
export function textTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const all = [columns.map((column) => column.title), ...rows];
  const widths = columns.map((_, index) => Math.max(...all.map((row) => lengthOf(row[index]))));
  const others = widths.slice(1).reduce((total, column) => total + column + 2, 0);
  widths[0] = Math.min(widths[0], Math.max(12, width - others - 2));
  return all.map((row) => {
    const cells = row.map((cell, index) =>
      columns[index].align === 'left' ? padEnd(cut(cell, widths[index]), widths[index]) : padStart(cell, widths[index]),
    );
    return `  ${cells.join('  ')}`.trimEnd();
  });
}

/** Cuts text in its middle: name and last label both tell paths apart. */
export function cut(text: string, width: number): string {
  const characters = [...text];
  if (characters.length <= width) return text;
  const tail = Math.floor((width - 1) / 3);
  return `${characters.slice(0, width - 1 - tail).join('')}…${characters.slice(characters.length - tail).join('')}`;
}

/** Lines of at most `width` characters, broken between words; a word that is longer is cut. */
export function wrapped(text: string, width: number, indent: string): string[] {
  const room = Math.max(20, width - indent.length);
  const lines: string[] = [];
  for (const word of printable(text).split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && [...last].length + 1 + [...word].length <= room) lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(cut(word, room));
  }
  return lines.map((line, index) => `${indent}${index > 0 && text.startsWith('- ') ? '  ' : ''}${line}`);
}

/** Replaces control characters: a label made from user input must not reach the terminal as an escape sequence. */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
}

const lengthOf = (text: string): number => [...text].length;
const padEnd = (text: string, width: number): string => text + ' '.repeat(Math.max(0, width - lengthOf(text)));
const padStart = (text: string, width: number): string => ' '.repeat(Math.max(0, width - lengthOf(text))) + text;
