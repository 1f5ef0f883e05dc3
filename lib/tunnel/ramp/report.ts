import { excerpt } from '../device/answer';
import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, type Subject } from '../device/observation';
import { NotUnderstood } from '../errors/errors';
import { isPair, tunnelAddress, vipMark } from '../declaration/tunnel';
import type { RampFacts } from './facts';

/**
 * The health report of a pair's node, which looks every 2 s and by which the check of the virtual IP decides (ADR 0013). One whose script or unit
 * is of another version is `old`: it is put there anew, or taken away.
 */
export const report: ObjectKind<RampFacts> = {
  kind: 'report',
  questions: (subject) => (isAsked(subject) ? ['report'] : []),
  read(look) {
    const { value } = look.once(readReport);
    return value === undefined ? [] : [{ object: `report ${look.subject.spec.name}`, value }];
  },
  // The mark that it makes when something is missing, and what that is judged by; with `snat: gateway` the address that the rule translates to.
  desired({ spec }, { facts: { sdn, sdnAddress } }) {
    if (spec.ipfailover === undefined) return {};
    const [cookie, address] = spec.snat === 'flows' ? [spec.cookie, sdnAddress] : ['-', sdn!.gateway];
    const judged = `interface ${spec.tunnel.interface} source ${tunnelAddress(spec)} cookie ${cookie} address ${address}`;
    return { [`report ${spec.name}`]: `mark ${vipMark(spec.ipfailover)} ${judged}` };
  },
  // It begins when all that it looks at is there, and ends before any of it goes.
  turn: ({ verb }) => (verb === 'delete' ? 'first' : 'last'),
  // While what it looks at changes, it would find it missing, and the virtual IP would move. By which mark it says so is no matter.
  replaces(from, to) {
    const [before, after] = [from, to].map((value) => toldTo(value).replace(/^mark \S+ /, ''));
    return before !== after;
  },
  say: (operation) => `${sign(operation)} health report for the virtual IP (${operation.to ?? operation.from})`,
  remarks: ({ name }, { facts: { reportRemark } }) =>
    reportRemark === '' ? [] : [`ramp node ${name}: ${reportRemark}`],
  halfway: ({ from, to }) =>
    [from, to].flatMap((value) => {
      if (value === undefined) return [];
      const told = toldTo(value);
      return [told, `stopped ${told}`, `old ${told}`];
    }),
  // The text of an earlier version is not kept: what goes back is what it was told.
  recorded: (value) => value.replace(/^old /, ''),
};

/** What a report is told, whether it runs or not, by whatever version. */
function toldTo(value: string): string {
  return value.replace(/^(?:stopped|old) /, '');
}

function isAsked(subject: Subject): boolean {
  return declarationsOf(subject).some(isPair);
}

/** A reporter looks every 2 s, and what it says counts for 10 s (LX-18): older than this, it does not speak. Seconds. */
const STALE = 10;

/** What a reporter is told, in this order. */
const ARGUMENTS = ['mark', 'interface', 'source', 'cookie', 'address'] as const;

/**
 * What the report is told to look at, and when it last spoke.
 * @returns `remark`: why it does not speak; the virtual IP then stays where it is, whatever happens to the tunnel. Empty: it speaks
 * @throws NotUnderstood
 */
export function readReport(look: Look): { readonly value?: string; readonly remark: string } {
  if (!isAsked(look.subject)) return { remark: '' };
  const { lines, code } = look.answer('report');
  const said = new Map(lines.map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]));
  const [told, text, unit, last] = ['arguments', 'text', 'unit', 'last'].map((word) => said.get(word));
  if (code !== 0 || !told || !text || !unit || !last)
    throw new NotUnderstood(
      'look-refused',
      `${look.device} would not tell of its health report: ${excerpt(lines.join(' '))}`,
    );
  const ours = text[0] === 'ours';
  if (told[0] === '-' || (!ours && told.length !== ARGUMENTS.length)) return { remark: '' };
  if (told.length !== ARGUMENTS.length)
    throw new NotUnderstood(
      'answer-unknown',
      `${look.device} has a health report that is told something else: ${excerpt(told.join(' '))}`,
    );
  const runs = unit.join(' ') === 'active enabled';
  const value = ARGUMENTS.flatMap((word, i) => [word, told[i]!]).join(' ');
  if (!ours) return { value: `old ${value}`, remark: '' };
  return runs ? { value, remark: unheard(last) } : { value: `stopped ${value}`, remark: '' };
}

function unheard([age, word, ...what]: readonly string[]): string {
  if (word === undefined || Number(age) > STALE)
    return `its health report ${word === undefined ? 'has said nothing yet' : `is ${age} s old`}: until it speaks the virtual IP does not move away from a dead tunnel`;
  return word === 'ok' ? '' : `its health report says: ${word}: ${what.join(' ')}`;
}
