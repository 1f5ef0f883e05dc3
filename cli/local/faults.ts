import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { InvalidRequest } from '../../lib/tunnel/errors/errors';
import { check } from '../../lib/tunnel/declaration/check';
import { mistakeLine, mistakeLines } from '../../lib/tunnel/declaration/mistake-lines';
import type { Fault } from '../../lab/hosts/host';
import { isSendFault, LINE_EFFECTS, SEND_EFFECTS } from './fault-effects';

const HOST = 'must be the name of a host';
const MATCH = 'must be a regular expression on the command line run on that host';
const DOCUMENT = 'must be a regular expression on the name of the document that is sent';
const NTH = 'must be a whole number, 1 for the first command line, or command sent, that matches';
const TIMES = 'must be a whole number, 1 for one command alone';
const SECONDS = 'must be a number of seconds above 0';

const struck = { host: z.string(HOST).min(1, HOST), nth: z.int(NTH).min(1, NTH) };
const onLine = { ...struck, match: z.string(MATCH).min(1, MATCH).refine(isRegularExpression, MATCH) };
const onSending = {
  ...struck,
  match: z.string(DOCUMENT).min(1, DOCUMENT).refine(isRegularExpression, DOCUMENT).optional(),
  times: z.int(TIMES).min(1, TIMES).optional(),
};
const seconds = z.number(SECONDS).positive(SECONDS).optional();

const EFFECTS = [...LINE_EFFECTS, 'host-gone', ...SEND_EFFECTS, 'late-delivery'];
const EFFECT = `must be ${EFFECTS.map((each) => `"${each}"`).join(', ')}`.replace(/, (?=[^,]*$)/, ' or ');
const FAULT = 'must be a fault: {"host", "match", "nth", "effect"}';

const fault = z.discriminatedUnion(
  'effect',
  [
    z.strictObject({ ...onLine, effect: z.enum(LINE_EFFECTS) }),
    z.strictObject({ ...onLine, effect: z.literal('host-gone'), for: seconds }),
    z.strictObject({ ...onSending, effect: z.enum(SEND_EFFECTS) }),
    z.strictObject({ ...onSending, effect: z.literal('late-delivery'), after: seconds }),
  ],
  { error: ({ code }) => (code === 'invalid_union' ? EFFECT : FAULT) },
);
const faults = z.array(fault, 'must be a list of faults').max(100, 'must be a list of at most 100 faults');

/**
 * Reads a list of faults.
 * @param file as typed
 * @throws InvalidRequest listing every mistake: path, value, rule
 * @public loaded when it is asked for
 */
export function readFaults(file: string, folder: string): readonly Fault[] {
  let document: unknown;
  try {
    document = JSON.parse(readFileSync(resolve(folder, file), 'utf8'));
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const unread = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`;
    const why = error instanceof SyntaxError ? `is not JSON: ${message}` : unread;
    throw new InvalidRequest('faults-invalid', `${file}: ${why}`);
  }
  const checked = check(faults, document);
  if ('value' in checked) return checked.value;
  throw new InvalidRequest('faults-invalid', mistakeLines(file, checked.mistakes).join('\n'));
}

/**
 * Refuses faults on hosts that there are not: they would never strike, and a test would pass for nothing.
 * @throws InvalidRequest
 * @public loaded when it is asked for
 */
export function refuseUnknownHosts(file: string, given: readonly Fault[], hosts: readonly string[]): void {
  const mistakes = given.flatMap((fault, i) => {
    // Nothing is sent to a BIG-IP: it is reached through its bastion.
    const possible = isSendFault(fault) ? hosts.filter((host) => /^m?i-/.test(host)) : hosts;
    const { host } = fault;
    return possible.includes(host)
      ? []
      : [mistakeLine(file, { path: [i, 'host'], value: host, message: `must be one of ${possible.join(', ')}` })];
  });
  if (mistakes.length > 0) throw new InvalidRequest('faults-invalid', mistakes.join('\n'));
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
