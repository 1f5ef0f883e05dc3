import type { State } from '../device';
import { tunnelAddress, type Tunnel } from '../tunnel';
import { deviceOf } from './route';
import { withOptionsOf } from './tunnel-device';

/**
 * A goal, with what stands on the node already in another form and does the same. An interface manager gives a tunnel a ttl, its address a peer or
 * a network, its route a protocol and a metric, and may put a further address beside ours. All that stays as it is: nothing is cut for a form, and
 * a teardown takes it away whole.
 *
 * @param goal the objects as edge-ramp would make them
 * @param named the declared tunnel and the one last applied: their own addresses are no further ones
 */
export function adopted(spec: Tunnel, named: readonly Tunnel[], goal: State, state: State): State {
  const device = spec.tunnel.interface;
  const [tunnel, own, route] = [
    `tunnel ${device}`,
    `address ${device} ${spec.tunnel.node}`,
    `route ${tunnelAddress(spec)}`,
  ];
  const adoptedGoal: Record<string, string> = { ...goal, [tunnel]: withOptionsOf(state[tunnel], goal[tunnel]!) };

  for (const [object, form] of Object.entries(state)) {
    const [kind, interfaceName, address] = object.split(' ') as [string, string, string];
    if (kind !== 'address') continue;
    const isFurther = interfaceName === device && !named.some((each) => each.tunnel.node === address);
    if (isFurther || (object in goal && isUsable(form, spec))) adoptedGoal[object] = form;
  }

  const standing = state[route];
  if (standing !== undefined && deviceOf(standing) === device) adoptedGoal[route] = standing;
  // The kernel's own route stands with this address, and goes with it.
  else if (standing === undefined && adoptedGoal[own]?.startsWith(`peer ${tunnelAddress(spec)}/32`))
    delete adoptedGoal[route];
  return adoptedGoal;
}

/** A peer that is not BIG-IP's end of the tunnel belongs to an earlier declaration. */
function isUsable(form: string, spec: Tunnel): boolean {
  return !form.startsWith('peer ') || form.startsWith(`peer ${tunnelAddress(spec)}/`);
}
