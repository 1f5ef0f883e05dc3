import type { Tunnel } from './tunnel';

/** A broken rule: the path in the document, the value there, and the rule. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly message: string;
}

/** A text of a declaration, and its path. */
export interface Field {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

export function field(path: readonly (string | number)[], value: string): Field {
  return { path, value };
}

/** BIG-IP's addresses on the network that it shares with the ramp: each unit's own, and the floating one of a pair. */
export function bigipAddresses({ bigip, bigipPair }: Tunnel): readonly Field[] {
  return [
    ...bigip.map((unit, i) => field(['bigip', i, 'address'], unit.address)),
    ...(bigipPair === undefined ? [] : [field(['bigipPair', 'floating'], bigipPair.floating)]),
  ];
}

/** The own addresses of a pair's units inside the tunnel. */
export function innerFields({ bigip }: Tunnel): readonly Field[] {
  return bigip.flatMap(({ inner }, i) => (inner === undefined ? [] : [field(['bigip', i, 'inner'], inner)]));
}

/** The ramp's addresses on the network that it shares with BIG-IP: each node's, and the virtual IP. */
export function rampAddresses({ ramp }: Tunnel): readonly Field[] {
  return [
    ...ramp.nodes.map((node, i) => field(['ramp', 'nodes', i, 'address'], node.address)),
    ...(ramp.vip === undefined ? [] : [field(['ramp', 'vip'], ramp.vip)]),
  ];
}

/** A virtual server's name with its folder, which is /Common by default. */
export function fullPath(name: string): string {
  return name.startsWith('/') ? name : `/Common/${name}`;
}
