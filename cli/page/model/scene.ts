import type { Probe } from '../../../lib/tunnel/device/observation';
import {
  bigipAddress,
  rampAddress,
  rampName,
  tunnelAddress,
  type Declared,
  type Member,
  type Tunnel,
} from '../../../lib/tunnel/declaration/tunnel';
import { deviceTitle, KINDS, type Kind } from '../../../lib/tunnel/plan/devices';
import type { DeviceRows, Fate } from './states';
import type { Tone } from './tone';

/** What a picture of a tunnel shows: the devices in the order in which traffic passes them. */
export interface Scene {
  readonly bigips: readonly Station[];
  /** null: a balancer within the SDN needs no tunnel. */
  readonly tunnel: TunnelLine | null;
  readonly nodes: readonly Station[];
  readonly pods: Station;
}

/** A device, or a group of them. */
export interface Station {
  readonly title: string;
  readonly name: string;
  /** What it is called where it stands for others: `10.3.89.66`, by what that is. */
  readonly addresses: readonly (readonly [what: string, address: string])[];
  /** What exactly one of a pair holds; null: there is none beside it, or nobody asked. */
  readonly holds: { readonly words: string; readonly is: boolean } | null;
  readonly objects: readonly ObjectMark[];
}

/** An object, or several of a kind, with what became of it. */
export interface ObjectMark {
  readonly text: string;
  readonly fate: Fate;
}

export interface TunnelLine {
  readonly f5: string;
  readonly ramp: string;
  /** RAMP_IP is a virtual IP. */
  readonly virtual: boolean;
  readonly inner: readonly [bigip: string, node: string];
  /** Whether packets came through. */
  readonly words: string;
  readonly tone: Tone;
}

/**
 * The picture of a tunnel.
 * @param probes what was tried; empty: nobody knows whether it carries
 */
export function sceneOf(declared: Declared, devices: readonly DeviceRows[], probes: readonly Probe[]): Scene {
  const seen = { devices, probes };
  return declared.kind === 'ramp' ? ramp(declared, seen) : member(declared, seen);
}

interface Seen {
  readonly devices: readonly DeviceRows[];
  readonly probes: readonly Probe[];
}

function ramp(declared: Tunnel, seen: Seen): Scene {
  const { bigip, ramp, tunnel, clusterNetworks, probe, cluster } = declared;
  return {
    bigips: bigip.map(({ management, address, inner }) =>
      station(seen, 'bigip', management, [
        ...(address === bigipAddress(declared) ? [] : [['own address', address] as const]),
        ...(inner === undefined ? [] : [['in the tunnel', inner] as const]),
      ]),
    ),
    tunnel: {
      f5: bigipAddress(declared),
      ramp: rampAddress(declared),
      virtual: ramp.vip !== undefined,
      inner: [tunnelAddress(declared), tunnel.node],
      ...carrying(seen.probes),
    },
    nodes: ramp.nodes.map((node) =>
      station(seen, 'ramp', rampName(node), [
        [node.interface, node.address],
        ...(node.node === undefined || node.node === rampName(node) ? [] : [['node', node.node] as const]),
      ]),
    ),
    pods: pods(seen, cluster?.admin, [
      ...clusterNetworks.map((network) => ['network', network] as const),
      ...(probe === undefined ? [] : [['probe', probe] as const]),
    ]),
  };
}

function member(declared: Member, seen: Seen): Scene {
  const { balancer, cluster, probe } = declared;
  return {
    bigips: [],
    tunnel: null,
    nodes: [station(seen, 'balancer', balancer.instance, [['node', balancer.node]])],
    pods: pods(seen, cluster.admin, probe === undefined ? [] : [['probe', probe]]),
  };
}

function station({ devices, probes }: Seen, kind: Kind, name: string, addresses: Station['addresses']): Station {
  const device = deviceTitle({ kind, name });
  const held = probes.find(({ from, holds }) => from === device && holds !== undefined);
  return {
    title: KINDS[kind].record.title,
    name,
    addresses,
    holds: held
      ? { words: held.held === 'active-role' ? held.detail.toLowerCase() : vipWords(held), is: held.holds! }
      : null,
    objects: marks(devices.find((each) => each.device === device)),
  };
}

function vipWords({ holds }: Probe): string {
  return holds === true ? 'has the virtual IP' : 'stands by';
}

function pods({ devices }: Seen, admin: string | undefined, addresses: Station['addresses']): Station {
  const device = admin === undefined ? undefined : deviceTitle({ kind: 'cluster', name: admin });
  return {
    title: 'Pods',
    name: 'on any node',
    addresses,
    holds: null,
    objects: marks(devices.find((each) => each.device === device)),
  };
}

/** What is said of a fate stands out in this order: of several objects of a kind the first counts. */
const PRESSING: readonly Fate[] = [
  'left',
  'unknown',
  'to remove',
  'removed',
  'to change',
  'changed',
  'to make',
  'made',
  'put back',
  'kept',
];

/** The objects of a device; those of one kind together where there are several. A note is no object of the device. */
function marks(device: DeviceRows | undefined): readonly ObjectMark[] {
  const rows = (device?.rows ?? []).filter(({ object }) => object !== 'config saved');
  const kindOf = (object: string): string => object.split(' ')[0]!;
  return [...new Set(rows.map(({ object }) => kindOf(object)))].map((kind) => {
    const all = rows.filter(({ object }) => kindOf(object) === kind);
    return {
      text: all.length === 1 ? all[0]!.object : `${kind} ×${all.length}`,
      fate: PRESSING.find((fate) => all.some((each) => each.fate === fate))!,
    };
  });
}

function carrying(probes: readonly Probe[]): Pick<TunnelLine, 'words' | 'tone'> {
  const [dead] = probes.filter(({ ok }) => !ok);
  if (dead !== undefined) return { words: 'does not carry', tone: 'bad' };
  return probes.length > 0 ? { words: 'carries', tone: 'good' } : { words: 'not proven', tone: 'quiet' };
}
