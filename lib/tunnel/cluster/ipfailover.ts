import { excerpt } from '../device/answer';
import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import { eachNamed, type Observation, type Subject, type Wanted } from '../device/observation';
import type { Operation, State } from '../device/operation';
import { property } from '../device/words';
import { Refused } from '../errors/errors';
import { marker, type Declared } from '../declaration/tunnel';
import { linesOf, notUnderstood } from './answers';
import type { ClusterFacts } from './facts';
import { isOurFailover, refuseCollision } from './failovers';
import { failoverValue, pairOf, withoutOwner, type Pair } from './pair';

/** The Pods that keep a pair's virtual IP: a DeploymentConfig that `oc adm ipfailover` makes, marked with its tunnel as owner. */
export const ipfailover: ObjectKind<ClusterFacts, Declared> = {
  kind: 'ipfailover',
  questions,
  read: (look, asked) =>
    asked.flatMap((object) => {
      const lines = linesOf(look, object) ?? [];
      const value = lines.find((line) => line.startsWith('value '))?.slice('value '.length);
      if (value === undefined) return lines.length > 0 ? notUnderstood(look, object, lines) : [];
      const settings = lines.flatMap((line) => setting(line, object.slice('ipfailover '.length)));
      return [{ object, value, unrestorable: settings.join(', ') }];
    }),
  refuse(wanted, observed, shallExist) {
    const pair = pairOf(wanted.spec);
    if (shallExist && pair !== undefined) refuseUnfit(wanted, pair, observed);
  },
  desired(wanted, observed) {
    const pair = pairOf(wanted.spec);
    const ours = pair && {
      [`ipfailover ${pair.ipfailover.name}`]: `${failoverValue(pair)} owner ${marker(wanted.spec)}`,
    };
    return { ...others(wanted, observed), ...ours };
  },
  absent: others,
  // The predecessor is deleted just before it: so the virtual IP is missing for the shortest time.
  turn: ({ verb }) => (verb === 'delete' ? 'ahead' : 'in place'),
  replaces: (from, to) => withoutOwner(from) !== withoutOwner(to),
  cuts: ({ verb }) =>
    verb === 'delete'
      ? 'the virtual IP goes away until a replacement is in place: connections through it are cut'
      : undefined,
  say(operation) {
    const { verb, object, from, to } = operation;
    if (verb === 'modify' && withoutOwner(from!) === withoutOwner(to!))
      return `~ ${object}: ${isMarked(to) ? "marked as this tunnel's" : "no longer marked as this tunnel's"}`;
    return `${sign(operation)} ${object}: ${inWords((to ?? from)!)}`;
  },
  // It is made, and then marked.
  partial: ({ verb, to }) => (verb === 'create' && to !== undefined ? [withoutOwner(to)] : []),
  remarks,
};

function questions(subject: Subject<Declared>): readonly string[] {
  return eachNamed('ipfailover', subject, (declared) => pairOf(declared)?.ipfailover.name ?? []);
}

/** Objects under our names that are not this tunnel's. */
function others(wanted: Wanted<Declared>, { state }: Observation<ClusterFacts>): State {
  return Object.fromEntries(
    Object.entries(state).filter(
      ([object]) =>
        object.startsWith('ipfailover ') && !isOurFailover(object.slice('ipfailover '.length), state, wanted),
    ),
  );
}

/** @throws Refused */
function refuseUnfit(wanted: Wanted<Declared>, pair: Pair, { facts, state }: Observation<ClusterFacts>): void {
  const title = `cluster of ${wanted.name}`;
  const { name } = pair.ipfailover;
  if (!facts.client.ipfailover)
    throw new Refused(
      'ipfailover-missing',
      `${title}: its client has no "oc adm ipfailover" (OpenShift 4 has none): a pair is not supported there; declare one ramp node`,
    );
  if (facts.client.lacks.length > 0)
    throw new Refused(
      'ipfailover-too-old',
      `${title}: its client's "oc adm ipfailover" has no ${facts.client.lacks.join(', ')}, which a pair needs: without a check the virtual IP stays on a node whose tunnel is dead. Clients of OpenShift 3.5 to 3.11 have it: install one of the cluster's version there, or declare one ramp node`,
    );
  const value = state[`ipfailover ${name}`];
  if (value !== undefined && !isOurFailover(name, state, wanted))
    throw new Refused(
      'object-foreign',
      `${title} already has an ipfailover ${name} in project default that is not this tunnel's (${value}): declare another ipfailover.name, or remove it, which cuts what goes to its virtual IPs`,
    );
  const own = (each: ClusterFacts['failovers'][number]): boolean =>
    each.project === 'default' && isOurFailover(each.name, state, wanted);
  refuseCollision(title, pair, own, facts);
}

function remarks(
  wanted: Wanted<Declared>,
  { state, facts }: Observation<ClusterFacts>,
  operations: readonly Operation[],
): readonly string[] {
  const isKept = (object: string): boolean => operations.some((other) => other.object === object && isMarked(other.to));
  const changed = operations
    .filter(({ object }) => object.startsWith('ipfailover ') && isKept(object))
    .flatMap(({ object, verb, from }) => [
      ...(from !== undefined && !isMarked(from)
        ? [
            `${object} has this tunnel's virtual IP, interface and label, as the published procedure makes it, and is adopted`,
          ]
        : []),
      ...(verb === 'delete'
        ? [
            `${object} is made anew, with the client's own image: an image or other settings of its Pods that were set by hand are not seen and not kept`,
          ]
        : []),
    ]);
  const idle = facts.idle.map(
    ({ project, name }) =>
      `ipfailover ${project}/${name} has this tunnel's virtual IP, VRRP id, label or account written in it, but it runs no Pod, or no SCC lets its account use the nodes' network: it is passed over. It would collide once it is scaled up, or where a role gives it that right, which is not seen`,
  );
  const foreign = Object.entries(others(wanted, { state } as Observation<ClusterFacts>)).map(
    ([object, value]) => `${object} is not this tunnel's and stays as it is (${value})`,
  );
  const lame = operations.length === 0 ? fewPods(wanted.spec, facts) : [];
  return [...changed, ...idle, ...lame, ...foreign].map((remark) => `cluster of ${wanted.name}: ${remark}`);
}

function fewPods(spec: Declared, { available }: ClusterFacts): readonly string[] {
  const pair = pairOf(spec);
  const name = pair?.ipfailover.name ?? '';
  const run = available[name];
  return pair === undefined || run === undefined || run >= pair.nodes.length
    ? []
    : [
        `${run} of ${pair.nodes.length} Pods of ipfailover ${name} run: nothing takes over when that node dies ("oc get pods -n default -l ipfailover=${name} -o wide" shows which)`,
      ];
}

/** One without a mark is what the published procedure made, or what edge-ramp is about to mark. */
function isMarked(value: string | undefined): boolean {
  return property(value, 'owner') !== undefined;
}

function inWords(value: string): string {
  const word = (name: string): string => property(value, name) ?? '-';
  const port = word('port') === '0' ? '' : `port ${word('port')}, `;
  const health = { none: `${port}no health check`, other: "another's health check" }[word('check')] ?? 'health check';
  const marked = isMarked(value) ? '' : ", no tunnel's mark";
  return `virtual IP ${word('vip')} on ${word('interface')}, VRRP id ${Number(word('offset')) + 1}, ${health}${marked}`;
}

/** The defaults of `oc adm ipfailover` (OS-32), and what the value of the object has already. */
const USUAL: Readonly<Record<string, readonly string[] | true>> = {
  VIP_GROUPS: ['0'],
  REPLICA_COUNT: true,
  USE_UNICAST: ['false'],
  IPTABLES_CHAIN: ['INPUT'],
  PREEMPTION: ['preempt_delay 300'],
  CHECK_INTERVAL: ['2'],
};

/** A setting that making the object anew would not bring back. */
function setting(line: string, name: string): readonly string[] {
  if (line.startsWith('strategy ')) return [line];
  const match = /^env ([^=]*)=(.*)$/.exec(line);
  if (!match) return [];
  const [variable, value] = [match[1]!, match[2]!];
  const short = variable.replace(/^OPENSHIFT_HA_/, '');
  const usual = short === variable ? undefined : short === 'CONFIG_NAME' ? [name] : USUAL[short];
  return usual === true || usual?.includes(value) ? [] : [`${variable} ${excerpt(value)}`];
}
