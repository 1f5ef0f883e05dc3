import * as z from 'zod';
import { hostAddress, interfaceAddress, network } from './addresses';
import { hostKey } from './host-key';
import { PAIRS } from './pairs-schema';
import {
  clusterObject,
  instance,
  interfaceName,
  nodeName,
  objectName,
  secretName,
  serviceAccount,
  userName,
  virtualServer,
} from './names';

const NETWORKS = 'must be a list of one to four networks';
const networks = z.array(network, NETWORKS).min(1, NETWORKS).max(4, NETWORKS).meta({ uniqueItems: true });

/** In the file it needs no quotes: 0x999 counts as it is written. */
const cookie = z
  .string({ error: ({ input }) => wrongCookie(input) })
  .regex(/^0x[1-9a-f][0-9a-f]{0,15}$/, { error: ({ input }) => wrongCookie(input) });

function wrongCookie(typed: unknown): string {
  const rule = 'must be a hexadecimal number other than 0, in lower case: 0x999';
  return typeof typed === 'number' && Number.isSafeInteger(typed) && typed > 0
    ? `${rule}; ${typed} is decimal: in hexadecimal it is 0x${typed.toString(16)}`
    : rule;
}

const unit = z
  .strictObject({
    management: hostAddress.describe('Where the bastion reaches BIG-IP by SSH'),
    bastion: instance.describe('The instance that holds the SSH way to this BIG-IP; no agent runs on BIG-IP itself'),
    user: userName.describe('SSH user; its shell may be tmsh or bash'),
    secret: secretName.describe("Name of the secret that holds the user's private key"),
    hostKey: hostKey.describe("BIG-IP's SSH host key, pinned"),
    address: hostAddress.describe(
      'Its own address on the network that it shares with the ramp node; F5_IP where it is the only BIG-IP',
    ),
    inner: hostAddress
      .optional()
      .describe("For a pair: its own address in TUNNEL_IP1's network, which no other machine has"),
  })
  .describe('One BIG-IP');

const bigipPair = z
  .strictObject({
    floating: hostAddress.describe('F5_IP: the floating self IP that the active unit has, where the tunnel ends'),
    deviceGroup: objectName.describe(
      'The sync-failover device group of these two units and no other, without /Common/',
    ),
    network: z
      .enum(['l2', 'vpc'])
      .describe(
        'What connects the units and the ramp; a floating address moves on a real L2 network only, not in a VPC',
      ),
  })
  .describe('What two BIG-IP units share');

const node = z.strictObject({
  reach: z
    .enum(['ssm', 'oc'])
    .optional()
    .describe(
      "How commands reach the node; ssm: by its own SSM agent, and the default; oc: from the cluster's admin host by `oc debug node/NAME`, for RHCOS, which has no agent",
    ),
  instance: instance.optional().describe('The ramp node, as Systems Manager knows it; left out with reach: oc'),
  address: hostAddress.describe("The node's own address; for a single node RAMP_IP, where the tunnel ends"),
  interface: interfaceName.default('eth0').describe('The interface that has this address, and the virtual IP'),
  node: nodeName
    .optional()
    .describe('The ramp node, as the cluster knows it; needed where a cluster is declared, and with reach: oc'),
});

const cluster = z
  .strictObject({
    admin: instance.describe('The instance that runs oc'),
    kubeconfig: z
      .string()
      .regex(/^\/[A-Za-z0-9._/-]{1,200}$/, 'must be an absolute path of letters, digits, . _ - /')
      .describe("Path of the file with oc's login, on that instance; the login itself stays there"),
  })
  .describe('How the OpenShift cluster is reached');

const ipfailover = z
  .strictObject({
    name: clusterObject
      .default('f5ipfailover')
      .describe('The ipfailover object, in project default; its first 8 letters are what keepalived authenticates by'),
    label: z
      .string()
      .regex(
        /^[A-Za-z0-9](?:[A-Za-z0-9_-]{0,38}[A-Za-z0-9])?$/,
        'must be the key of a label without a prefix: 1 to 40 of letters, digits, _ -',
      )
      .default('f5rampnode')
      .describe('Ramp nodes are labelled KEY=true'),
    serviceAccount: serviceAccount.default('f5ipfailover').describe('What its Pods run as'),
    vrrpIdOffset: z
      .int('must be a whole number')
      .min(0, 'must be 0 to 254')
      .max(254, 'must be 0 to 254')
      .describe('The VRRP id is one more: unique among all who speak VRRP on that network, ipfailover or not'),
  })
  .describe('What moves the virtual IP');

const name = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,31}$/, 'must be 1 to 32 of lower case letters, digits, - and begin with a letter')
  .describe("The tunnel's name, and its file's");
const example = z.boolean().default(false).describe('An example is never touched by events and schedules');
const watch = z
  .int('must be a whole number of minutes')
  .min(0, 'must be 0 to 1440 minutes')
  .max(1440, 'must be 0 to 1440 minutes')
  .multipleOf(5, 'must be a multiple of 5: the schedule ticks every 5 minutes')
  .default(5)
  .describe('How often the tunnel is looked at, in minutes, a multiple of 5; 0: never');

const UNITS = 'must be a list of one or two BIG-IP units';
/** So many ramp nodes may stand behind a virtual IP. Nothing else says so: rules, schema and replicas go by the nodes that are declared. */
const MOST_NODES = 2;
const NODES = `must be a list of 1 to ${MOST_NODES} ramp nodes`;

const rampTunnel = z.strictObject({
  kind: z.literal('ramp').describe('The tunnel ends at ramp nodes'),
  name,
  example,
  watch,
  bigip: z.array(unit, UNITS).min(1, UNITS).max(2, UNITS).describe('The BIG-IP, or the two units of a pair'),
  bigipPair: bigipPair.optional().describe('Needed for two units'),
  ramp: z
    .strictObject({
      nodes: z
        .array(node, NODES)
        .min(1, NODES)
        .max(MOST_NODES, NODES)
        .describe('The ramp node, or a pair of them behind a virtual IP'),
      vip: hostAddress.optional().describe('RAMP_IP of a pair: an address that no machine has; ipfailover moves it'),
      network: z
        .enum(['l2', 'vpc'])
        .optional()
        .describe('What connects a pair; keepalived moves an address on a real L2 network only, not in a VPC'),
      schedulable: z
        .boolean()
        .default(true)
        .describe('false: a single ramp node is cordoned, so that it gets no further Pods'),
    })
    .describe('The end of the tunnel in the cluster'),
  cluster: cluster.optional().describe('Needed for a pair, and for schedulable: false'),
  ipfailover: ipfailover.optional().describe('Needed for a pair'),
  tunnel: z
    .strictObject({
      bigip: interfaceAddress.describe('TUNNEL_IP1 with its prefix length: BIG-IP inside the tunnel'),
      node: hostAddress.describe('TUNNEL_IP2: the ramp node inside the tunnel'),
      interface: interfaceName.default('tun1').describe('Tunnel device on the ramp node'),
    })
    .describe('The addresses inside the tunnel'),
  objects: z
    .strictObject({
      tunnel: objectName.default('SDN').describe('net tunnels tunnel'),
      self: objectName.default('SDN').describe('net self; that of TUNNEL_IP1'),
      unitSelf: objectName
        .optional()
        .describe("net self of a unit's inner address, for a pair; the same name on both units; default: SDN_unit"),
      snatPool: objectName.default('SDN_snatpool').describe('ltm snatpool'),
    })
    .default({ tunnel: 'SDN', self: 'SDN', snatPool: 'SDN_snatpool' })
    .describe('Names of the objects on BIG-IP'),
  clusterNetworks: networks.describe('CLUSTER_NETWORK: what is reached through the tunnel'),
  snat: z
    .enum(['flows', 'gateway'])
    .optional()
    .describe(
      "flows: to an address of the node's SDN subnet, by Open vSwitch, and the default on OpenShift SDN; gateway: to the node's own address in the cluster network, by iptables, and the only way on OVN-Kubernetes",
    ),
  cookie: cookie.default('0x999').describe('Marks the flows of this tunnel in br0'),
  virtualServers: z
    .array(virtualServer)
    .meta({ uniqueItems: true })
    .max(40, 'must be at most 40 virtual servers, or a plan would not fit what a state may hand on (112 KB)')
    .default([])
    .describe('Virtual servers that reach their Pods through the tunnel'),
  probe: hostAddress.optional().describe('A Pod that BIG-IP pings through the tunnel as a proof'),
  save: z
    .boolean()
    .default(true)
    .describe("Save BIG-IP's configuration at the end (others' unsaved changes are saved along)"),
  drain: z
    .int('must be a whole number of seconds')
    .min(0, 'must be 0 to 90 seconds')
    .max(90, 'must be 0 to 90 seconds: a command on BIG-IP takes at most 120 s')
    .default(60)
    .describe('How many seconds connections get to end before the tunnel that they use is removed'),
  takeover: z.boolean().default(false).describe("Replace another's route to a cluster network"),
});

const member = z.strictObject({
  kind: z.literal('member').describe('The balancer is itself a node of the SDN: no tunnel is needed'),
  name,
  example,
  watch,
  balancer: z
    .strictObject({
      instance: instance.describe('The balancer, as Systems Manager knows it'),
      node: nodeName.describe('The balancer, as the cluster knows it'),
    })
    .describe('The node that balances; it is cordoned, so that it gets no ordinary Pods'),
  cluster,
  clusterNetworks: networks.describe('CLUSTER_NETWORK: what the SDN routes on the balancer'),
  probe: hostAddress.describe('A Pod that the balancer pings as a proof'),
});

/** All kinds of declaration: a tunnel to ramp nodes; a balancer inside the SDN, which needs none. */
export const tunnelShape = z.discriminatedUnion('kind', [rampTunnel.meta(PAIRS), member]);
