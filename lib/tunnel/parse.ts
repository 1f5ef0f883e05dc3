import type * as z from 'zod';
import { InvalidRequest } from './errors';
import { tunnelSchema } from './spec';
import type { Declared } from './tunnel';

/**
 * Checks one declaration.
 * @param source what to call the document in messages
 * @throws InvalidRequest listing every mistake
 */
export function parseDeclaration(document: unknown, source: string): Declared {
  const parsed = tunnelSchema.safeParse(document, { reportInput: true });
  if (parsed.success) return parsed.data;
  throw new InvalidRequest(parsed.error.issues.flatMap((issue) => issueLines(source, issue)).join('\n'));
}

/** An issue of zod as lines `source: path: value: rule`; an unknown key is named by its own path. */
export function issueLines(source: string, issue: z.core.$ZodIssue): readonly string[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => mistake(source, [...issue.path, key], undefined, 'is not a known key'));
  return [mistake(source, issue.path, issue.input, issue.message)];
}

/** One broken rule as a line: `source: path: value: rule`. */
export function mistake(source: string, path: readonly PropertyKey[], value: unknown, rule: string): string {
  const shown = value === undefined ? '' : ` ${shorten(JSON.stringify(value))}:`;
  return `${source}: ${path.length === 0 ? '(document)' : path.map(String).join('.')}:${shown} ${rule}`;
}

function shorten(text: string): string {
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
