import { bigip } from './bigip/device';
import { cluster } from './cluster/device';
import type { Device } from './device/device';
import type { Subject } from './device/observation';
import { balancer } from './member/device';
import { ramp } from './ramp/device';
import { bigipUnits, sdnNodes, type Declared } from './tunnel';

/** The kinds of device, in the order in which a plan lists them. */
export const KINDS = { bigip, ramp, cluster } as const;
export type Kind = keyof typeof KINDS;
export const EVERY_KIND = Object.keys(KINDS) as readonly Kind[];

/** One device that a run looks at. */
export interface Listed extends Subject<Declared> {
  readonly kind: Kind;
  /** The instance that commands for it are sent to: the bastion of a BIG-IP, or the device itself. */
  readonly instance: string;
  /** True when the tunnel was applied to it and it is not declared any more: what edge-ramp made there goes. */
  readonly former: boolean;
}

/** What a device is, whatever its facts are. A balancer inside the SDN takes the ramp nodes' place, and their documents. */
export function kindOf({ kind, spec }: Pick<Listed, 'kind' | 'spec'>): Device<unknown, Declared> {
  return kind === 'ramp' && spec.kind === 'member' ? balancer : KINDS[kind];
}

/** How an operator calls a device: `BIG-IP 10.3.88.66`. */
export function deviceTitle(device: Pick<Listed, 'kind' | 'spec' | 'name'>): string {
  return `${kindOf(device).title} ${device.name}`;
}

/** True when what stands is of another kind than what is declared: it can only be torn down. */
export function changedKind(declared: Declared, applied: Declared | null): applied is Declared {
  return applied !== null && applied.kind !== declared.kind;
}

/**
 * The devices of a tunnel: the declared ones, and those that it was applied to and that left the declaration. When the kind of the declaration
 * has changed, those that it was applied to.
 * @param forget names of devices that are gone for good, and are not looked for
 */
export function devicesOf(
  declaration: Declared,
  applied: Declared | null,
  forget: readonly string[] = [],
): readonly Listed[] {
  const spec = changedKind(declaration, applied) ? applied : declaration;
  const declared = named(spec).map((device): Listed => ({ ...device, spec, applied, former: false }));
  const former = (applied === null ? [] : named(applied))
    .filter(
      ({ kind, name }) =>
        // Nothing was ever changed on a balancer itself.
        !(kind === 'ramp' && spec.kind === 'member') &&
        !declared.some((device) => device.kind === kind && (device.name === name || kind === 'cluster')),
    )
    .map((device): Listed => ({ ...device, spec: applied!, applied, former: true }));
  return [...declared, ...former].filter(({ name }) => !forget.includes(name));
}

/** A cluster is known by its tunnel, not by the host that runs oc: another such host reaches the same cluster. */
function named(declared: Declared): readonly Pick<Listed, 'kind' | 'name' | 'instance'>[] {
  const { cluster: access } = declared;
  return [
    ...bigipUnits(declared).map(({ management, bastion }) => ({
      kind: 'bigip' as const,
      name: management,
      instance: bastion,
    })),
    ...sdnNodes(declared).map(({ instance }) => ({ kind: 'ramp' as const, name: instance, instance })),
    ...(access === undefined ? [] : [{ kind: 'cluster' as const, name: access.admin, instance: access.admin }]),
  ];
}
