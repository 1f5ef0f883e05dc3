import { balancer } from '../balancer/device';
import { bigip } from '../bigip/device';
import { cluster } from '../cluster/device';
import type { Device, Destination, Scripts } from '../device/device';
import type { Subject } from '../device/observation';
import { ramp } from '../ramp/device';
import type { Declared } from '../declaration/tunnel';

/** The kinds of device, in the order in which a plan lists them. */
export const KINDS = { bigip, ramp, balancer, cluster } as const;
export type Kind = keyof typeof KINDS;
const EVERY_KIND = Object.keys(KINDS) as readonly Kind[];

/** The kinds of device with a function, a role and two documents of their own. A balancer uses those of the ramp nodes. */
export type StepKind = Exclude<Kind, 'balancer'>;
export const STEP_KINDS = EVERY_KIND.filter((kind): kind is StepKind => stepKindOf(kind) === kind);

/** The kind whose function and documents a kind of device uses. */
export function stepKindOf(kind: Kind): StepKind {
  const { scripts } = KINDS[kind].record;
  return (typeof scripts === 'string' ? scripts : kind) as StepKind;
}

export function scriptsOf(kind: StepKind): Scripts {
  return KINDS[kind].record.scripts as Scripts;
}

/** Two documents, to observe and to apply: those of a kind of device, and those that take its scripts to it by oc. */
export type DocumentSet = StepKind | `${StepKind}-oc`;
export const DOCUMENT_SETS: readonly DocumentSet[] = STEP_KINDS.flatMap(documentSets);

/** The documents that a kind's function may send. */
export function documentSets(kind: StepKind): readonly DocumentSet[] {
  return scriptsOf(kind).byOc === undefined ? [kind] : [kind, `${kind}-oc`];
}

export function documentsFor({ kind, byOc }: Pick<Listed, 'kind' | 'byOc'>): DocumentSet {
  const sent = stepKindOf(kind);
  return byOc === true ? `${sent}-oc` : sent;
}

/** What the instance is tagged as that gets a device's commands (`edge-ramp:role`). */
export function roleOf({ kind, byOc }: Pick<Listed, 'kind' | 'byOc'>): string {
  return byOc === true ? scriptsOf(stepKindOf(kind)).byOc!.role : KINDS[kind].record.role;
}

/** What the instances are tagged as that a kind's function may send commands to. */
export function rolesOf(kind: StepKind): readonly string[] {
  const { byOc } = scriptsOf(kind);
  return [KINDS[kind].record.role, ...(byOc === undefined ? [] : [byOc.role])];
}

/** The environment variable with the name of an observe document. */
export function documentVariable(set: DocumentSet): string {
  return `DOCUMENT_${set.toUpperCase().replace('-', '_')}`;
}

/** One device that a run looks at. */
export interface Listed extends Subject<Declared>, Destination {
  readonly kind: Kind;
  readonly name: string;
  /** True when the tunnel was applied to it and it is not declared any more: edge-ramp's objects there are deleted. */
  readonly former: boolean;
}

/** The kind of a device, as code that works on all kinds sees it. */
export function kindOf({ kind }: Pick<Listed, 'kind'>): Device<unknown, Declared> {
  return KINDS[kind];
}

/** What each document for a device is given. @param fence 0: the device does not keep it */
export function parametersOf(device: Listed, fence: number): Readonly<Record<string, string>> {
  return { Tunnel: device.spec.name, Fence: String(fence), ...kindOf(device).record.parameters?.(device) };
}

/** How an operator calls a device: `BIG-IP 10.3.88.66`. */
export function deviceTitle({ kind, name }: Pick<Listed, 'kind' | 'name'>): string {
  return `${KINDS[kind].record.title} ${name}`;
}

/** True when the applied declaration is of another kind than the present one: the tunnel can only be torn down. */
export function changedKind(declared: Declared, applied: Declared | null): applied is Declared {
  return applied !== null && applied.kind !== declared.kind;
}

/**
 * The devices of a tunnel: the declared ones, and those of the applied declaration that left it. When the kind of the declaration has changed,
 * those of the applied one.
 * @param forget names of devices that are gone for good
 */
export function devicesOf(
  declaration: Declared,
  applied: Declared | null,
  forget: readonly string[] = [],
): readonly Listed[] {
  const spec = changedKind(declaration, applied) ? applied : declaration;
  const declared = named(spec).map((device): Listed => ({ ...device, spec, applied, former: false }));
  const isDeclared = ({ kind, name }: Pick<Listed, 'kind' | 'name'>): boolean =>
    declared.some((device) => device.kind === kind && (device.name === name || KINDS[kind].record.single === true));
  const former = (applied === null ? [] : named(applied))
    // Nothing was ever changed on a device without objects.
    .filter((device) => KINDS[device.kind].record.objects.length > 0 && !isDeclared(device))
    .map((device): Listed => ({ ...device, spec: applied!, applied, former: true }));
  return [...declared, ...former].filter(({ name }) => !forget.includes(name));
}

function named(declared: Declared): readonly (Destination & Pick<Listed, 'kind'>)[] {
  return EVERY_KIND.flatMap((kind) => KINDS[kind].record.devices(declared).map((device) => ({ kind, ...device })));
}
