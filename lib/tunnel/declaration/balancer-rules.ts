import type { Field, Mistake } from './mistake';
import { networkMistakes } from './network-rules';
import type { Declared, Member } from './tunnel';

/** Rules between the fields of a declared balancer. */
export function memberMistakes(member: Member): readonly Mistake[] {
  const { balancer, cluster } = member;
  const mistakes = networkMistakes(member);
  if (cluster.admin !== balancer.instance) return mistakes;
  return [
    ...mistakes,
    {
      path: ['cluster', 'admin'],
      value: cluster.admin,
      message: 'must not be balancer.instance too: the records identify a device by its instance',
    },
  ];
}

/** A balancer's node takes no ordinary Pods, and no other tunnel has it as its balancer or ramp node. @returns mistakes of the later one */
export function balancerMistakes(earlier: Declared, later: Declared): readonly Mistake[] {
  const sameCluster = later.cluster !== undefined && later.cluster.admin === earlier.cluster?.admin;
  const theirs = nodeFields(earlier);
  return nodeFields(later)
    .filter(({ path }) => sameCluster || path.at(-1) === 'instance')
    .filter((mine) => theirs.some((other) => other.value === mine.value && other.path.at(-1) === mine.path.at(-1)))
    .map((mine) => ({
      ...mine,
      message: `must not be ${earlier.kind === 'member' ? 'the balancer' : 'a ramp node'} of tunnel ${earlier.name}: a balancer inside the SDN has no other role`,
    }));
}

function nodeFields(declared: Declared): readonly Field[] {
  const nodes =
    declared.kind === 'member'
      ? [{ ...declared.balancer, path: ['balancer'] }]
      : declared.ramp.nodes.map((node, i) => ({ ...node, path: ['ramp', 'nodes', i] }));
  return nodes.flatMap(({ instance, node, path }) => [
    ...(instance === undefined ? [] : [{ path: [...path, 'instance'], value: instance }]),
    ...(node === undefined ? [] : [{ path: [...path, 'node'], value: node }]),
  ]);
}
