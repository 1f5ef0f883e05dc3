import { sign } from '../device/describe';
import type { ObjectKind } from '../device/kind';
import type { Operation } from '../device/operation';
import { tunnelAddress, type Tunnel } from '../declaration/tunnel';
import { translatesByFlows, type SdnFacts } from './facts';
import { wayIn } from './way';

/** The rules of every address of a node, on any interface. */
export const nodeAddress = {
  replaces: () => true,
  cuts: ({ verb, object }: Operation) => {
    const [, name, address] = object.split(' ');
    return verb === 'delete' ? `connections that use ${address} on ${name} are cut` : undefined;
  },
  say(operation: Operation) {
    const [, name, address] = operation.object.split(' ');
    const form = (operation.to ?? operation.from)!;
    return `${sign(operation)} address ${address}${form.startsWith('/') ? '' : ' '}${form} on ${name}`;
  },
};

/** Whether an address in another form serves as well. A peer that is not BIG-IP's end of the tunnel belongs to an earlier declaration. */
export function isUsable(form: string, spec: Tunnel): boolean {
  return !form.startsWith('peer ') || form.startsWith(`peer ${tunnelAddress(spec)}/`);
}

/** RAMP_SDN_IP on tun0: the source that Pods see. Before the flows: flows without it cut local traffic. */
export const address: ObjectKind<SdnFacts> = {
  ...nodeAddress,
  kind: 'address tun0',
  read: (look) =>
    look.once(wayIn).addresses.map(({ address: own, form }) => ({ object: `address tun0 ${own}`, value: form })),
  desired({ spec }, { facts, state }) {
    if (!translatesByFlows(spec, facts)) return {};
    const object = `address tun0 ${facts.sdnAddress}`;
    const form = state[object];
    return { [object]: form !== undefined && isUsable(form, spec) ? form : '/32' };
  },
  turn: ({ verb }) => (verb === 'delete' ? 'late' : 'in place'),
};
