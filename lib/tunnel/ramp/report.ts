import { excerpt, type Answer } from '../answer';
import { NotUnderstood } from '../errors';
import type { Tunnel } from '../tunnel';

/** Older than this, a report says nothing any more, and the mark that it may have made is gone by itself. Seconds. */
const STALE = 10;

/**
 * The health report of a pair's node: what it is told to look at, and when it last spoke.
 * @returns a remark when it does not speak; the virtual IP then stays where it is whatever happens to the tunnel
 * @throws NotUnderstood
 */
export function readReport(
  device: string,
  { name }: Tunnel,
  { lines, code }: Answer,
  state: Record<string, string>,
): string {
  if (code !== 0) throw new NotUnderstood(`${device} would not tell of its health report: ${excerpt(lines.join(' '))}`);
  const said = new Map(lines.map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]));
  const told = said.get('unit') ?? [];
  const active = said.get('active')?.[0] === 'active';
  if (told.length === 0) return '';
  const words = ['mark', 'interface', 'source', 'cookie', 'address'].flatMap((word, i) => [word, told[i] ?? '-']);
  // A unit that does not run is drift like any other: it is put there again.
  state[`report ${name}`] = active ? words.join(' ') : `stopped ${told[0]}`;
  const [word = 'missing', age = ''] = said.get('report') ?? [];
  if (active && (age === '' || Number(age) > STALE))
    return `its health report is ${age === '' ? 'missing' : `${age} s old`}: until it speaks again the virtual IP does not move away from a dead tunnel`;
  return word === 'unknown' ? 'its health report could not look at everything: Open vSwitch does not answer' : '';
}
