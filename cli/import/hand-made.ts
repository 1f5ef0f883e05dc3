import { handMadeQuestions, readHandMade, type HandMade } from '../../lib/tunnel/bigip/hand-made';
import type { Draft } from '../../lib/tunnel/declaration/draft';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import type { Subject } from '../../lib/tunnel/device/observation';
import { handMadeOnNodeQuestions, readHandMadeOnNode, type HandMadeOnNode } from '../../lib/tunnel/ramp/hand-made';
import { devicesOf, kindOf, type Kind, type Listed } from '../../lib/tunnel/plan/devices';
import type { Plan } from '../../lib/tunnel/plan/plan';
import { reconcile } from '../../lib/tunnel/plan/reconcile';
import { situationOf } from '../../lib/tunnel/plan/situation';
import { filled } from '../init/questions';
import type { Remark } from '../init/yaml';

/** Asks a device questions, joined by a bar. @returns what its observe script printed */
export type AskDevice = (device: Listed, questions: string) => Promise<string>;

/** A hand-made tunnel as a declaration. A field without a value is one that no device tells. */
export interface Imported {
  readonly draft: Draft;
  /** What no device tells, a field each. */
  readonly unknown: readonly Remark[];
}

/** Stand in for the addresses that nobody knows yet: reserved for documentation (RFC 5737), and so no host's. */
const NOWHERE = { bigip: '192.0.2.1', node: '192.0.2.2', inside: '198.51.100.1/24', inner: '198.51.100.2' };
const NO_NETWORK = '203.0.113.0/24';

/**
 * Looks at a BIG-IP and then at a ramp node for a tunnel that is known by the names of its objects.
 * @param known a draft with the names and the ways to both
 * @throws NotUnderstood, and whatever asking throws
 */
export async function importedFrom(known: Draft, ask: AskDevice): Promise<Imported> {
  const nowhere = withAddresses(known, {
    local: NOWHERE.bigip,
    remote: NOWHERE.node,
    inside: NOWHERE.inside,
    networks: [NO_NETWORK],
  });
  const bigip = await asked('bigip', nowhere, handMadeQuestions, readHandMade, ask);
  const seen = withAddresses(known, {
    local: bigip.local ?? NOWHERE.bigip,
    remote: bigip.remote ?? NOWHERE.node,
    inside: bigip.inside ?? NOWHERE.inside,
    networks: [NO_NETWORK],
  });
  const node = await asked('ramp', seen, handMadeOnNodeQuestions, readHandMadeOnNode, ask);
  return declared(known, bigip, node);
}

/** What an apply would change, as a run would plan it. @throws Refused for what a run would refuse */
export async function planOf(spec: Tunnel, ask: AskDevice): Promise<Plan> {
  const observed = await Promise.all(
    devicesOf(spec, null).map(async (device) => {
      const kind = kindOf(device);
      const observation = kind.read(await ask(device, kind.questions(device).join('|')), device);
      return { kind: device.kind, name: device.name, observation };
    }),
  );
  return reconcile('declared', situationOf(spec, { original: null, before: null, applied: null }, observed));
}

async function asked<T>(
  kind: Kind,
  spec: Tunnel,
  questions: (subject: Subject) => readonly string[],
  read: (subject: Subject, answer: string) => T,
  ask: AskDevice,
): Promise<T> {
  const device = devicesOf(spec, null).find((each) => each.kind === kind)!;
  const subject = { name: device.name, spec, applied: null };
  return read(subject, await ask(device, questions(subject).join('|')));
}

type Addresses = Pick<HandMade, 'networks'> & Record<'local' | 'remote' | 'inside', string>;

/** A whole declaration to ask by: what is not known has an address of nobody. */
function withAddresses(known: Draft, { local, remote, inside, networks }: Addresses): Tunnel {
  const whole = [
    [['bigip', 0, 'address'], local],
    [['ramp', 'nodes', 0, 'address'], remote],
    [['tunnel', 'bigip'], inside],
    [['tunnel', 'node'], NOWHERE.inner],
    [['clusterNetworks'], networks],
  ] as const;
  return whole.reduce<Draft>((draft, [path, value]) => filled(draft, path, value), known) as Tunnel;
}

function declared(known: Draft, bigip: HandMade, node: HandMadeOnNode): Imported {
  const { objects, tunnel } = known as Tunnel;
  const virtualServers = known.virtualServers ?? [];
  const { networks } = bigip;
  const no = (what: string): string => `BIG-IP has no ${what}`;
  const fields: readonly (readonly [path: Remark['path'], value: unknown, reason: string])[] = [
    [['bigip', 0, 'address'], bigip.local, no(`tunnel ${objects.tunnel}`)],
    [['ramp', 'nodes', 0, 'address'], bigip.remote, no(`tunnel ${objects.tunnel}`)],
    [
      ['ramp', 'nodes', 0, 'interface'],
      node.interface,
      bigip.remote === undefined ? no(`tunnel ${objects.tunnel}`) : `not one interface of the node has ${bigip.remote}`,
    ],
    [['tunnel', 'bigip'], bigip.inside, no(`self IP ${objects.self} on the tunnel ${objects.tunnel}`)],
    [['tunnel', 'node'], node.inside, `not one address of the tunnel's network is on ${tunnel.interface} of the node`],
    [['clusterNetworks'], networks.length > 0 ? networks : undefined, no(`route by the tunnel ${objects.tunnel}`)],
    [
      ['virtualServers'],
      virtualServers.length > 0 ? virtualServers : undefined,
      `which virtual servers use the SNAT pool ${objects.snatPool}; [] if none`,
    ],
  ];
  return {
    draft: fields.reduce((draft, [path, value]) => filled(draft, path, value ?? null), known),
    unknown: fields.flatMap(([path, value, text]) => (value === undefined ? [{ path, text }] : [])),
  };
}
