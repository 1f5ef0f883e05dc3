/**
 * A text for a message: each character that is invisible, or that changes the look of others, becomes its number: `\u{1b}`. So no declaration can
 * clear a terminal, forge a line, or reverse the direction of a text.
 */
export function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`);
}
