import { bigip } from './bigip/device';
import { cluster } from './cluster/device';
import type { Device, Subject } from './device';
import { Refused } from './errors';
import { ramp } from './ramp/device';
import type { Tunnel } from './tunnel';

/** The kinds of device, in the order in which a plan lists them. */
export const KINDS = { bigip, ramp, cluster } as const;
export type Kind = keyof typeof KINDS;
export const EVERY_KIND = Object.keys(KINDS) as readonly Kind[];

/** One device that a run looks at. */
export interface Listed extends Subject {
  readonly kind: Kind;
  /** The instance that commands for it are sent to: the bastion of a BIG-IP, or the device itself. */
  readonly instance: string;
  /** True when the tunnel was applied to it and it is not declared any more: what edge-ramp made there goes. */
  readonly former: boolean;
}

/** The device of a kind, whatever its facts are. */
export function kindOf(kind: Kind): Device<unknown> {
  return KINDS[kind];
}

/** How an operator calls a device: `BIG-IP 10.3.88.66`. */
export function deviceTitle(kind: Kind, name: string): string {
  return `${KINDS[kind].title} ${name}`;
}

/**
 * The devices of a tunnel: the declared ones, and those that it was applied to and that left the declaration.
 * @param forget names of devices that are gone for good, and are not looked for
 * @throws Refused when a device is to be forgotten that the tunnel does not have, or that is declared and shall stand
 */
export function devicesOf(spec: Tunnel, applied: Tunnel | null, forget: readonly string[] = []): readonly Listed[] {
  const declared = named(spec).map((device): Listed => ({ ...device, spec, applied, former: false }));
  const former = (applied === null ? [] : named(applied))
    .filter(
      ({ kind, name }) =>
        !declared.some((device) => device.kind === kind && (device.name === name || kind === 'cluster')),
    )
    .map((device): Listed => ({ ...device, spec: applied!, applied, former: true }));
  const all = [...declared, ...former];
  const unknown = forget.find((name) => !all.some((device) => device.name === name));
  if (unknown !== undefined)
    throw new Refused(`${unknown} cannot be forgotten: tunnel ${spec.name} has no such device`);
  return all.filter(({ name }) => !forget.includes(name));
}

/** A cluster is known by its tunnel, not by the host that runs oc: another such host reaches the same cluster. */
function named({
  bigip: units,
  ramp: { nodes },
  cluster: access,
}: Tunnel): readonly Pick<Listed, 'kind' | 'name' | 'instance'>[] {
  return [
    ...units.map(({ management, bastion }) => ({ kind: 'bigip' as const, name: management, instance: bastion })),
    ...nodes.map(({ instance }) => ({ kind: 'ramp' as const, name: instance, instance })),
    ...(access === undefined ? [] : [{ kind: 'cluster' as const, name: access.admin, instance: access.admin }]),
  ];
}
