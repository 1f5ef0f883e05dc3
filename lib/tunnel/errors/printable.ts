/**
 * A text for a message, with each character that cannot be seen, or that changes how its neighbours are seen, as its number: `\u{1b}`. So no
 * declaration can clear a terminal, forge a line, or turn the direction of a text around.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
