import { describeWords, sign } from '../device/describe';
import { readAddresses } from '../device/iproute';
import type { Found, ObjectKind } from '../device/kind';
import type { Look } from '../device/look';
import { declarationsOf, eachNamed } from '../device/observation';
import { Refused } from '../errors/errors';
import { tunnelAddresses } from '../declaration/tunnel';
import { UNTIL_SUCCESSOR } from './tunnel';

/** The route to each of BIG-IP's addresses inside the tunnel, as `ip route add` takes it. */
export const route: ObjectKind = {
  kind: 'route',
  questions: (subject) => eachNamed('route', subject, tunnelAddresses),
  read: (look, asked) => asked.flatMap((object) => readRoutes(look, object)),
  refuse(wanted, { state }) {
    const named = declarationsOf(wanted);
    for (const to of new Set(named.flatMap(tunnelAddresses))) {
      const value = state[`route ${to}`];
      if (value !== undefined && !named.some(({ tunnel }) => deviceOf(value) === tunnel.interface))
        throw new Refused(
          'route-foreign',
          `ramp node ${wanted.name} already has a route to ${to} that is not this tunnel's (${value}): remove it, which cuts the traffic on it`,
        );
    }
  },
  // A route by the tunnel keeps its form; the kernel makes its own for an address with a peer (ADR 0021).
  desired({ spec }, { state }, goal) {
    const { interface: device, node } = spec.tunnel;
    return Object.fromEntries(
      tunnelAddresses(spec).flatMap((to) => {
        const standing = state[`route ${to}`];
        if (standing === undefined && goal[`address ${device} ${node}`]?.startsWith(`peer ${to}/32`)) return [];
        return [[`route ${to}`, standing !== undefined && deviceOf(standing) === device ? standing : `dev ${device}`]];
      }),
    );
  },
  // The kernel drops a device's routes with the device, when it goes down, and with its last address (LX-22).
  needs(object, state) {
    const device = deviceOf(state[object]);
    const on = Object.keys(state).filter((other) => other.startsWith(`address ${device} `));
    return [`tunnel ${device}`, `link ${device}`, ...(on.length === 1 ? on : [])];
  },
  // Routes of different metrics exist side by side: one does not replace the other.
  replaces(from, to) {
    const metric = (value: string): string | undefined => / metric (\S+)/.exec(value)?.[1];
    return metric(from) !== metric(to);
  },
  cuts: ({ verb }) => (verb === 'delete' ? UNTIL_SUCCESSOR : undefined),
  say: (operation) =>
    operation.verb === 'modify'
      ? describeWords(operation)
      : `${sign(operation)} route to ${operation.object.split(' ')[1]}: ${operation.to ?? operation.from}`,
};

/** A route by a tunnel: whoever made it may have given it a protocol, a source and a metric. */
const BY_TUNNEL = /^dev (\S+)((?: proto \S+)?)(?: scope link)?((?: src \S+)?(?: metric \S+)?)(?: linkdown)?$/;

/** The tunnel device by which a route of that value leads; undefined: it leads otherwise. */
function deviceOf(value: string | undefined): string | undefined {
  return BY_TUNNEL.exec(value ?? '')?.[1];
}

/**
 * Reads `ip -4 route show ADDRESS`. Of several routes the kernel takes, and shows, the one with the lowest metric first; further ones by a tunnel
 * device would go with it. The route that the kernel makes for an address with a peer belongs to that address.
 *
 * @throws NotUnderstood
 */
function readRoutes(look: Look, object: string): readonly Found[] {
  const [, to] = object.split(' ');
  const lines = look.lines(object, `show the route to ${to}`);
  const ofPeer = look.declarations
    .map(({ tunnel }) => tunnel.interface)
    .filter((name) =>
      readAddresses(look.device, look.answer(`addresses ${name}`)).some(({ form }) => form.startsWith(`peer ${to}/32`)),
    );
  const [first, ...others] = lines
    .filter((line) => line !== '')
    .map((line) => {
      const words = line.replace(/^\S+ /, '');
      const [, dev, proto, rest] = BY_TUNNEL.exec(words) ?? [];
      return dev === undefined ? { value: words } : { value: `dev ${dev}${proto}${rest}`, dev };
    })
    .filter(({ value, dev = '' }) => !(value.includes(' proto kernel') && ofPeer.includes(dev)));
  return [
    ...(first === undefined ? [] : [{ object, value: first.value }]),
    ...others.flatMap(({ value, dev }) =>
      dev === undefined ? [] : [{ object: `tunnel ${dev}`, unrestorable: `a second route to ${to}: ${value}` }],
    ),
  ];
}
