import type { Observation, Wanted } from '../device/observation';
import { effect, type Operation, type State } from '../device/operation';
import { Refused } from '../errors/errors';
import type { Declared } from '../declaration/tunnel';
import type { ClusterFacts } from './facts';
import { nodeNames, pairOf } from './pair';
import { readShared, sharedKind } from './shared';

const kind = sharedKind({
  kind: 'scheduling',
  made: 'off',
  names: (declared) => {
    const cordoned = declared.kind === 'member' || !declared.ramp.schedulable;
    return cordoned && pairOf(declared) === undefined ? nodeNames(declared) : [];
  },
  uses: () => false,
  called: (node) => `node ${node}`,
  changed: (node, _key, was, is) => `~ node ${node}: ${schedulable(is)} (was ${schedulable(was)})`,
});

/** Whether a node takes ordinary Pods. */
export const scheduling: typeof kind = {
  ...kind,
  desired(wanted, observed, goal) {
    const aim = kind.desired(wanted, observed, goal);
    refuseUnschedulable(wanted, aim, observed);
    return aim;
  },
  // A node takes Pods before any are to run there.
  turn: () => 'in place',
  remarks: (wanted, observed, operations) => [
    ...kind.remarks!(wanted, observed, operations),
    ...ordinaryPods(wanted, observed, operations),
  ],
};

function schedulable(is: string): string {
  return is === 'on' ? 'schedulable' : 'unschedulable';
}

/** A pair's Pods need all its nodes; and cordoning needs a command. @throws Refused */
function refuseUnschedulable(
  { name, spec }: Wanted<Declared>,
  aim: State,
  { facts, state }: Observation<ClusterFacts>,
): void {
  const is = (values: State, node: string): string | undefined => readShared(values[`scheduling ${node}`])?.is;
  const cordoned = nodeNames(spec).find((node) => (is(aim, node) ?? facts.nodes[node]) === 'off');
  if (cordoned !== undefined && pairOf(spec) !== undefined)
    throw new Refused(
      'node-cordoned',
      `cluster of ${name}: node ${cordoned} is unschedulable, and a pair's ipfailover needs each of its nodes: "oc adm uncordon ${cordoned}", or declare the other node alone`,
    );
  const changed = Object.keys({ ...state, ...aim })
    .filter((object) => object.startsWith('scheduling '))
    .map((object) => object.slice('scheduling '.length))
    .find((node) => is(aim, node) !== is(state, node));
  if (changed !== undefined && !facts.client.cordon && !facts.client.manageNode)
    throw new Refused(
      'cordon-missing',
      `cluster of ${name}: its client has neither "oc adm cordon" nor "oc adm manage-node", so the node ${changed} cannot be made ${is(aim, changed) === 'off' ? 'unschedulable' : 'schedulable'}: install a client of the cluster's version there${spec.kind === 'member' ? '' : ', or leave ramp.schedulable as it was'}`,
    );
}

/** A balancer's node shall hold no ordinary Pods. Cordoning moves nobody; that is left to a person, since it interrupts what runs there. */
function ordinaryPods(
  { name }: Wanted<Declared>,
  { state, facts }: Observation<ClusterFacts>,
  operations: readonly Operation[],
): readonly string[] {
  const after = operations.reduce(effect, state);
  return Object.entries(facts.pods).flatMap(([node, pods]) => {
    if (readShared(after[`scheduling ${node}`])?.original === undefined) return [];
    if ('unknown' in pods)
      return [
        `cluster of ${name} would not list the Pods of node ${node}, so see for ordinary ones by hand: ${pods.unknown}`,
      ];
    const { count, first } = pods;
    if (count === 0) return [];
    const names = count > first.length ? `${first.join(', ')}, ...` : first.join(', ');
    const command = facts.client.cordon ? `drain ${node} --ignore-daemonsets` : `manage-node ${node} --evacuate`;
    return [
      `cluster of ${name}: node ${node} still has ${count} ordinary Pod${count === 1 ? '' : 's'} (${names}): being unschedulable moves nobody; "oc adm ${command}" does, a balancer that itself runs as such a Pod included`,
    ];
  });
}
