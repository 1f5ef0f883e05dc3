import type * as z from 'zod';
import { InvalidRequest } from '../errors/errors';
import { printable } from '../errors/printable';
import { crossFieldMistakes } from './rules';
import { tunnelShape } from './shape';
import type { Declared } from './tunnel';

/** The most mistakes in a message: nobody reads more, and an execution's cause holds 32,768 characters. */
const MOST_LISTED = 20;

/** The longest value that a message shows whole, such as a host key, and how much it shows of a longer one. Characters. */
const SHOWN_WHOLE = 1000;
const BEGINNING = 80;

/** The shape of a declaration, and the rules between its fields. */
export const tunnelSchema = tunnelShape.superRefine((declared, context) => {
  for (const { path, value, message } of crossFieldMistakes(declared))
    context.addIssue({ code: 'custom', path: [...path], input: value, message });
});

/**
 * Checks one declaration.
 * @param source the document's name in messages
 * @throws InvalidRequest listing its mistakes, 20 at most, and how many more there are
 */
export function parseDeclaration(document: unknown, source: string): Declared {
  const parsed = tunnelSchema.safeParse(document, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new InvalidRequest('declaration-invalid', issueLines(source, parsed.error.issues).join('\n'));
}

/** Issues of zod as lines `source: path: value: rule`, 20 at most, and one with the number of the others. An unknown key has its own line. */
export function issueLines(source: string, issues: readonly z.core.$ZodIssue[]): readonly string[] {
  return firstLines(
    source,
    issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => mistakeLine(source, [...issue.path, key], undefined, 'is not a known key'))
        : [mistakeLine(source, issue.path, issue.input, issue.message)],
    ),
  );
}

/** The first lines, and how many more there are. */
export function firstLines(source: string, lines: readonly string[]): readonly string[] {
  const more = lines.length - MOST_LISTED;
  if (more <= 0) return lines;
  return [
    ...lines.slice(0, MOST_LISTED),
    `${printable(source)}: ${more} more mistakes are not listed: correct these first`,
  ];
}

/** One broken rule as a line: `source: path: value: rule`. */
export function mistakeLine(source: string, path: readonly PropertyKey[], value: unknown, rule: string): string {
  const shown = value === undefined ? '' : ` ${shorten(JSON.stringify(value), SHOWN_WHOLE)}:`;
  const where = path.length === 0 ? '(document)' : path.map((part) => shorten(String(part), BEGINNING)).join('.');
  return printable(`${source}: ${where}:${shown} ${rule}`);
}

function shorten(text: string, most: number): string {
  return text.length > most ? `${text.slice(0, BEGINNING)}…` : text;
}
