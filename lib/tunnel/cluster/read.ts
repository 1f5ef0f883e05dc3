import { excerpt, readAnswers, type Answer } from '../device/answer';
import type { Observation, Subject } from '../device/observation';
import type { State } from '../device/operation';
import { NotUnderstood } from '../errors';
import type { Declared } from '../tunnel';
import { concerns } from './failover';
import { isShared, nodeNames, pairOf, readShared, sharedObjects } from './objects';

/** What edge-ramp knows of a cluster but does not change. */
export interface ClusterFacts {
  /** What the client on the admin host can do. */
  readonly client: {
    readonly ipfailover: boolean;
    /** Options that `oc adm ipfailover` needs here and does not have. */
    readonly lacks: readonly string[];
    readonly cordon: boolean;
    readonly manageNode: boolean;
  };
  /** The named nodes that the cluster has: `on` takes Pods, `off` is cordoned. */
  readonly nodes: Readonly<Record<string, 'on' | 'off'>>;
  /** The Pods on a balancer's node that are neither a DaemonSet's nor the node's own (mirror Pods), and that have not ended; or why that is not known. */
  readonly pods: Readonly<Record<string, OrdinaryPods | { readonly unknown: string }>>;
  /** What other tunnels claim: shared object to the tunnel's name to what it says was there first. */
  readonly claims: Readonly<Record<string, State>>;
  /** The ipfailover objects that have to do with ours (account, label, VRRP ids, virtual IP), and ours. */
  readonly failovers: readonly Failover[];
  /** Those of other projects that have to do with ours by what is written in them, and that no SCC lets use the nodes' network. */
  readonly idle: readonly Failover[];
  /** How many Pods of our ipfailover objects run. */
  readonly available: Readonly<Record<string, number>>;
  /** Settings that edge-ramp could not put back after deleting the object. */
  readonly unrestorable: State;
}

export interface OrdinaryPods {
  readonly count: number;
  /** The names of the first few, `project/name`: a node has up to 250. */
  readonly first: readonly string[];
}

export interface Failover {
  readonly project: string;
  readonly name: string;
  readonly vips: string;
  /** null: no number. */
  readonly offset: number | null;
  readonly account: string;
  /** k=v,k=v; `-`: every node. */
  readonly selector: string;
  /** The tunnel that it is marked as; null: none. */
  readonly owner: string | null;
}

/** What observing asks of a cluster: the client, each named node and object, and all ipfailover objects where ours is or was one. */
export function questions({ spec, applied }: Subject<Declared>): readonly string[] {
  const declared = [spec, ...(applied ? [applied] : [])];
  const pairs = declared.some((each) => pairOf(each) !== undefined);
  return [
    ...new Set([
      'client',
      ...declared.flatMap(nodeNames).map((node) => `node ${node}`),
      ...declared.flatMap(sharedObjects),
      ...declared.flatMap(failoverNames),
      ...(pairs ? ['ipfailovers'] : []),
      ...(spec.kind === 'member' ? [`pods ${spec.balancer.node}`] : []),
    ]),
  ];
}

function failoverNames(tunnel: Declared): readonly string[] {
  const pair = pairOf(tunnel);
  return pair === undefined ? [] : [`ipfailover ${pair.ipfailover.name}`];
}

/** @throws NotUnderstood */
export function read(text: string, subject: Subject<Declared>): Observation<ClusterFacts> {
  const device = `cluster of ${subject.name}`;
  const asked = questions(subject);
  const answers = readAnswers(device, text, asked);
  const state: Record<string, string> = {};
  const nodes: Record<string, 'on' | 'off'> = {};
  const pods: Record<string, ClusterFacts['pods'][string]> = {};
  const claims: Record<string, State> = {};
  const unrestorable: Record<string, string> = {};
  const available: Record<string, number> = {};
  let failovers: readonly Failover[] = [];
  let idle: readonly Failover[] = [];
  for (const question of asked) {
    const [kind, name] = question.split(' ') as [string, string];
    const answer = answers.get(question)!;
    if (kind === 'pods') {
      pods[name] = readPods(device, question, answer);
      continue;
    }
    const lines = linesOf(device, question, answer);
    if (kind === 'node' && lines !== undefined) nodes[name] = schedulable(device, question, lines);
    if (kind === 'ipfailovers') {
      const [idling, running] = [true, false].map((idles) =>
        (lines ?? [])
          .filter((line) => line.startsWith('idle ') === idles)
          .map((line) => readFailover(device, line.replace(/^idle /, '')))
          .filter((each) => concerns(each, subject)),
      );
      [failovers, idle] = [running!, idling!];
    }
    if (kind === 'ipfailover') {
      const value = lines?.find((line) => line.startsWith('value '))?.slice('value '.length);
      if (value !== undefined) state[question] = value;
      if (value === undefined && lines !== undefined && lines.length > 0) notUnderstood(device, question, lines);
      const run = lines?.find((line) => line.startsWith('available '))?.slice('available '.length);
      if (run !== undefined) available[name] = Number(run);
      const others = (lines ?? []).flatMap((line) => setting(line, name));
      if (others.length > 0) unrestorable[question] = others.join(', ');
    }
    if (isShared(kind)) {
      const others = readClaims(device, question, lines ?? []);
      if (Object.keys(others).length > 0) claims[question] = others;
      const value = lines?.find((line) => !line.startsWith('claim '));
      if (value !== undefined && readShared(value) === undefined) notUnderstood(device, question, lines ?? []);
      if (value !== undefined) state[question] = value;
    }
  }
  const [offers = '', without = ''] = answers.get('client')!.lines;
  const can = offers.split(' ');
  const client = {
    ipfailover: can.includes('ipfailover'),
    lacks: without.split(' ').slice(1),
    cordon: can.includes('cordon'),
    manageNode: can.includes('manage-node'),
  };
  return { facts: { client, nodes, pods, claims, failovers, idle, available, unrestorable }, state, probes: [] };
}

/**
 * The lines of an answer; undefined: the cluster has no such thing, or (OpenShift 4 without DeploymentConfigs) no such kind of thing (OS-37).
 * @throws NotUnderstood when it would not say: nothing is taken for absent because of a login that has ended
 */
function linesOf(device: string, question: string, answer: Answer): readonly string[] | undefined {
  const { code, lines, complaint } = answer;
  if (code === 0) return lines;
  if (/\(NotFound\)/.test(complaint)) return undefined;
  if (question.startsWith('ipfailover') && /resource type/.test(complaint)) return undefined;
  throw new NotUnderstood(
    'look-refused',
    `${device} would not tell of ${question} (exit code ${code}): ${answer.printed}; is the login in the kubeconfig still good?`,
  );
}

function schedulable(device: string, question: string, lines: readonly string[]): 'on' | 'off' {
  const [said] = lines;
  if (said !== 'on' && said !== 'off') return notUnderstood(device, question, lines);
  return said;
}

/** Only a remark comes of it, so nothing is refused for a login that may not list Pods, or a client that cannot those of one node. */
function readPods(device: string, question: string, answer: Answer): ClusterFacts['pods'][string] {
  if (answer.code !== 0) return { unknown: answer.printed };
  const [count = '', ...first] = answer.lines;
  if (!/^[0-9]+$/.test(count) || first.length > Number(count)) notUnderstood(device, question, answer.lines);
  return { count: Number(count), first };
}

function readClaims(device: string, question: string, lines: readonly string[]): State {
  const found = lines.filter((line) => line.startsWith('claim ')).map((line) => line.split(' ').slice(1));
  if (found.some((words) => words.length !== 2)) notUnderstood(device, question, lines);
  return Object.fromEntries(found) as State;
}

function readFailover(device: string, line: string): Failover {
  const match = /^([^ /]+)\/(\S+) (\S+) (\S+) (\S+) (\S+) (\S+)$/.exec(line);
  if (!match) return notUnderstood(device, 'ipfailovers', [line]);
  const [project, name, vips, offset, account, selector, owner] = match.slice(1) as readonly string[] as Seven;
  return {
    project,
    name,
    vips,
    offset: /^\d{1,3}$/.test(offset) ? Number(offset) : null,
    account,
    selector,
    owner: owner === '-' ? null : owner,
  };
}

type Seven = readonly [string, string, string, string, string, string, string];

function notUnderstood(device: string, question: string, lines: readonly string[]): never {
  throw new NotUnderstood(
    'answer-unknown',
    `${device}: the answer to "${question}" is not understood: ${excerpt(lines.join(' '))}`,
  );
}

/** What `oc adm ipfailover` sets when it is not told otherwise (OS-32), and what the value of the object has already. */
const USUAL: Readonly<Record<string, readonly string[] | true>> = {
  VIP_GROUPS: ['0'],
  REPLICA_COUNT: true,
  USE_UNICAST: ['false'],
  IPTABLES_CHAIN: ['INPUT'],
  PREEMPTION: ['preempt_delay 300'],
  CHECK_INTERVAL: ['2'],
};

/** A line of the answer that tells of a setting which making the object anew would not bring back. */
function setting(line: string, name: string): readonly string[] {
  if (line.startsWith('strategy ')) return [line];
  const match = /^env ([^=]*)=(.*)$/.exec(line);
  if (!match) return [];
  const [variable, value] = [match[1]!, match[2]!];
  const short = variable.replace(/^OPENSHIFT_HA_/, '');
  const usual = short === variable ? undefined : short === 'CONFIG_NAME' ? [name] : USUAL[short];
  return usual === true || usual?.includes(value) ? [] : [`${variable} ${excerpt(value)}`];
}
