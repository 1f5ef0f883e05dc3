import {
  handMadeQuestions,
  outerQuestions,
  readHandMade,
  readOuter,
  type HandMade,
} from '../../lib/tunnel/bigip/hand-made';
import {
  failoverNameQuestions,
  handMadeFailoverQuestions,
  readFailoverName,
  readHandMadeFailover,
  type HandMadeFailover,
} from '../../lib/tunnel/cluster/hand-made';
import type { Draft } from '../../lib/tunnel/declaration/draft';
import { unitSelf, type Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { handMadeOnNodeQuestions, readHandMadeOnNode, type HandMadeOnNode } from '../../lib/tunnel/ramp/hand-made';
import { filled } from '../init/questions';
import type { Remark } from '../init/yaml';
import { askEach, saidAlike, toAskBy, type AskDevice, type Reading, type Told } from './looks';

/** A hand-made tunnel as a declaration. A field without a value is one that no device tells. */
export interface Imported {
  readonly draft: Draft;
  /** What no device tells, a field each. */
  readonly unknown: readonly Remark[];
}

const BIGIP: Reading<HandMade> = { questions: handMadeQuestions, read: readHandMade };
const OUTER: Reading<string | undefined> = { questions: outerQuestions, read: readOuter };
const FAILOVER_NAME: Reading<string | undefined> = { questions: failoverNameQuestions, read: readFailoverName };
const FAILOVER: Reading<HandMadeFailover> = { questions: handMadeFailoverQuestions, read: readHandMadeFailover };
const NODE: Reading<HandMadeOnNode> = { questions: handMadeOnNodeQuestions, read: readHandMadeOnNode };

/**
 * Looks at BIG-IP, at the cluster of a pair of ramp nodes, and then at the nodes, for a tunnel that is known by the names of its objects.
 * @param draft the names, and the ways to the devices
 * @throws Refused where two units or two nodes disagree; NotUnderstood, and whatever asking throws
 */
export async function importedFrom(draft: Draft, ask: AskDevice): Promise<Imported> {
  const units = await askEach('bigip', toAskBy(draft), BIGIP, ask);
  const ends = endsOf(draft as Tunnel, units);
  const isPair = { bigip: draft.bigipPair !== undefined, ramp: draft.ipfailover !== undefined };
  const [outer, failover] = await Promise.all([
    isPair.bigip && ends.local !== undefined ? askEach('bigip', toAskBy(draft, ends), OUTER, ask) : [],
    isPair.ramp && ends.remote !== undefined ? failoverOf(draft, ends, ask) : undefined,
  ]);
  const nodes = await askEach('ramp', toAskBy(draft, { ...ends, interface: failover?.interface ?? '-' }), NODE, ask);
  const fields = [
    ...(isPair.bigip ? unitFields(draft as Tunnel, units, outer, ends) : [bigipField(draft as Tunnel, ends)]),
    ...(isPair.ramp ? pairFields(ends, failover, nodes) : nodeFields(ends, nodes[0]!.told, draft as Tunnel)),
    ...insideFields(draft as Tunnel, ends, nodes),
  ];
  return {
    draft: fields.reduce((filling, [path, value]) => filled(filling, path, value ?? null), draft),
    unknown: fields.flatMap(([path, value, text]) => (value === undefined ? [{ path, text }] : [])),
  };
}

/** What BIG-IP says, or both units of a pair. */
type Ends = Pick<HandMade, 'local' | 'remote' | 'inside' | 'networks' | 'deviceGroup'>;

/** @throws Refused where the units disagree */
function endsOf({ objects }: Tunnel, units: readonly Told<HandMade>[]): Ends {
  const todo =
    'Units of a pair have these in common: make it alike on both by hand, or synchronise from the right one, which overwrites what the other has';
  const alike = <T>(what: string, of: (unit: HandMade) => T | undefined, inWords?: (value: T) => string) =>
    saidAlike(
      what,
      units.map(({ title, told }) => ({ title, told: of(told) })),
      todo,
      inWords,
    );
  return {
    local: alike(`the local-address of tunnel ${objects.tunnel}`, ({ local }) => local),
    remote: alike(`the remote-address of tunnel ${objects.tunnel}`, ({ remote }) => remote),
    inside: alike(`the address of self IP ${objects.self}`, ({ inside }) => inside),
    networks:
      alike(
        `what is routed by the tunnel ${objects.tunnel}`,
        ({ networks }) => (networks.length > 0 ? networks : undefined),
        (networks) => networks.toSorted().join(' '),
      ) ?? [],
    deviceGroup: alike('the device group of /Common', ({ deviceGroup }) => deviceGroup),
  };
}

/** The object that moves the virtual IP: its name, and then what it says. */
async function failoverOf(draft: Draft, ends: Ends, ask: AskDevice) {
  const [found] = await askEach('cluster', toAskBy(draft, ends), FAILOVER_NAME, ask);
  const name = found!.told;
  if (name === undefined) return undefined;
  const [said] = await askEach('cluster', toAskBy(draft, { ...ends, failover: name }), FAILOVER, ask);
  return { name, ...said!.told };
}

/** A field, what it shall have, and why nobody knows it where that is undefined. */
type Field = readonly [path: Remark['path'], value: unknown, reason: string];

function lacks({ bigipPair }: Draft, what: string): string {
  return bigipPair === undefined ? `BIG-IP has no ${what}` : `neither unit has a ${what}`;
}

function bigipField(draft: Tunnel, { local }: Ends): Field {
  return [['bigip', 0, 'address'], local, lacks(draft, `tunnel ${draft.objects.tunnel}`)];
}

function unitFields(
  draft: Tunnel,
  units: readonly Told<HandMade>[],
  outer: readonly Told<string | undefined>[],
  { local, deviceGroup }: Ends,
): readonly Field[] {
  const { objects } = draft;
  const noTunnel = lacks(draft, `tunnel ${objects.tunnel}`);
  return [
    ...units.flatMap(({ title, told: { inner } }, i): Field[] => [
      [
        ['bigip', i, 'address'],
        outer[i]?.told,
        local === undefined ? noTunnel : `not one self IP of ${title} alone is in the network of ${local}`,
      ],
      [
        ['bigip', i, 'inner'],
        inner,
        `${title} has no self IP ${unitSelf(draft)} on the tunnel ${objects.tunnel}: take an address in the network of TUNNEL_IP1 that no other machine has`,
      ],
    ]),
    [['bigipPair', 'floating'], local, noTunnel],
    [['bigipPair', 'deviceGroup'], deviceGroup, '/Common is in no device group of the units'],
  ];
}

function nodeFields({ remote }: Ends, node: HandMadeOnNode, draft: Tunnel): readonly Field[] {
  const noTunnel = lacks(draft, `tunnel ${draft.objects.tunnel}`);
  return [
    [['ramp', 'nodes', 0, 'address'], remote, noTunnel],
    [
      ['ramp', 'nodes', 0, 'interface'],
      node.interface,
      remote === undefined ? noTunnel : `not one interface of the node has ${remote}`,
    ],
  ];
}

function pairFields(
  { remote }: Ends,
  failover: ({ readonly name: string } & HandMadeFailover) | undefined,
  nodes: readonly Told<HandMadeOnNode>[],
): readonly Field[] {
  const no = remote === undefined ? 'no unit of BIG-IP tells the virtual IP' : undefined;
  const noFailover = no ?? `not one ipfailover object of project default has the virtual IP ${remote}`;
  const found = failover === undefined ? noFailover : `the ipfailover object ${failover.name} does not say it`;
  const taken = (['name', 'label', 'serviceAccount'] as const).flatMap((key): Field[] =>
    failover?.[key] === undefined ? [] : [[['ipfailover', key], failover[key], '']],
  );
  return [
    [['ramp', 'vip'], remote, no ?? ''],
    ...nodes.flatMap(({ title, told }, i): Field[] => [
      [
        ['ramp', 'nodes', i, 'address'],
        told.address,
        failover?.interface === undefined
          ? found
          : `not one address of its own is on ${failover.interface} of ${title}`,
      ],
      [['ramp', 'nodes', i, 'interface'], failover?.interface, found],
    ]),
    ...taken,
    [['ipfailover', 'vrrpIdOffset'], failover?.vrrpIdOffset, found],
  ];
}

function insideFields(draft: Tunnel, { inside, networks }: Ends, nodes: readonly Told<HandMadeOnNode>[]): Field[] {
  const { objects, tunnel, virtualServers } = draft;
  const onNode = saidAlike(
    `the address of the tunnel's network on ${tunnel.interface}`,
    nodes.map(({ title, told }) => ({ title, told: told.inside })),
    'Both nodes of a pair have TUNNEL_IP2: make it alike on both by hand, which cuts what goes through the node that is changed',
  );
  return [
    [['tunnel', 'bigip'], inside, lacks(draft, `self IP ${objects.self} on the tunnel ${objects.tunnel}`)],
    [
      ['tunnel', 'node'],
      onNode,
      `not one address of the tunnel's network is on ${tunnel.interface} of ${nodes.length === 1 ? 'the node' : 'the nodes'}`,
    ],
    [
      ['clusterNetworks'],
      networks.length > 0 ? networks : undefined,
      lacks(draft, `route by the tunnel ${objects.tunnel}`),
    ],
    [
      ['virtualServers'],
      (virtualServers ?? []).length > 0 ? virtualServers : undefined,
      `which virtual servers use the SNAT pool ${objects.snatPool}; [] if none`,
    ],
  ];
}
