import { contains, parseCidr } from '../lib/tunnel/declaration/address';
import { bigip } from '../lib/tunnel/bigip/device';
import type { PairFacts } from '../lib/tunnel/bigip/facts';
import { listing } from '../lib/tunnel/bigip/listing';
import { readSyncStatus } from '../lib/tunnel/bigip/sync-status';
import { properties, relative } from '../lib/tunnel/bigip/tmsh';
import { excerpt } from '../lib/tunnel/device/answer';
import { NOTHING, unless, type Assumption } from './assumption';
import { declared } from './declared';
import { heard, observed } from './replay';
import { answerTo, type Transcript } from './transcript';

/** What a pair of BIG-IPs alone can settle, asked on one unit; the lines are kit/transcript.sh's. */
export const PAIR: readonly Assumption[] = [
  {
    id: 'BIP-33',
    says: 'the switch for the synchronisation of tunnels has the value "enable" or "disable"',
    by: ['switch'],
    contradiction: (transcript) => {
      const [one, ...others] = objects(transcript, 'switch');
      const value = one?.has('value');
      const is = one?.path === 'sys db iptunnel.configsync' && (value === 'enable' || value === 'disable');
      return unless(is && others.length === 0, said(transcript, 'switch'));
    },
  },
  {
    id: 'BIP-38',
    says: 'the details of the sync status have one line for the device group, with a known status',
    by: ['sync-status'],
    contradiction: (transcript) => {
      const { sync } = readSyncStatus(heard(transcript, 'sync-status'), transcript.told['group']!);
      return unless(sync.is !== 'unknown', said(transcript, 'sync-status'));
    },
  },
  {
    id: 'BIP-39',
    says: 'the failover status has one line "Status" with one of the four known states',
    by: ['failover'],
    contradiction: (transcript) => {
      const { lines } = answerTo(transcript, 'failover')!;
      const states = lines.flatMap((line) => /^\s*Status\s+(\S.*?)\s*$/.exec(line)?.[1] ?? []);
      const known = ['ACTIVE', 'STANDBY', 'OFFLINE', 'FORCED OFFLINE'];
      return unless(states.length === 1 && known.includes(states[0]!), said(transcript, 'failover'));
    },
  },
  {
    id: 'BIP-35',
    says: 'the folder /Common shows its device group and its traffic group',
    by: ['folder'],
    contradiction: (transcript) => {
      const common = objects(transcript, 'folder').find(({ path }) => path === 'sys folder /Common');
      const both = common?.has('device-group') !== undefined && common.has('traffic-group') !== undefined;
      return unless(both, said(transcript, 'folder'));
    },
  },
  {
    id: 'BIP-37',
    says: 'with all its properties a tunnel shows local-address, secondary-address and traffic-group',
    needs: 'tunnels',
    by: ['tunnels'],
    contradiction: (transcript) => {
      const tunnels = objects(transcript, 'tunnels');
      const whole = tunnels.every(({ has }) =>
        ['local-address', 'secondary-address', 'traffic-group'].every((property) => has(property) !== undefined),
      );
      return tunnels.length === 0 ? NOTHING : unless(whole, said(transcript, 'tunnels'));
    },
  },
  {
    id: 'BIP-36',
    says: 'each floating self IP has one of the unit itself in its network',
    needs: 'floating self IPs',
    by: ['selfs'],
    contradiction: (transcript) => {
      const selfs = objects(transcript, 'selfs')
        .map(({ has }) => ({
          address: has('address') ?? '',
          own: relative(has('traffic-group') ?? '') === 'traffic-group-local-only',
        }))
        .filter(({ address }) => parseCidr(address) !== undefined);
      const floating = selfs.filter(({ own }) => !own);
      const alone = floating.filter(
        ({ address }) => !selfs.some((each) => each.own && inOneNetwork(address, each.address)),
      );
      if (floating.length === 0) return NOTHING;
      return unless(alone.length === 0, `nothing is beside ${alone.map(({ address }) => address).join(', ')}`);
    },
  },
  {
    id: 'BIP-45',
    says: 'each SNAT translation and virtual address shows its traffic group',
    needs: 'SNAT translations or no virtual addresses',
    by: ['translations', 'virtual-addresses'],
    contradiction: (transcript) => {
      const keys = ['translations', 'virtual-addresses'];
      if (keys.some((key) => objects(transcript, key).length === 0)) return NOTHING;
      const without = keys.find((key) =>
        objects(transcript, key).some(({ has }) => has('traffic-group') === undefined),
      );
      return without === undefined ? undefined : said(transcript, without);
    },
  },
  {
    id: 'BIP-40',
    says: 'the devices and the group tell who is who: one is the unit itself, and the members are among them',
    by: ['devices', 'device-group', 'switch', 'folder', 'sync-status', 'failover'],
    given: ['BIP-33', 'BIP-35', 'BIP-38', 'BIP-39'],
    contradiction: (transcript) => {
      const told = new Set(objects(transcript, 'device-group').flatMap(({ names }) => names));
      const missing = ['type', 'devices', 'auto-sync', 'save-on-auto-sync'].filter((property) => !told.has(property));
      if (missing.length > 0) return `without ${missing.join(', ')}, ${said(transcript, 'device-group')}`;
      const { device, devices, deviceGroup } = look(transcript);
      const whole = Object.values(devices).every(({ management, version }) => management !== '' && version !== '');
      const members = deviceGroup?.members ?? [];
      const known = members.includes(device) && members.every((member) => devices[member] !== undefined);
      return unless(whole && known, said(transcript, whole ? 'device-group' : 'devices'));
    },
  },
];

interface Listed {
  readonly path: string;
  readonly names: readonly string[];
  /** A property's value, its words joined by blanks. */
  readonly has: (property: string) => string | undefined;
}

/** What the product understands of a unit that gives these answers. @throws NotUnderstood */
function look(transcript: Transcript): PairFacts {
  const [one] = declared({}).bigip;
  const spec = declared({
    bigip: [1, 2].map((i) => ({
      ...one!,
      management: `192.0.2.2${i}`,
      address: `192.0.2.3${i}`,
      inner: `198.51.100.1${i}`,
    })),
    bigipPair: { floating: '192.0.2.30', deviceGroup: transcript.told['group'], network: 'l2' },
  });
  const subject = { name: spec.bigip[0]!.management, spec, applied: null };
  const keys = transcript.said.map(({ key }) => key);
  return bigip.read(observed(transcript, keys, bigip.questions(subject)), subject).facts.pair!;
}

/** What was listed, as the product reads it. @throws NotUnderstood */
function objects(transcript: Transcript, key: string): readonly Listed[] {
  return listing('the unit', key, heard(transcript, key)).map(({ path, block }) => {
    const found = properties(block);
    return { path, names: [...found.keys()], has: (property) => found.get(property)?.join(' ') };
  });
}

function inOneNetwork(a: string, b: string): boolean {
  return contains(parseCidr(a)!, b.split('/')[0]!);
}

function said(transcript: Transcript, key: string): string {
  return `it says: ${excerpt(answerTo(transcript, key)!.lines.join(' '))}`;
}
