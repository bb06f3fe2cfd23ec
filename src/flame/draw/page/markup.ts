// HTML as a value: text that went through the `html` tag is markup, everything else is escaped. There is no other way to make a Markup.

/** Text that is safe to stand in a page. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = Markup | string | number | false | null | undefined | readonly Part[];

/** Builds markup; every interpolated value that is not markup itself is escaped, lists are joined, false and null leave nothing. */
export function html(strings: TemplateStringsArray, ...parts: Part[]): Markup {
  let text = strings[0];
  for (let i = 0; i < parts.length; i++) text += textOf(parts[i]) + strings[i + 1];
  return new Markup(text);
}

/** Escapes for element content and for quoted attributes alike. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** JSON that may stand in a script element: no `</script>`, no `<!--`, and no line separators that old parsers take for line ends. */
export function jsonForScript(value: unknown): string {
  return JSON.stringify(value)
    .replaceAll('<', '\\u003c')
    .replaceAll('>', '\\u003e')
    .replaceAll('&', '\\u0026')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');
}

function textOf(part: Part): string {
  if (part instanceof Markup) return part.text;
  if (part === false || part === null || part === undefined) return '';
  if (Array.isArray(part)) return part.map(textOf).join('');
  return escapeHtml(String(part));
}
