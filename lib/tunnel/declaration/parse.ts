import { InvalidRequest } from '../errors/errors';
import { check, type Checked } from './check';
import { mistakeLines } from './mistake-lines';
import { crossFieldMistakes } from './rules';
import { tunnelShape } from './shape';
import type { Declared } from './tunnel';

/** The shape of a declaration, and the rules between its fields. */
export const tunnelSchema = tunnelShape.superRefine((declared, context) => {
  for (const { path, value, message } of crossFieldMistakes(declared))
    context.addIssue({ code: 'custom', path: [...path], input: value, message });
});

export function checkDocument(document: unknown): Checked<Declared> {
  return check(tunnelSchema, document);
}

/**
 * Checks one declaration.
 * @param source the document's name in messages
 * @throws InvalidRequest listing its mistakes, 20 at most, and how many more there are
 */
export function parseDeclaration(document: unknown, source: string): Declared {
  const checked = checkDocument(document);
  if ('value' in checked) return checked.value;
  throw new InvalidRequest('declaration-invalid', mistakeLines(source, checked.mistakes).join('\n'));
}
