import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { failOver, forceOffline, leaveTo, memberOf, splitBrain, standBy, type Member } from './bigip/pair';
import { bootUnit } from './bigip/unit';
import { UNIT_ACTIONS, type HostAction } from './host';
import { rebuildBridge } from './node/node';
import { pipelineFlows } from './node/pipeline';
import { reboot as rebootNode } from './node/systemctl';
import type { State } from './world';

/** What happens to machines without anybody typing a command. Each takes a host's name and throws nothing; `Done`: whether one has to wait for it. */
export interface Happenings<Done = void> {
  /** A host goes off: its agent does not answer any more, what runs on it never ends, its address floats elsewhere. */
  gone(host: string): Done;
  /** It is there again: a node rebooted, a BIG-IP with its saved configuration. */
  back(host: string): Done;
  /**
   * One that is off is started, and boots: EC2 calls it running from the first moment, its agent comes later.
   * @param seconds of the host's own time until it is there
   * @returns when it is there
   */
  boot(host: string, seconds: number): Promise<void>;
  /** It starts anew, and is there at once; what was only in its memory is gone. EC2 says nothing of it: the instance runs all the time. */
  reboot(host: string): Done;
  /** On a node: flows that the SDN did not make are gone from br0. */
  wipeFlows(host: string): Done;
  /** On a node: Open vSwitch keeps its flows in memory only, so the SDN finds br0 wrong and makes it and tun0 anew; other interfaces stay. On OVN-Kubernetes nothing stays changed. */
  restartOvs(host: string): Done;
}

export interface Surroundings {
  readonly state: State;
  /** A host's root folder. */
  readonly root: (host: string) => string;
  /** Tells who waits for something on that host that it never ends. */
  readonly cutOff: (host: string) => void;
  /** Lets follow from the new state what follows by itself. */
  readonly settle: () => unknown;
  /** Calls back after so many seconds of the host's own time. */
  readonly after: (seconds: number, then: () => void) => void;
  /** What EC2 tells of an instance. */
  readonly tell: (host: string, state: 'running' | 'stopped') => void;
}

export function happenings({ state, root, cutOff, settle, after, tell }: Surroundings): Happenings {
  const there = (host: string): boolean => !state.absent.includes(host);

  function off(host: string): void {
    if (there(host)) state.absent.push(host);
    const bigip = state.bigips[host];
    if (bigip) bigip.reachable = false;
    const member = memberOf(state, host);
    if (member) leaveTo(member);
    cutOff(host);
    settle();
  }
  function on(host: string): void {
    if (!there(host)) state.absent.splice(state.absent.indexOf(host), 1);
    rmSync(join(root(host), 'run'), { recursive: true, force: true });
    const [node, bigip] = [state.nodes[host], state.bigips[host]];
    if (node) rebootNode(node, root(host));
    if (bigip) {
      bootUnit(bigip);
      Object.assign(bigip, { reachable: true, connections: {} });
    }
    settle();
  }

  return {
    gone(host) {
      if (!there(host)) return;
      off(host);
      tell(host, 'stopped');
    },
    back(host) {
      if (there(host)) return;
      on(host);
      tell(host, 'running');
    },
    boot(host, seconds) {
      if (there(host)) return Promise.resolve();
      tell(host, 'running');
      return new Promise((done) =>
        after(seconds, () => {
          on(host);
          done();
        }),
      );
    },
    reboot(host) {
      const started = !there(host);
      off(host);
      on(host);
      if (started) tell(host, 'running');
    },
    wipeFlows(host) {
      const node = state.nodes[host];
      if (node) node.flows = pipelineFlows(node.settings);
      settle();
    },
    restartOvs(host) {
      const node = state.nodes[host];
      if (node && node.settings.plugin !== 'ovn') rebuildBridge(node); // what OVN-Kubernetes needs stands again without anybody
      settle();
    },
  };
}

/** @throws Error of one sentence that names all hosts */
export function refuseUnknown(names: readonly string[], host: string): void {
  if (!names.includes(host)) throw new Error(`There is no host ${host}; there are ${[...names].sort().join(', ')}.`);
}

/**
 * Does to a host what a person asks for by name.
 * @param keep lets a node's keepers look
 * @throws Error of one sentence for an unknown host, or one that has nothing of the kind
 */
export async function act(
  to: Happenings<void | Promise<void>>,
  state: State,
  names: readonly string[],
  host: string,
  action: HostAction,
  keep: (host: string) => Promise<void>,
) {
  refuseUnknown(names, host);
  if (['wipe-flows', 'restart-ovs', 'keep'].includes(action) && !state.nodes[host])
    throw new Error(`${host} is no node; the nodes are ${Object.keys(state.nodes).sort().join(', ')}.`);
  const member = memberOf(state, host);
  if (!member && UNIT_ACTIONS.some((each) => each === action))
    throw new Error(`${host} is no unit of a pair of BIG-IPs.`);
  switch (action) {
    case 'reboot':
      return to.reboot(host);
    case 'wipe-flows':
      return to.wipeFlows(host);
    case 'restart-ovs':
      return to.restartOvs(host);
    case 'keep':
      return keep(host);
    case 'gone':
      return to.gone(host);
    case 'back':
      return to.back(host);
    default:
      return actOnUnit(member!, action);
  }
}

const LOADING = { 'fail-syncs': 'fails', 'stall-syncs': 'never', 'mend-syncs': 'works' } as const;

function actOnUnit(member: Member, action: (typeof UNIT_ACTIONS)[number]): void {
  switch (action) {
    case 'failover':
      return failOver(member);
    case 'split-brain':
      return splitBrain(member);
    case 'force-offline':
      return forceOffline(member);
    case 'stand-by':
      return standBy(member);
    case 'cut-link':
    case 'mend-link':
      member.pair.linked = action === 'mend-link';
      return;
    case 'cut-ssh':
    case 'mend-ssh':
      member.self.reachable = action === 'mend-ssh';
      return;
    case 'fail-syncs':
    case 'stall-syncs':
    case 'mend-syncs':
      member.pair.loading = LOADING[action];
  }
}
