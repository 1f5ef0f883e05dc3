import { excerpt } from '../device/answer';
import { sign } from '../device/describe';
import { healedInWords, type Healed } from '../device/healed';
import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import type { State } from '../device/operation';
import { NotUnderstood } from '../errors/errors';
import { vipMark, type Tunnel } from '../declaration/tunnel';
import { translatesByFlows } from '../sdn/facts';
import { keptFlows } from '../sdn/kept';
import type { RampFacts } from './facts';
import { keptNat } from './nat';

/**
 * The keeper of a node: a unit that looks every 2 s and when its node tells of a change, puts back what is missing of the node's part as it was last
 * applied, and by whose mark the check of a pair's virtual IP decides (ADR 0033, ADR 0013). Its value is its goal, the lines of documents/keeper.sh
 * joined by `@`. One whose script or unit is of another version is `old`: it is put there anew, or taken away.
 */
export const keeper: ObjectKind<RampFacts> = {
  kind: 'keeper',
  overwrites: true,
  questions: () => ['keeper'],
  read: (look) => [{ object: `keeper ${look.subject.spec.name}`, value: look.once(readKeeper).value }],
  desired({ spec }, { facts }, goal) {
    const kept = Object.entries(keptObjects(spec, facts, goal)).map(([object, value]) => `keep ${object}%${value}`);
    const landmarks = translatesByFlows(spec, facts) ? facts.pipeline!.landmarks : [];
    const lines = [
      `mark ${spec.ipfailover === undefined ? '-' : vipMark(spec.ipfailover)}`,
      ...kept,
      ...landmarks.map((text) => `landmark ${text}`),
    ];
    return { [`keeper ${spec.name}`]: lines.join('@') };
  },
  // It starts when all that it keeps exists, and stops before any of that is removed.
  turn: ({ verb }) => (verb === 'delete' ? 'first' : 'last'),
  // While what it keeps changes, it would find it missing, and the virtual IP would move. The mark does not matter for that.
  replaces(from, to) {
    const [before, after] = [from, to].map((value) => goalOf(value).replace(/^mark [^@]*/, ''));
    return before !== after;
  },
  say(operation) {
    const movesVip = !goalOf((operation.to ?? operation.from)!).startsWith('mark -');
    return `${sign(operation)} keeper, which puts back what is missing on this node${movesVip ? ', and moves the virtual IP away while it is' : ''}`;
  },
  remarks: ({ name }, { facts: { keeperRemarks } }) => keeperRemarks.map((remark) => `ramp node ${name}: ${remark}`),
  partial: ({ from, to }) =>
    [from, to].flatMap((value) => {
      if (value === undefined) return [];
      const goal = goalOf(value);
      return [goal, `stopped ${goal}`, `old ${goal}`];
    }),
  // The text of an earlier version is not kept: a restore starts the present one with the same goal.
  recorded: (value) => value.replace(/^old /, ''),
};

/** The goal of a keeper, running or not, of any version. */
function goalOf(value: string): string {
  return value.replace(/^(?:stopped|old) /, '');
}

/** What of a node's state it keeps: the tunnel's own objects and no further addresses; flows and rules of nat with slots for what tun0 has at the time. */
function keptObjects(spec: Tunnel, facts: RampFacts, goal: State): State {
  const { interface: device, node } = spec.tunnel;
  const own = Object.entries(withForwarding(device, facts, goal)).filter(
    ([object]) =>
      !object.startsWith('flow ') &&
      (!object.startsWith(`address ${device} `) || object === `address ${device} ${node}`),
  );
  const slotted = own.map(([object, value]) => [object, object.startsWith('nat ') ? keptNat(value) : value]);
  return {
    ...(Object.fromEntries(slotted) as State),
    ...(translatesByFlows(spec, facts) ? keptFlows(spec, facts) : {}),
  };
}

/**
 * On OVN-Kubernetes the tunnel's device has to forward whatever net.ipv4.ip_forward is: also where that is 1 now, so that no object is needed. Who sets it
 * to 0 takes it away (OVN-9), and the goal is the same all the time.
 */
function withForwarding(device: string, { ovn }: RampFacts, goal: State): State {
  const object = `forwarding ${device}`;
  if (ovn === null || goal[object] !== undefined) return goal;
  const objects = Object.entries(goal);
  const behind = objects.findIndex(([each]) => each === `link ${device}`) + 1;
  return Object.fromEntries([...objects.slice(0, behind), [object, 'on'], ...objects.slice(behind)]);
}

/** A keeper looks every 2 s, and its report is valid for 10 s (LX-18). Seconds. */
const STALE = 10;

/** How often within an hour something has to be put back to be repeated drift. */
const REPEATED = 5;

/**
 * Reads the goal of the keeper, what it reported last, and what it put back within the last hour.
 * @returns `remarks`: why it does not keep the node, and what it has put back; empty: it keeps it, and had nothing to do. `healed`: the latter alone
 * @throws NotUnderstood
 */
export function readKeeper(look: Look): {
  readonly value?: string;
  readonly remarks: readonly string[];
  readonly healed: Healed | null;
} {
  const { lines, code } = look.answer('keeper');
  const said = new Map(lines.map((line) => [line.split(' ')[0]!, line.split(' ').slice(1)]));
  const [goal, text, unit, last, heals] = ['goal', 'text', 'unit', 'last', 'heals'].map((word) => said.get(word));
  if (code !== 0 || !goal || !text || !unit || !last || !heals)
    throw new NotUnderstood('look-refused', `${look.device} would not tell of its keeper: ${excerpt(lines.join(' '))}`);
  const value = goal.join(' ');
  const nothing = { remarks: [], healed: null };
  if (value === '-') return nothing;
  if (text[0] !== 'ours') return { value: `old ${value}`, ...nothing };
  if (unit.join(' ') !== 'active enabled') return { value: `stopped ${value}`, ...nothing };
  const healed = readHealed(heals);
  return { value, remarks: [...(healed === null ? [] : [healedInWords(healed)]), ...unheard(last)], healed };
}

function unheard([age, word, ...what]: readonly string[]): readonly string[] {
  if (word === undefined || Number(age) > STALE)
    return [
      `its keeper ${word === undefined ? 'has said nothing yet' : `last spoke ${age} s ago`}: until it speaks it puts nothing back, and the virtual IP does not move away from a dead tunnel`,
    ];
  if (word === 'resting') return [`its keeper puts nothing back: ${what.join(' ')}`];
  // People read it after the run, which may have mended it.
  return word === 'ok' || word === 'healed' ? [] : [`at the look its keeper said: ${word}: ${what.join(' ')}`];
}

function readHealed([count = '0', age, ...what]: readonly string[]): Healed | null {
  const times = Number(count);
  if (times === 0) return null;
  return { times, repeated: times >= REPEATED, secondsAgo: Number(age), what: what.join(' ') };
}
