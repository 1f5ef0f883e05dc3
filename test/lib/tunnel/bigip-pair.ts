import { printed, type Properties } from '../../../lab/hosts/bigip/objects';
import { text } from '../../../lab/hosts/texts';
import type { BigIpFacts, PairFacts } from '../../../lib/tunnel/bigip/facts';
import type { UnitLook } from '../../../lib/tunnel/bigip/pair-objects';
import type { State } from '../../../lib/tunnel/device/operation';
import type { Told } from './answer-text';
import { EXAMPLE, tunnel } from './site';

const declared = (i: 1 | 2): object => ({
  ...EXAMPLE.bigip[0]!,
  management: `10.3.88.8${i}`,
  address: `10.3.89.8${i}`,
  inner: `10.3.91.22${i}`,
});

/** Two BIG-IP units before the published procedure's ramp node, as devices `bigip1.example.com` and `bigip2.example.com`. */
export const PAIR = tunnel({
  bigip: [declared(1), declared(2)],
  bigipPair: { floating: '10.3.89.80', deviceGroup: 'edge-dg', network: 'l2' },
});
export const [ONE, TWO] = ['10.3.88.81', '10.3.88.82'];

const RULE = '-'.repeat(80);
export const ALL_IN_SYNC = text('allInSync');
export const CONFLICT = text('changeConflict', 'bigip2.example.com', 'bigip1.example.com');
export const recommended = (device: string, group = 'edge-dg'): string =>
  text('recommendedSync', `${device}.example.com`, group);

/** `show cm sync-status` with these details, as 16.0.0.1 prints it (BIP-38). */
export const syncStatus = (status: string, ...details: readonly string[]): string[] => [
  RULE,
  'CM::Sync Status',
  RULE,
  'Color    green',
  `Status   ${status}`,
  'Mode     high-availability',
  `Summary  ${ALL_IN_SYNC}`,
  'Details',
  ...details.map((line) => `         ${line}`),
];

export const IN_SYNC = syncStatus(
  'In Sync',
  'bigip2.example.com: connected',
  `device_trust_group (In Sync): ${ALL_IN_SYNC}`,
  `edge-dg (In Sync): ${ALL_IN_SYNC}`,
);

/** `show cm failover-status`, as 16.0.0.1 prints it; a standby's with its failover connections (BIP-39). */
export const failoverStatus = (status: string): string[] => [
  RULE,
  'CM::Failover Status',
  RULE,
  'Color    gray',
  `Status   ${status}`,
  'Summary  1/1 standby',
  'Details',
  RULE,
  'CM::Failover Connections',
  'Local Failover Address   Remote Device       Packets   Status',
  RULE,
  '10.3.88.81:1026          bigip2.example.com  23        Ok',
];

const device = (i: 1 | 2, version: string): string =>
  printed(
    `cm device bigip${i}.example.com`,
    {
      'configsync-ip': `10.3.90.${i}`,
      hostname: `bigip${i}.example.com`,
      'management-ip': `10.3.88.8${i}`,
      'self-device': String(i === 1),
      version,
    },
    true,
  );

export const DEVICES = [device(1, '16.1.2'), device(2, '16.1.2.1')];

export const self = (name: string, address: string, group: string, vlan = 'internal'): string =>
  printed(
    `net self ${name}`,
    {
      address,
      'allow-service': ['default'],
      floating: group === 'traffic-group-1' ? 'enabled' : 'disabled',
      'traffic-group': group,
      vlan,
    },
    true,
  );

const listed = (head: string, properties: Properties): Told => [printed(head, properties, false).split('\n'), 0];

/** What unit 1 says, as the script hands it on, of a pair in order that has nothing of ours. */
export const IN_ORDER: Readonly<Record<string, Told>> = {
  'group sync-status': [IN_SYNC, 0],
  'group failover-status': [failoverStatus('ACTIVE'), 0],
  devices: [DEVICES, 0],
  'device-group edge-dg': listed('cm device-group edge-dg', {
    'auto-sync': 'disabled',
    devices: ['bigip1.example.com {', '    set-sync-leader disabled', '}', '/Common/bigip2.example.com { }'],
    'full-load-on-sync': 'false',
    'save-on-auto-sync': 'false',
    type: 'sync-failover',
  }),
  folder: listed('sys folder /Common', {
    'device-group': '/Common/edge-dg',
    hidden: 'false',
    'inherited-devicegroup': 'true',
    'inherited-traffic-group': 'true',
    'traffic-group': '/Common/traffic-group-1',
  }),
  'db iptunnel.configsync': listed('sys db iptunnel.configsync', { value: '"enable"' }),
  'selfs 10.3.89.80': [[self('float', '10.3.89.80/24', 'traffic-group-1')], 0],
  'selfs 10.3.89.81': [[self('own', '10.3.89.81/24', 'traffic-group-local-only')], 0],
  addresses: listed('ltm virtual-address 10.3.88.90', { 'traffic-group': 'traffic-group-1' }),
};

/** What is known of a unit of a pair in order; unit 1 is ACTIVE. */
export function unit(name: string, changes: Partial<PairFacts> = {}, state: State = {}): UnitLook {
  const i = name === ONE ? 1 : 2;
  const pair: PairFacts = {
    role: i === 1 ? { is: 'ACTIVE', said: 'ACTIVE' } : { is: 'STANDBY', said: 'STANDBY' },
    sync: { is: 'in sync', said: `edge-dg (In Sync): ${ALL_IN_SYNC}` },
    pendingOf: [],
    othersPending: [],
    disconnected: [],
    device: `bigip${i}.example.com`,
    devices: {
      'bigip1.example.com': { management: ONE, version: '16.1.2' },
      'bigip2.example.com': { management: TWO, version: '16.1.2' },
    },
    deviceGroup: {
      type: 'sync-failover',
      members: ['bigip1.example.com', 'bigip2.example.com'],
      autoSync: false,
      saveOnAutoSync: false,
    },
    tunnelsShared: true,
    common: { deviceGroup: 'edge-dg', trafficGroup: 'traffic-group-1' },
    floating: [{ name: 'float', address: '10.3.89.80/24', vlan: 'internal', trafficGroup: 'traffic-group-1' }],
    outer: [{ name: 'own', address: `10.3.89.8${i}/24`, vlan: 'internal', trafficGroup: 'traffic-group-local-only' }],
    inner: [],
    trafficGroups: { 'virtual-address 10.3.88.90': 'traffic-group-1' },
    secondary: {},
    ...changes,
  };
  return { name, facts: { pair } as BigIpFacts, state };
}
