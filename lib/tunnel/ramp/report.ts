import { excerpt } from '../device/answer';
import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, type Subject } from '../device/observation';
import { NotUnderstood } from '../errors/errors';
import { isRampPair, tunnelAddress, vipMark } from '../declaration/tunnel';
import type { RampFacts } from './facts';

/**
 * The health report of a pair's node, which looks every 2 s and by which the check of the virtual IP decides (ADR 0013). One whose script or unit
 * is of another version is `old`: it is put there anew, or taken away.
 */
export const report: ObjectKind<RampFacts> = {
  kind: 'report',
  questions: (subject) => (isAsked(subject) ? ['report'] : []),
  read: (look) => [{ object: `report ${look.subject.spec.name}`, value: look.once(readReport).value }],
  // The mark that it makes when something is missing, and what that is judged by; with `snat: gateway` the address that the rule translates to.
  desired({ spec }, { facts: { sdn, sdnAddress } }) {
    if (spec.ipfailover === undefined) return {};
    const [cookie, address] = spec.snat === 'gateway' ? ['-', sdn!.gateway] : [spec.cookie, sdnAddress];
    const judged = `interface ${spec.tunnel.interface} source ${tunnelAddress(spec)} cookie ${cookie} address ${address}`;
    return { [`report ${spec.name}`]: `mark ${vipMark(spec.ipfailover)} ${judged}` };
  },
  // It starts when all that it checks exists, and stops before any of that is removed.
  turn: ({ verb }) => (verb === 'delete' ? 'first' : 'last'),
  // While what it checks changes, it would report it missing, and the virtual IP would move. The mark does not matter for that.
  replaces(from, to) {
    const [before, after] = [from, to].map((value) => reportArguments(value).replace(/^mark \S+ /, ''));
    return before !== after;
  },
  say: (operation) => `${sign(operation)} health report for the virtual IP (${operation.to ?? operation.from})`,
  remarks: ({ name }, { facts: { reportRemark } }) =>
    reportRemark === '' ? [] : [`ramp node ${name}: ${reportRemark}`],
  partial: ({ from, to }) =>
    [from, to].flatMap((value) => {
      if (value === undefined) return [];
      const args = reportArguments(value);
      return [args, `stopped ${args}`, `old ${args}`];
    }),
  // The text of an earlier version is not kept: a restore starts the present one with the same arguments.
  recorded: (value) => value.replace(/^old /, ''),
};

/** The arguments of a report, running or not, of any version. */
function reportArguments(value: string): string {
  return value.replace(/^(?:stopped|old) /, '');
}

function isAsked(subject: Subject): boolean {
  return declarationsOf(subject).some(isRampPair);
}

/** A reporter checks every 2 s, and a report is valid for 10 s (LX-18). Seconds. */
const STALE = 10;

/** The arguments of a reporter, in this order. */
const ARGUMENTS = ['mark', 'interface', 'source', 'cookie', 'address'] as const;

/**
 * Reads the arguments of the report, and when it last reported.
 * @returns `remark`: why it does not report; the virtual IP then stays where it is, whatever happens to the tunnel. Empty: it reports
 * @throws NotUnderstood
 */
export function readReport(look: Look): { readonly value?: string; readonly remark: string } {
  if (!isAsked(look.subject)) return { remark: '' };
  const { lines, code } = look.answer('report');
  const said = new Map(lines.map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]));
  const [args, text, unit, last] = ['arguments', 'text', 'unit', 'last'].map((word) => said.get(word));
  if (code !== 0 || !args || !text || !unit || !last)
    throw new NotUnderstood(
      'look-refused',
      `${look.device} would not tell of its health report: ${excerpt(lines.join(' '))}`,
    );
  const ours = text[0] === 'ours';
  if (args[0] === '-' || (!ours && args.length !== ARGUMENTS.length)) return { remark: '' };
  if (args.length !== ARGUMENTS.length)
    throw new NotUnderstood(
      'answer-unknown',
      `${look.device} has a health report with unknown arguments: ${excerpt(args.join(' '))}`,
    );
  const runs = unit.join(' ') === 'active enabled';
  const value = ARGUMENTS.flatMap((word, i) => [word, args[i]!]).join(' ');
  if (!ours) return { value: `old ${value}`, remark: '' };
  return runs ? { value, remark: unheard(last) } : { value: `stopped ${value}`, remark: '' };
}

function unheard([age, word, ...what]: readonly string[]): string {
  if (word === undefined || Number(age) > STALE)
    return `its health report ${word === undefined ? 'has said nothing yet' : `is ${age} s old`}: until it speaks the virtual IP does not move away from a dead tunnel`;
  return word === 'ok' ? '' : `its health report says: ${word}: ${what.join(' ')}`;
}
