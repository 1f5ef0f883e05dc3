import { excerpt, type Answer } from '../answer';
import type { Operation } from '../device';
import { NotUnderstood } from '../errors';
import type { Tunnel } from '../tunnel';

/** A reporter looks every 2 s, and what it says counts for 10 s (LX-18): older than this, it does not speak. Seconds. */
const STALE = 10;

/** What a reporter is told, in this order. */
const ARGUMENTS = ['mark', 'interface', 'source', 'cookie', 'address'] as const;

/**
 * The health report of a pair's node: what it is told to look at, and when it last spoke. One whose script or unit is of another version is `old`:
 * it is put there anew, or taken away.
 * @returns a remark when it does not speak; the virtual IP then stays where it is, whatever happens to the tunnel. Empty: it speaks
 * @throws NotUnderstood
 */
export function readReport(
  device: string,
  { name }: Tunnel,
  { lines, code }: Answer,
  state: Record<string, string>,
): string {
  const said = new Map(lines.map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]));
  const [told, text, unit, last] = ['arguments', 'text', 'unit', 'last'].map((word) => said.get(word));
  if (code !== 0 || !told || !text || !unit || !last)
    throw new NotUnderstood(
      'look-refused',
      `${device} would not tell of its health report: ${excerpt(lines.join(' '))}`,
    );
  const ours = text[0] === 'ours';
  if (told[0] === '-' || (!ours && told.length !== ARGUMENTS.length)) return '';
  if (told.length !== ARGUMENTS.length)
    throw new NotUnderstood(
      'answer-unknown',
      `${device} has a health report that is told something else: ${excerpt(told.join(' '))}`,
    );
  const runs = unit.join(' ') === 'active enabled';
  const value = ARGUMENTS.flatMap((word, i) => [word, told[i]!]).join(' ');
  state[`report ${name}`] = ours ? (runs ? value : `stopped ${value}`) : `old ${value}`;
  if (!runs || !ours) return '';
  const [age, word, ...what] = last;
  if (word === undefined || Number(age) > STALE)
    return `its health report ${word === undefined ? 'has said nothing yet' : `is ${age} s old`}: until it speaks the virtual IP does not move away from a dead tunnel`;
  return word === 'ok' ? '' : `its health report says: ${word}: ${what.join(' ')}`;
}

/** What a report is told, whether it runs or not, by whatever version. */
export function toldTo(value: string): string {
  return value.replace(/^(?:stopped|old) /, '');
}

/** Whether two reports look at different things; by which mark they say what they found is no matter. */
export function looksElsewhere(from: string, to: string): boolean {
  const [before, after] = [from, to].map((value) => toldTo(value).replace(/^mark \S+ /, ''));
  return before !== after;
}

/** What may be found when the script was cut off while it put a report there or took it away. */
export function halfwayReport({ object, from, to }: Operation): readonly string[] {
  if (!object.startsWith('report ')) return [];
  return [from, to].flatMap((value) => {
    if (value === undefined) return [];
    const told = toldTo(value);
    return [told, `stopped ${told}`, `old ${told}`];
  });
}
