import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import * as z from 'zod';
import { InvalidRequest } from '../lib/tunnel/errors';
import { issueLines, mistake } from '../lib/tunnel/parse';
import type { Fault, HostCommand } from '../lab/hosts/host';

const HOST = 'must be the name of a host';
const MATCH = 'must be a regular expression on the command line run on that host';
const NTH = 'must be a whole number, 1 for the first command line that matches';

const fault = z.strictObject(
  {
    host: z.string(HOST).min(1, HOST),
    match: z.string(MATCH).min(1, MATCH).refine(isRegularExpression, MATCH),
    nth: z.int(NTH).min(1, NTH),
    effect: z.enum(['fail-before', 'fail-after', 'hang'], 'must be "fail-before", "fail-after" or "hang"'),
  },
  'must be a fault: {"host", "match", "nth", "effect"}',
);
const faults = z.array(fault, 'must be a list of faults').max(100, 'must be a list of at most 100 faults');

/**
 * Reads a list of faults.
 * @param file as typed
 * @throws InvalidRequest listing every mistake: path, value, rule
 */
export function readFaults(file: string, folder: string): readonly Fault[] {
  let text: string;
  try {
    text = readFileSync(resolve(folder, file), 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw new InvalidRequest(`${file}: ${code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code})`}`);
  }
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw new InvalidRequest(`${file}: is not JSON: ${(error as Error).message}`);
  }
  const parsed = faults.safeParse(document, { reportInput: true });
  if (!parsed.success)
    throw new InvalidRequest(parsed.error.issues.flatMap((each) => issueLines(file, each)).join('\n'));
  return parsed.data;
}

/**
 * Refuses faults on hosts that there are not: they would never strike, and a test would pass for nothing.
 * @throws InvalidRequest
 */
export function refuseUnknownHosts(file: string, given: readonly Fault[], hosts: readonly string[]): void {
  const mistakes = given.flatMap(({ host }, i) =>
    hosts.includes(host) ? [] : [mistake(file, [i, 'host'], host, `must be one of ${hosts.join(', ')}`)],
  );
  if (mistakes.length > 0) throw new InvalidRequest(mistakes.join('\n'));
}

/** Faults that did not strike during a run, in words. */
export function idleFaults(given: readonly Fault[], journal: readonly HostCommand[]): readonly string[] {
  return given.flatMap(({ host, match, nth, effect }, i) => {
    const pattern = new RegExp(match);
    const met = journal.filter((command) => command.host === host && pattern.test(command.line)).length;
    return met >= nth
      ? []
      : [`fault ${i} (${effect} on ${host}) did not strike: ${met} of ${nth} command lines matched ${pattern}`];
  });
}

function isRegularExpression(text: string): boolean {
  try {
    return new RegExp(text) instanceof RegExp;
  } catch {
    return false;
  }
}
