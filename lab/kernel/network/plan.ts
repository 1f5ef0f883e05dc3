import { hostOf, lengthOf, networkOf, toAddress, toNumber } from '../../hosts/address';
import { flowText, type Flow } from '../../hosts/node/flows';
import { type NodeSettings, type OtherNode, networksOf } from '../../hosts/node/settings';
import { BR_EX } from '../../hosts/world';
import { pipelineFlows } from '../../hosts/node/pipeline';
import { firewallOf, type Firewall } from './firewall';

/** A node of the cluster. Addresses with a length are the node's own, not the network's. */
export interface NodePlan {
  /** Its network namespace. */
  readonly name: string;
  /** "10.3.89.89/24", on the shared LAN. */
  readonly address: string;
  readonly interface: string;
  /** tun0's: "10.129.0.1/23"; the node's own subnet follows from it. */
  readonly gateway: string;
  readonly clusterNetworks: readonly string[];
  /** Pods by address, in the order of their ports. */
  readonly pods: readonly string[];
  /** Its SDN's flows, a line each; ports are words: `@vxlan0@`, `@tun0@`, `@10.129.0.5@`. */
  readonly flows: string;
  readonly firewall: Firewall;
  /** Of a node on OVN-Kubernetes; absent: it is one of OpenShift SDN. */
  readonly ovn?: OvnTwin;
}

/** What stands in for OVN on a node (ovn-twin.sh). */
export interface OvnTwin {
  /** Whether the node forwards on every device. */
  readonly everywhere: boolean;
  /** Its router's address among the nodes' routers: "100.88.89.89/16". */
  readonly transit: string;
  /** The other nodes' subnets, with their routers' addresses. */
  readonly others: readonly (readonly [subnet: string, router: string])[];
}

/** A BIG-IP's two sides. */
export interface BigIpPlan {
  /** Its network namespace: its management address. */
  readonly name: string;
  /** On the shared LAN, with length; more may be put there later. */
  readonly addresses: readonly string[];
  /** On the clients' network, with length. */
  readonly outside: string;
}

/** Who is there. One LAN has the nodes and the BIG-IPs' insides, another the BIG-IPs' outsides and the client. */
export interface SitePlan {
  readonly nodes: readonly NodePlan[];
  readonly bigips: readonly BigIpPlan[];
  /** The client's address, with length. */
  readonly client: string;
}

/** A flow as `ovs-ofctl add-flows` reads it, ports by name. The model's ports are 1 for vxlan0, 2 for tun0, and Pods from 4. */
function flowLine({ table, cookie, actions, ...flow }: Flow, pods: readonly string[]): string {
  const word = (port: string): string => `@${['', 'vxlan0', 'tun0', ''][Number(port)] ?? pods[Number(port) - 4]}@`;
  const { in_port: from, ...match } = flow.match;
  const named = { ...flow, match: from ? { ...match, in_port: word(from) } : match };
  const done = actions.map((action) =>
    action
      .replace(/^output:(\d+)$/, (_, port: string) => `output:${word(port)}`)
      .replace(/^load:(\w+)->NXM_NX_REG2/, (_, port: string) => `load:${word(port)}->NXM_NX_REG2`),
  );
  const what = flowText(named).trim();
  return [`cookie=${cookie},table=${table}`, ...(what ? [what] : []), `actions=${done.join(',')}`].join(',');
}

/** A real node from what the world decides about a simulated one. */
export function planOf(name: string, settings: NodeSettings): NodePlan {
  const networks = networksOf(settings);
  return {
    name,
    address: `${settings.address}/24`,
    interface: settings.interface,
    gateway: settings.gateway,
    clusterNetworks: networks,
    pods: settings.pods,
    flows:
      settings.plugin === 'ovn'
        ? ''
        : pipelineFlows(settings)
            .map((flow) => `${flowLine(flow, settings.pods)}\n`)
            .join(''),
    firewall: firewallOf(settings),
    ...(settings.plugin === 'ovn' ? { ovn: twinOf(settings) } : {}),
  };
}

/** Nodes of one LAN differ in the last two numbers of their addresses. */
const transitOf = (address: string): string => `100.88.${address.split('.').slice(2).join('.')}`;

const twinOf = ({ address, release, others }: NodeSettings): OvnTwin => ({
  everywhere: release === '4.12',
  transit: `${transitOf(address)}/16`,
  others: others.map((other) => [other.subnet, transitOf(other.address)]),
});

/** The settings of a node that the world knows as another's neighbour only: a worker. `known` are the nodes that reach it. */
export function workerOf(worker: OtherNode, known: readonly NodeSettings[]): NodeSettings {
  const { plugin, clusterNetwork } = known[0]!;
  const first = toAddress(toNumber(hostOf(worker.subnet)) + 1);
  return {
    address: worker.address,
    interface: plugin === 'ovn' ? BR_EX : 'eth0',
    plugin,
    clusterNetwork,
    furtherNetworks: [...new Set(known.flatMap(({ furtherNetworks = [] }) => furtherNetworks))],
    gateway: `${first}/${lengthOf(worker.subnet)}`,
    pods: [...worker.pods],
    others: known.map(({ address, gateway, pods }) => ({ address, subnet: networkOf(gateway), pods })),
  };
}

/** The plans of nodes by name, and of the workers that they name: `worker-ADDRESS`. */
export function nodePlans(nodes: Readonly<Record<string, NodeSettings>>): NodePlan[] {
  const known = Object.values(nodes);
  const addresses = new Set(known.map(({ address }) => address));
  const workers = new Map(
    known.flatMap(({ others }) =>
      others.filter(({ address }) => !addresses.has(address)).map((other) => [other.address, other] as const),
    ),
  );
  return [
    ...Object.entries(nodes).map(([name, settings]) => planOf(name, settings)),
    ...[...workers.values()].map((worker) =>
      planOf(
        `worker-${worker.address}`,
        workerOf(
          worker,
          known.filter(({ others }) => others.some(({ address }) => address === worker.address)),
        ),
      ),
    ),
  ];
}

/** The last number of the default route's router, which is not there: BIG-IP may have .1, and would take replies in past the tunnel. */
const NOBODY = 254;

/** A plan as the shell variables that the node's scripts read. @param neighbours all networks on the LAN */
export function planText(plan: NodePlan, neighbours: readonly string[]): string {
  const own = networkOf(plan.address);
  const values = {
    name: plan.name,
    interface: plan.interface,
    address: plan.address,
    router: toAddress(toNumber(hostOf(own)) + NOBODY),
    neighbours: neighbours.filter((network) => network !== own).join(' '),
    gateway: plan.gateway,
    subnet: networkOf(plan.gateway),
    networks: plan.clusterNetworks.join(' '),
    pods: plan.pods.join(' '),
    ...(plan.ovn
      ? {
          everywhere: plan.ovn.everywhere ? '1' : '0',
          transit: plan.ovn.transit,
          others: plan.ovn.others.map(([subnet, by]) => `${subnet},${by}`).join(' '),
        }
      : {}),
  };
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('');
}
