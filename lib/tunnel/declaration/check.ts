import type * as z from 'zod';
import type { Mistake } from './mistake';
import { MOST_LISTED } from './mistake-lines';
import { nearest } from './nearest';
import { descriptionAt, exampleKey, keysAt, kindWith, placesOf, valueAt } from './schema';

/** What a document says, defaults filled in; or its mistakes. */
export type Checked<T> = { readonly value: T } | { readonly mistakes: readonly Mistake[] };

/** Checks a document by a schema. A rule without a message in the schema gets one here: zod's own are for programmers. */
export function check<S extends z.ZodType>(schema: S, document: unknown): Checked<z.output<S>> {
  const parsed = schema.safeParse(document, { reportInput: true, error: wordsFor });
  if (parsed.success) return { value: parsed.data };
  return { mistakes: each(parsed.error.issues.flatMap((issue) => mistakesOf(issue, schema, document))) };
}

/** Mistakes without repetition: what has a wrong type breaks the rule of its length, too. */
function each(mistakes: readonly Mistake[]): readonly Mistake[] {
  return [...new Map(mistakes.map((mistake) => [`${mistake.path.join('.')} ${mistake.message}`, mistake])).values()];
}

function mistakesOf(issue: z.core.$ZodIssue, schema: z.ZodType, document: unknown): readonly Mistake[] {
  const path = issue.path as Mistake['path'];
  const mistake = (message: string, value?: unknown): readonly Mistake[] => [{ path, value, message }];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key, i) => ({
        path: [...path, key],
        value: undefined,
        message: i < MOST_LISTED ? unknownKey(key, path, schema, document) : UNKNOWN,
      }));
    case 'custom':
      return mistake(issue.message, issue.input);
    default: {
      const value = valueAt(document, path);
      if (value === null) return mistake(path.length === 0 ? NOTHING : 'is empty: a value must follow the colon');
      if (value !== undefined) return mistake(issue.message, value);
      if (path.length === 0) return mistake(NOTHING);
      const what = 'options' in issue ? listed(kindsIn(issue)) : descriptionAt(schema, path, document);
      return mistake(what === undefined ? 'is missing' : `is missing (${what})`);
    }
  }
}

const NOTHING = 'is empty: it declares nothing';
const UNKNOWN = 'is not a known key';

function unknownKey(key: string, path: Mistake['path'], schema: z.ZodType, document: unknown): string {
  const meant = nearest(key, keysAt(schema, path, document));
  if (meant !== undefined) return `${UNKNOWN}; did you mean ${meant}?`;
  const places = placesOf(schema, key, document);
  if (places.length > 0) return `${UNKNOWN} here, but in ${places.join(' and ')}`;
  const kind = path.length === 0 ? kindWith(schema, key) : undefined;
  return kind === undefined ? UNKNOWN : `${UNKNOWN} here, but for ${kind}`;
}

/** @returns undefined where the schema says it, or nothing can be said */
function wordsFor(issue: z.core.$ZodRawIssue): string | undefined {
  const { input } = issue;
  switch (issue.code) {
    case 'invalid_union':
      return oneOf(
        kindsIn(issue),
        valueAt(input, [(issue as { readonly discriminator?: string }).discriminator ?? '']),
      );
    case 'invalid_value':
      return oneOf(issue.values as readonly string[], input);
    case 'invalid_type':
      return wrongType(issue.expected, input, exampleKey(issue.inst));
    default:
      return undefined;
  }
}

function wrongType(expected: string, value: unknown, key: string): string | undefined {
  switch (expected) {
    case 'string':
      return typeof value === 'number' || typeof value === 'boolean'
        ? `must be text: without quotes this is read as a ${typeof value}`
        : 'must be text';
    case 'boolean':
      return 'must be true or false';
    case 'array':
      return 'must be a list: [a, b], or each item on a line of its own behind "- "';
    case 'object':
      return `must be keys with values (${key}: …), not ${Array.isArray(value) ? 'a list' : 'a single value'}`;
    default:
      return undefined;
  }
}

/** What the key that tells kinds of document apart may say. */
function kindsIn(issue: object): readonly string[] {
  return (issue as { readonly options?: readonly string[] }).options ?? [];
}

function listed(words: readonly string[]): string {
  return words.length === 2 ? words.join(' or ') : `one of ${words.join(', ')}`;
}

function oneOf(words: readonly string[], typed: unknown): string {
  const meant = nearest(String(typed), words);
  const rule = `must be ${listed(words)}`;
  return meant === undefined ? rule : `${rule}; did you mean ${meant}?`;
}
