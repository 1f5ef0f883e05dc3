import type { ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import type { Wanted } from '../device/observation';
import type { State } from '../device/operation';
import { property } from '../device/words';
import { digestOf } from '../declaration/digest';
import { isBigIpPair, unitSelf, type Tunnel } from '../declaration/tunnel';
import type { BigIpFacts } from './facts';
import { title } from './own';

/** What edge-ramp remembers on the bastion of the configuration that it saved last (ADR 0007). */
export const saved: ObjectKind<BigIpFacts> = {
  kind: 'config',
  note: true,
  questions: () => ['saved'],
  read: (look, _asked, state) =>
    look.subject.spec.save ? [{ object: 'config saved', value: readSaved(look, state) }] : [],
  desired: noted,
  absent: noted,
  turn: () => 'last',
  stage: () => 'attach',
  say: () => '  save the configuration',
  remarks: (wanted, _observed, operations) =>
    operations.some(({ object }) => object === 'config saved')
      ? [`${title(wanted)}: save sys config also saves any unsaved changes of others`]
      : [],
};

function noted({ spec }: Wanted, _observed: unknown, goal: State): State {
  return spec.save ? { 'config saved': digest(spec, goal) } : {};
}

/** As long as nothing was saved, the present state is taken as saved. */
export function readSaved(look: Look, state: State): string {
  return look.answer('saved').lines[0] ?? digest(look.subject.spec, state);
}

/**
 * Identifies the declared objects of a state: by this name edge-ramp remembers what it saved. What only the
 * declaration before had does not count: the next run does not look at it any more.
 */
function digest(tunnel: Tunnel, state: State): string {
  const { objects: names, virtualServers, clusterNetworks } = tunnel;
  const declared = [
    `tunnel ${names.tunnel}`,
    `self ${names.self}`,
    ...(isBigIpPair(tunnel) ? [`unit-self ${unitSelf(tunnel)}`] : []),
    `snatpool ${names.snatPool}`,
    ...virtualServers.map((name) => `virtual ${name}`),
  ];
  const objects = Object.entries(state).filter(
    ([object, value]) =>
      declared.includes(object) ||
      (object.startsWith('route ') &&
        (clusterNetworks.includes(property(value, 'network') ?? '') || property(value, 'interface') === names.tunnel)),
  );
  return digestOf(objects.sort(([a], [b]) => (a < b ? -1 : 1)));
}
