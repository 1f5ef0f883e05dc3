import { Refusal, say, type Answer } from './answer';
import { schedule } from './cluster/cluster';
import { elect } from './cluster/keepalived';
import { happenings, type Happenings } from './happenings';
import type { Hosts, HostsOptions } from './host';
import { openHosts, type Ground, type Plot } from './hosts';
import { ip } from './node/ip';
import { iptables } from './node/iptables';
import { nft } from './node/nft';
import { dumpNode, type Node } from './node/node';
import { ovsAppctl, ovsOfctl, ovsVsctl } from './node/ovs';
import { passTime } from './node/keeper';
import { sysctl } from './node/sysctl';
import { systemctl } from './node/systemctl';
import { ping } from './reachability';
import type { Call } from './stand-ins';
import { text } from './texts';
import type { State } from './world';

/** The devices behind the hosts, for tests and for a person's hands. */
export interface World extends State, Happenings {
  /** Types a line on a host: for bash on a bastion or a node, on a BIG-IP for its login shell. */
  run(host: string, line: string): Promise<Answer>;
}

/** Hosts whose nodes are models as well: their dumps are there at once. */
export interface SimulatedHosts extends Hosts {
  readonly world: World;
  dump(name: string): string;
}

/** Opens the simulated hosts of the declared tunnels, as saved in `directory` or new. */
export async function simulatedHosts(options: HostsOptions): Promise<SimulatedHosts> {
  const hosts = await openHosts(options, models);
  const { state, happens, run, settle, told } = hosts;
  return {
    ...hosts,
    world: { ...state, run, ...happens },
    dump: (name) => {
      settle();
      const node = state.nodes[name];
      return [...(node ? [dumpNode(node)] : []), ...told(name)].join('\n');
    },
  };
}

/** Everything is a model: no packet goes anywhere. */
const models = ({ state, root, now }: Plot) =>
  ({
    command: (host, call) => onNode(state.nodes[host]!, call, root(host), now()),
    ping: (host, args) => ping(state, state.nodes[host] ?? state.bigips[host]!, args),
    settle: () => settle(state, root, now()),
    runsServices: () => false,
    happenings,
  }) satisfies Ground;

/** What goes on by itself: time passes, Pods start, and addresses move. */
function settle({ clusters, nodes, absent }: State, root: (host: string) => string, now: number): void {
  for (const host of Object.keys(nodes).filter((each) => !absent.includes(each)))
    passTime(nodes[host]!, root(host), now);
  for (const cluster of clusters) {
    schedule(cluster, absent);
    elect(cluster, nodes, absent);
  }
}

/** The commands of a ramp node, other than ping. */
function onNode(node: Node, { command, args, input }: Call, root: string, now: number): Answer {
  const line = args.join(' ');
  if (command === 'ip') return ip(node, args, now);
  if (command === 'iptables') return iptables(node.chains, args, node.settings.lacksCompat);
  if (command === 'nft') return nft(node, args);
  if (command === 'modinfo' && line === 'ipip') return say(text('ipipModule'));
  if (command === 'sysctl') return sysctl(node, args);
  if (command.startsWith('ovs-') && node.settings.plugin === 'ovn') throw new Refusal('notFoundHere', command);
  if (command === 'ovs-ofctl') return ovsOfctl(node, args, input);
  if (command === 'ovs-vsctl') return ovsVsctl(node, args);
  if (command === 'ovs-appctl') return ovsAppctl(node, args);
  if (command === 'systemctl') return systemctl(node, root, args);
  if (command !== 'conntrack' || line !== '-F') throw new Refusal('notModelled', command, line);
  node.connections = []; // as ten idle minutes would
  return { ...say(), err: `${text('conntrackFlushed')}\n` };
}
