import { hostOf } from '../address';
import { Refusal, say, type Answer } from '../answer';
import { printed, wordOf, type Properties } from './objects';
import type { Member, Pair } from './pair';
import type { BigIp } from './unit';

/** What nobody types is listed as well: the pair, the system, and what BIG-IP makes by itself. */
interface Listed {
  /** As `list` has it by default. */
  readonly shown: Properties;
  /** What `all-properties` adds. */
  readonly defaults?: Properties;
}
type ListedObjects = Readonly<Record<string, Listed>>;
/** A class, what the error texts call it, and its objects; undefined: not modelled for this unit. */
type SystemClass = readonly [word: string, of: (bigip: BigIp, member: Member | undefined) => ListedObjects | undefined];

const CLASSES: Readonly<Record<string, SystemClass>> = {
  'cm device-group': ['device group', ({ group }, member) => (member ? deviceGroup(member) : group ? undefined : {})],
  'cm device': ['device', (bigip, member) => (member ? devices(member) : bigip.group ? undefined : onlyDevice(bigip))],
  'cm traffic-group': ['traffic group', (_, member) => member && TRAFFIC_GROUPS],
  'ltm snat-translation': ['SNAT Translation Address', (bigip) => translations(bigip)],
  'ltm virtual-address': ['Virtual Address', (bigip) => virtualAddresses(bigip)],
  'sys db': ['database variable', ({ device }) => switches(device?.tunnels ?? 'enable')],
  'sys folder': ['folder', ({ group }, member) => (member ? folder(member.pair) : group ? undefined : folder(ALONE))],
};
const OPTIONS = ['one-line', 'all-properties'];

/** `list CLASS [NAME...] [PROPERTY...] [one-line] [all-properties]`; undefined: the words name another class. */
export function listSystem(bigip: BigIp, member: Member | undefined, words: readonly string[]): Answer | undefined {
  const name = words.slice(0, 2).join(' ');
  const [word, of] = CLASSES[name] ?? [];
  const all = of?.(bigip, member);
  if (!word || !all) return undefined;
  const [oneLine, whole] = OPTIONS.map((option) => words.includes(option));
  const rest = words.slice(2).filter((each) => !OPTIONS.includes(each));
  const properties = new Set(Object.values(all).flatMap((each) => Object.keys({ ...each.defaults, ...each.shown })));
  const named = rest.filter((each) => !properties.has(each)).map((each) => each.replace(/^\/Common\//, ''));
  const only = rest.filter((each) => properties.has(each));
  const blocks = (named.length ? named : Object.keys(all).sort()).map((object) => {
    const found = all[object];
    if (!found) throw new Refusal('notFound', word, object);
    const every = { ...found.defaults, ...found.shown };
    const asked = Object.fromEntries(only.flatMap((each) => (every[each] ? [[each, every[each]]] : [])));
    return printed(`${name} ${object}`, only.length ? asked : whole ? every : found.shown, oneLine ?? false);
  });
  return say(...blocks);
}

function devices({ pair, self, peer }: Member): ListedObjects {
  const ends = (ip: string): string[] => [
    '{',
    `    effective-ip ${ip}`,
    '    effective-port 1026',
    `    ip ${ip}`,
    '}',
  ];
  const known = [self, peer].map(({ management, device }): readonly [string, Listed] => [
    device.name,
    {
      shown: {
        'configsync-ip': management,
        hostname: device.name,
        'management-ip': management,
        ...(device === self.device ? { 'self-device': 'true' } : {}),
        'unicast-address': ends(management),
        version: device.version,
      },
    },
  ]);
  const strange = pair.members.map((name): readonly [string, Listed] => [name, { shown: { hostname: name } }]);
  return Object.fromEntries([...strange, ...known]);
}

/** One that stands alone is the only device of its trust domain. */
const onlyDevice = ({ management }: BigIp): ListedObjects => ({
  'bigip1.example.com': {
    shown: { hostname: 'bigip1.example.com', 'management-ip': management, 'self-device': 'true', version: '17.1.1.3' },
  },
});

const deviceGroup = ({ pair }: Member): ListedObjects => ({
  [pair.group]: {
    shown: {
      ...(pair.autoSync ? { 'auto-sync': 'enabled' } : {}),
      devices: pair.members.map((name) => `/Common/${name} { }`),
      ...(pair.saveOnAutoSync ? { 'save-on-auto-sync': 'true' } : {}),
      type: 'sync-failover',
    },
    defaults: {
      'asm-sync': 'disabled',
      'auto-sync': 'disabled',
      'full-load-on-sync': 'false',
      'incremental-config-sync-size-max': '1024',
      'network-failover': 'enabled',
      'save-on-auto-sync': 'false',
    },
  },
});

const TRAFFIC_GROUPS: ListedObjects = {
  'traffic-group-1': { shown: { 'unit-id': '1' } },
  'traffic-group-local-only': { shown: {} },
};

const switches = (tunnels: string): ListedObjects => ({ 'iptunnel.configsync': { shown: { value: `"${tunnels}"` } } });

/** A unit of no device group. */
const ALONE = { group: undefined, common: { deviceGroup: 'none', trafficGroup: 'traffic-group-1' } };

const folder = ({ group, common }: Pick<Pair, 'common'> & { group: string | undefined }): ListedObjects => ({
  '/Common': {
    shown: {
      'device-group': common.deviceGroup === 'none' ? 'none' : `/Common/${common.deviceGroup}`,
      hidden: 'false',
      'inherited-devicegroup': String(common.deviceGroup === group),
      'inherited-traffic-group': 'true',
      'traffic-group': `/Common/${common.trafficGroup}`,
    },
  },
});

/** Addresses of virtual servers and of SNAT pools are born in the traffic group of their folder. */
const born = ({ trafficGroups }: BigIp, addresses: readonly string[], more: Properties): ListedObjects =>
  Object.fromEntries(
    addresses.map((address) => {
      const [inherited, group] = [trafficGroups?.[address] === undefined, trafficGroups?.[address]];
      const groups = { 'inherited-traffic-group': String(inherited), 'traffic-group': group ?? 'traffic-group-1' };
      return [address, { shown: { address, ...more, ...groups } }];
    }),
  );

function virtualAddresses(bigip: BigIp): ListedObjects {
  const virtuals = Object.values(bigip.running['ltm virtual']);
  const addresses = virtuals.map((virtual) => wordOf(virtual, 'destination').split(':')[0]!);
  return born(bigip, addresses, { arp: 'enabled', mask: '255.255.255.255' });
}

function translations(bigip: BigIp): ListedObjects {
  const members = Object.values(bigip.running['ltm snatpool']).flatMap((pool) => pool['members'] as readonly string[]);
  return born(bigip, members.map(hostOf), {});
}
