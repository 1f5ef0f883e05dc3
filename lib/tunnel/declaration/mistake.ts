import type { Tunnel } from './tunnel';

/** A broken rule: where in the document, what stands there, and what the rule is. */
export interface Mistake {
  readonly path: readonly (string | number)[];
  readonly value: unknown;
  readonly message: string;
}

/** A text of a declaration, and where it stands. */
export interface Field {
  readonly path: readonly (string | number)[];
  readonly value: string;
}

export function field(path: readonly (string | number)[], value: string): Field {
  return { path, value };
}

/** The addresses of the ramp's side on the network that it shares with BIG-IP: each node's, and the virtual IP. */
export function rampAddresses({ ramp }: Tunnel): readonly Field[] {
  return [
    ...ramp.nodes.map((node, i) => field(['ramp', 'nodes', i, 'address'], node.address)),
    ...(ramp.vip === undefined ? [] : [field(['ramp', 'vip'], ramp.vip)]),
  ];
}

/** A virtual server's name with its folder: without one it lies in /Common. */
export function fullPath(name: string): string {
  return name.startsWith('/') ? name : `/Common/${name}`;
}
