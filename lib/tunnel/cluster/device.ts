import { effect, type Operation, type State } from '../device/operation';
import type { Device } from '../device/device';
import type { Observation, Wanted } from '../device/observation';
import type { Order } from '../device/difference';
import { Refused } from '../errors';
import type { Declared } from '../tunnel';
import { claimed, halfway, released, users } from './claims';
import { isAdopted, isOurs, refuseCollision, refuseForeign } from './failover';
import {
  failoverValue,
  isShared,
  nodeNames,
  owned,
  pairOf,
  readShared,
  sharedObjects,
  withoutOwner,
  type Pair,
} from './objects';
import { questions, read, type ClusterFacts } from './read';
import { describe } from './words';
import { property } from '../device/words';

/** The cluster that the nodes belong to, by the host that runs oc: what keeps a pair's virtual IP, and whether a node takes Pods. */
export const cluster: Device<ClusterFacts, Declared> = {
  kind: 'cluster',
  title: 'cluster of',
  questions,
  proofs: () => [],
  read,
  prove: () => [],
  desired,
  absent,
  // What shared things were before stands on themselves, as claims: another tunnel must be able to read it (docs/adr/0014).
  originals: ({ original }) => original,
  objectQuestions: (subject) =>
    questions(subject).filter((question) => !/^(client|node|pods|ipfailovers)( |$)/.test(question)),
  saved: () => null,
  drains: () => [],
  keeps: () => [],
  order: {
    rank,
    stage: () => 'shape',
    immutable: (object, from, to) => object.startsWith('ipfailover ') && withoutOwner(from) !== withoutOwner(to),
    dependents: () => [],
    halfway,
    interrupts,
  } satisfies Order,
  describe,
  remarks,
};

function desired(wanted: Wanted<Declared>, observed: Observation<ClusterFacts>): State {
  const { spec } = wanted;
  const { facts } = observed;
  const missing = nodeNames(spec).find((node) => facts.nodes[node] === undefined);
  if (missing !== undefined)
    throw new Refused(
      'node-missing',
      `${title(wanted)} has no node ${missing}: declare the ${spec.kind === 'member' ? "balancer's name (balancer.node)" : "ramp node's name (ramp.nodes, node)"} as "oc get nodes" shows it`,
    );
  const pair = pairOf(spec);
  if (pair !== undefined) refuseUnfitForPair(wanted, pair, observed);

  const goal: Record<string, string> = { ...withoutTunnel(wanted, observed) };
  for (const object of sharedObjects(spec)) goal[object] = claimed(object, observed);
  if (pair !== undefined) goal[`ipfailover ${pair.ipfailover.name}`] = owned(failoverValue(pair), spec);
  refuseUnschedulable(wanted, goal, observed);
  return goal;
}

/** Nothing is refused here: a teardown takes away what is this tunnel's, and leaves the rest. */
function absent(wanted: Wanted<Declared>, observed: Observation<ClusterFacts>): State {
  return withoutTunnel(wanted, observed);
}

function withoutTunnel(wanted: Wanted<Declared>, observed: Observation<ClusterFacts>): State {
  const { spec, applied } = wanted;
  const { state } = observed;
  const goal: Record<string, string> = {};
  for (const [object, value] of Object.entries(state)) {
    const [kind, name] = object.split(' ') as [string, string];
    const next = isShared(kind)
      ? released(object, wanted, observed)
      : isOurs(name, state, spec, applied)
        ? undefined
        : value;
    if (next !== undefined) goal[object] = next;
  }
  return goal;
}

/** @throws Refused */
function refuseUnfitForPair(wanted: Wanted<Declared>, pair: Pair, { facts, state }: Observation<ClusterFacts>): void {
  const { spec, applied } = wanted;
  const { name } = pair.ipfailover;
  if (!facts.client.ipfailover)
    throw new Refused(
      'ipfailover-missing',
      `${title(wanted)}: its client has no "oc adm ipfailover" (OpenShift 4 has none): a pair is not supported there; declare one ramp node`,
    );
  if (facts.client.lacks.length > 0)
    throw new Refused(
      'ipfailover-too-old',
      `${title(wanted)}: its client's "oc adm ipfailover" has no ${facts.client.lacks.join(', ')}, which a pair needs: without a check the virtual IP stays on a node whose tunnel is dead. Clients of OpenShift 3.5 to 3.11 have it: install one of the cluster's version there, or declare one ramp node`,
    );
  refuseForeign(title(wanted), name, state, spec, applied);
  const own = (each: ClusterFacts['failovers'][number]): boolean =>
    each.project === 'default' && isOurs(each.name, state, spec, applied);
  refuseCollision(title(wanted), pair, own, facts);
}

/** A pair's Pods need both nodes; and cordoning needs a command. @throws Refused */
function refuseUnschedulable(wanted: Wanted<Declared>, goal: State, { facts, state }: Observation<ClusterFacts>): void {
  const cordoned = nodeNames(wanted.spec).find(
    (node) => (readShared(goal[`scheduling ${node}`])?.is ?? facts.nodes[node]) === 'off',
  );
  if (cordoned !== undefined && pairOf(wanted.spec) !== undefined)
    throw new Refused(
      'node-cordoned',
      `${title(wanted)}: node ${cordoned} is unschedulable, and a pair's ipfailover needs both nodes: "oc adm uncordon ${cordoned}", or declare the other node alone`,
    );
  const changed = Object.keys({ ...state, ...goal }).find(
    (object) => object.startsWith('scheduling ') && readShared(goal[object])?.is !== readShared(state[object])?.is,
  );
  if (changed !== undefined && !facts.client.cordon && !facts.client.manageNode)
    throw new Refused(
      'cordon-missing',
      `${title(wanted)}: its client has neither "oc adm cordon" nor "oc adm manage-node", so the ${changed.replace('scheduling', 'node')} cannot be made ${readShared(goal[changed])?.is === 'off' ? 'unschedulable' : 'schedulable'}: install a client of the cluster's version there${wanted.spec.kind === 'member' ? '' : ', or leave ramp.schedulable as it was'}`,
    );
}

function title({ name }: Wanted<Declared>): string {
  return `cluster of ${name}`;
}

/**
 * A node takes Pods before any are to run there; then claims and labels, account, SCC, and the ipfailover object, whose predecessor goes just
 * before it. What it needed goes after it, backwards; so a leaving node's label goes when the new node has its own.
 */
function rank({ verb, object, to }: Operation): number {
  const kind = object.split(' ')[0]!;
  const place = ['scheduling', 'label', 'account', 'scc'].indexOf(kind);
  if (kind === 'ipfailover') return verb === 'delete' ? 5 : 6;
  if (kind === 'scheduling') return place;
  return readShared(to)?.first === undefined ? 10 - place : place;
}

function interrupts({ verb, object, to, from }: Operation): string | undefined {
  const [kind, node] = object.split(' ') as [string, string];
  if (kind === 'ipfailover' && verb === 'delete')
    return 'the virtual IP goes away until a successor stands: connections through it are cut';
  if (kind === 'label' && readShared(from)?.is === 'true' && readShared(to)?.is !== 'true')
    return `if node ${node} holds the virtual IP, that moves: connections through it are cut`;
  return undefined;
}

function remarks(
  wanted: Wanted<Declared>,
  observed: Observation<ClusterFacts>,
  operations: readonly Operation[],
): readonly string[] {
  const { spec, applied } = wanted;
  const { state, facts } = observed;
  const found: string[] = [];
  for (const { object, verb, from, to } of operations) {
    const kind = object.split(' ')[0]!;
    if (kind === 'ipfailover' && from !== undefined && isAdopted(from) && operationsOn(object, operations).some(keeps))
      found.push(
        `${title(wanted)}: ${object} has this tunnel's virtual IP, interface and label, as the published procedure makes it, and is adopted`,
      );
    if (kind === 'ipfailover' && verb === 'delete' && operationsOn(object, operations).some(keeps))
      found.push(
        `${title(wanted)}: ${object} is made anew, with the client's own image: an image or other settings of its Pods that were set by hand are not seen and not kept`,
      );
    if (
      isShared(kind) &&
      to !== undefined &&
      readShared(from)?.first !== undefined &&
      readShared(to)?.first === undefined
    ) {
      const others = users(object, wanted, observed);
      const left = kind === 'label' && pairOf(spec) !== undefined && !sharedObjects(spec).includes(object);
      if (others.length > 0)
        found.push(
          `${title(wanted)}: ${object} stays: ${others.join(', ')} uses it too${left ? '; until that ends, the virtual IP may move to this node, which has no tunnel any more' : ''}`,
        );
    }
  }
  for (const { project, name } of facts.idle)
    found.push(
      `${title(wanted)}: ipfailover ${project}/${name} has this tunnel's virtual IP, VRRP id, label or account written in it, and no SCC lets its account use the nodes' network: it is passed over, unless a role gives it that right, which is not seen`,
    );
  const pair = pairOf(spec);
  const run = facts.available[pair?.ipfailover.name ?? ''];
  if (operations.length === 0 && pair !== undefined && run !== undefined && run < pair.nodes.length)
    found.push(
      `${title(wanted)}: ${run} of ${pair.nodes.length} Pods of ipfailover ${pair.ipfailover.name} run: nothing takes over when that node dies ("oc get pods -n default -l ipfailover=${pair.ipfailover.name} -o wide" shows which)`,
    );
  for (const [object, value] of Object.entries(state)) {
    const [kind, name] = object.split(' ') as [string, string];
    if (kind === 'ipfailover' && !isOurs(name, state, spec, applied))
      found.push(`${title(wanted)}: ${object} is not this tunnel's and stays as it is (${value})`);
  }
  found.push(...ordinaryPods(wanted, observed, operations));
  for (const node of gone(spec, applied, facts))
    found.push(`${title(wanted)}: node ${node} is not in the cluster any more; nothing is to be removed there`);
  return found;
}

/** A balancer's node shall hold no ordinary Pods. Cordoning moves nobody; that is left to a person, since it interrupts what runs there. */
function ordinaryPods(
  wanted: Wanted<Declared>,
  { state, facts }: Observation<ClusterFacts>,
  operations: readonly Operation[],
): readonly string[] {
  const after = operations.reduce(effect, state);
  return Object.entries(facts.pods).flatMap(([node, pods]) => {
    if (readShared(after[`scheduling ${node}`])?.first === undefined) return [];
    if ('unknown' in pods)
      return [
        `${title(wanted)} would not list the Pods of node ${node}, so see for ordinary ones by hand: ${pods.unknown}`,
      ];
    const { count, first } = pods;
    if (count === 0) return [];
    const names = count > first.length ? `${first.join(', ')}, ...` : first.join(', ');
    const command = facts.client.cordon ? `drain ${node} --ignore-daemonsets` : `manage-node ${node} --evacuate`;
    return [
      `${title(wanted)}: node ${node} still has ${count} ordinary Pod${count === 1 ? '' : 's'} (${names}): being unschedulable moves nobody; "oc adm ${command}" does, a balancer that itself runs as such a Pod included`,
    ];
  });
}

function operationsOn(object: string, operations: readonly Operation[]): readonly Operation[] {
  return operations.filter((other) => other.object === object);
}

function keeps({ to }: Operation): boolean {
  return property(to, 'owner') !== undefined;
}

function gone(spec: Declared, applied: Declared | null, { nodes }: ClusterFacts): readonly string[] {
  return [...new Set([spec, ...(applied ? [applied] : [])].flatMap(nodeNames))].filter(
    (node) => nodes[node] === undefined,
  );
}
