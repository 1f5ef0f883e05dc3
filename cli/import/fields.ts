import type { HandMade } from '../../lib/tunnel/bigip/hand-made';
import type { Draft } from '../../lib/tunnel/declaration/draft';
import { unitSelf, type Tunnel } from '../../lib/tunnel/declaration/tunnel';
import type { HandMadeOnNode } from '../../lib/tunnel/ramp/hand-made';
import type { Remark } from '../init/yaml';
import type { Ends } from './ends';
import type { FoundFailover } from './failover';
import { saidAlike, type ToldBy } from './looks';

/** What the devices told. */
export interface FoundTunnel {
  readonly ends: Ends;
  readonly units: readonly ToldBy<HandMade>[];
  /** Of a pair of BIG-IPs: each unit's own address; empty where F5_IP is not known. */
  readonly outer: readonly ToldBy<string | undefined>[];
  /** Of a pair of ramp nodes. */
  readonly failover: FoundFailover | undefined;
  readonly nodes: readonly ToldBy<HandMadeOnNode>[];
}

/** The fields of a declaration that devices tell, or should. @throws Refused where two nodes disagree */
export function fieldsOf(
  draft: Tunnel,
  { ends, units, outer, failover, nodes }: FoundTunnel,
): readonly ImportedField[] {
  return [
    ...(draft.bigipPair === undefined ? [bigipField(draft, ends)] : unitFields(draft, units, outer, ends)),
    ...(draft.ipfailover === undefined ? nodeFields(ends, nodes[0]!.told, draft) : pairFields(ends, failover, nodes)),
    ...insideFields(draft, ends, nodes),
  ];
}

/** A field, what it shall have, and why nobody knows it where that is undefined. */
export type ImportedField = readonly [path: Remark['path'], value: unknown, reason: string];

function lacks({ bigipPair }: Draft, what: string): string {
  return bigipPair === undefined ? `BIG-IP has no ${what}` : `neither unit has a ${what}`;
}

function bigipField(draft: Tunnel, { local }: Ends): ImportedField {
  return [['bigip', 0, 'address'], local, lacks(draft, `tunnel ${draft.objects.tunnel}`)];
}

function unitFields(
  draft: Tunnel,
  units: readonly ToldBy<HandMade>[],
  outer: readonly ToldBy<string | undefined>[],
  { local, deviceGroup }: Ends,
): readonly ImportedField[] {
  const { objects } = draft;
  const noTunnel = lacks(draft, `tunnel ${objects.tunnel}`);
  return [
    ...units.flatMap(({ title, told: { inner } }, i): ImportedField[] => [
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

function nodeFields({ remote }: Ends, node: HandMadeOnNode, draft: Tunnel): readonly ImportedField[] {
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
  failover: FoundFailover | undefined,
  nodes: readonly ToldBy<HandMadeOnNode>[],
): readonly ImportedField[] {
  const no = remote === undefined ? 'no unit of BIG-IP tells the virtual IP' : undefined;
  const noFailover = no ?? `not one ipfailover object of project default has the virtual IP ${remote}`;
  const found = failover === undefined ? noFailover : `the ipfailover object ${failover.name} does not say it`;
  const taken = (['name', 'label', 'serviceAccount'] as const).flatMap((key): ImportedField[] =>
    failover?.[key] === undefined ? [] : [[['ipfailover', key], failover[key], '']],
  );
  return [
    [['ramp', 'vip'], remote, no ?? ''],
    ...nodes.flatMap(({ title, told }, i): ImportedField[] => [
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

function insideFields(
  draft: Tunnel,
  { inside, networks, virtualServers: found }: Ends,
  nodes: readonly ToldBy<HandMadeOnNode>[],
): ImportedField[] {
  const { objects, tunnel, virtualServers } = draft;
  const given = virtualServers ?? [];
  const named = given.length > 0 ? given : (found ?? []);
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
      named.length > 0 ? named : undefined,
      found === undefined
        ? `which virtual servers use the SNAT pool ${objects.snatPool}, as "list ltm virtual source-address-translation" shows on BIG-IP; [] if none`
        : `no virtual server of /Common uses the SNAT pool ${objects.snatPool}; are there some in other folders? [] if not`,
    ],
  ];
}
