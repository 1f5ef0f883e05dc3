import { bigipNamed, tunnelAddress, type Tunnel } from '../declaration/tunnel';
import { excerpt, type Answer } from '../device/answer';
import type { Look } from '../device/look';
import type { Subject } from '../device/observation';
import type { State } from '../device/operation';
import { NotUnderstood } from '../errors/errors';
import type { FailoverRole, FoundSelf, PairFacts } from './facts';
import { FAILOVER_STATUS, SYNC_STATUS } from './group';
import { isGood, isMissing, listed, listing, notTheOne } from './listing';
import { ownSelf } from './self';
import { readSyncStatus } from './sync-status';
import { properties, relative, type Block } from './tmsh';
import { ownTunnel } from './tunnel';

const [DEVICES, SWITCH, ADDRESSES] = ['devices', 'db iptunnel.configsync', 'addresses'];
/** What /Common is in, and with it what lies there. */
export const FOLDER = 'folder';
/** Which tunnels have changed shared objects on the unit since the last sync: the bastion notes them. */
const PENDING = 'pending';
/** What BIG-IP makes by itself for a member of the SNAT pool (BIP-45). */
const TRANSLATION = 'translation';

/** What is asked of a unit of a pair beside all that is asked of any BIG-IP; of one that is declared alone nothing. */
export function pairQuestions({ name, spec }: Subject): readonly string[] {
  const { bigipPair } = spec;
  if (bigipPair === undefined) return [];
  const { floating, deviceGroup } = bigipPair;
  return [
    DEVICES,
    `device-group ${deviceGroup}`,
    FOLDER,
    SWITCH,
    PENDING,
    `selfs ${floating}`,
    ...unitAddresses(spec, name).map((address) => `selfs ${address}`),
    ADDRESSES,
    `${TRANSLATION} ${tunnelAddress(spec)}`,
  ];
}

/** undefined: it is declared alone. @throws NotUnderstood */
export function readPair(look: Look): PairFacts | undefined {
  const { spec, name } = look.subject;
  const { bigipPair } = spec;
  if (bigipPair === undefined) return undefined;
  const { floating, deviceGroup } = bigipPair;
  const [outer, inner] = unitAddresses(spec, name);
  const standing = readStanding(look);
  return {
    role: readRole(look.answer(FAILOVER_STATUS)),
    ...readSyncStatus(look.answer(SYNC_STATUS), deviceGroup),
    ...readDevices(look),
    pendingOf: look.answer(PENDING).lines,
    deviceGroup: readDeviceGroup(look, deviceGroup),
    tunnelsShared: readSwitch(look),
    common: readCommon(look),
    floating: readSelfs(look, `selfs ${floating}`),
    outer: readSelfs(look, `selfs ${outer}`),
    inner: readSelfs(look, `selfs ${inner}`),
    trafficGroups: {
      ...propertyOf('traffic-group', standing),
      ...readVirtualAddresses(look),
      ...readTranslation(look),
    },
    secondary: propertyOf('secondary-address', standing),
  };
}

/** A unit's own addresses: on the network that it shares with the ramp node, and inside the tunnel. */
function unitAddresses(spec: Tunnel, name: string): readonly [outer: string, inner: string] {
  const { address, inner } = bigipNamed(spec, name)!;
  return [address, inner!];
}

const ROLES = ['ACTIVE', 'STANDBY', 'OFFLINE', 'FORCED OFFLINE'] as const;

/** The line `Status` of `show cm failover-status`. Two such lines are two answers, or parts of them. */
export function readRole(answer: Answer): FailoverRole {
  const statuses = answer.lines.flatMap((line) => /^\s*Status\s+(\S.*?)\s*$/i.exec(line)?.[1] ?? []);
  const is = ROLES.find((role) => statuses.length === 1 && role === statuses[0]!.toUpperCase());
  return isGood(answer) && is !== undefined ? { is, said: is } : { is: 'unknown', said: answer.printed };
}

/** Who is who: one device is the unit itself. @throws NotUnderstood */
function readDevices(look: Look): Pick<PairFacts, 'device' | 'devices'> {
  const answer = look.answer(DEVICES);
  const found = listed(look.device, 'cm device', 'its devices', answer).map(({ name, block }) => {
    const value = (property: string): string => properties(block).get(property)?.join(' ') ?? '';
    return {
      name,
      isSelf: value('self-device') === 'true',
      management: value('management-ip'),
      version: value('version'),
    };
  });
  const [self, ...others] = found.filter(({ isSelf }) => isSelf);
  if (self === undefined || others.length > 0)
    throw new NotUnderstood(
      'answer-unknown',
      `${look.device}: of its devices ("list cm device") not exactly one is the unit itself: ${answer.printed}`,
    );
  return {
    device: self.name,
    devices: Object.fromEntries(
      found.map(({ name, management, version }) => [
        name,
        { management: management.split('/')[0]!, version: /^\d+\.\d+\.\d+/.exec(version)?.[0] ?? version },
      ]),
    ),
  };
}

/** @throws NotUnderstood */
function readDeviceGroup(look: Look, name: string): PairFacts['deviceGroup'] {
  const question = `device-group ${name}`;
  const answer = look.answer(question);
  if (isMissing(answer)) return undefined;
  const [found, ...more] = listed(look.device, 'cm device-group', question, answer);
  if (found?.name !== name || more.length > 0) throw notTheOne(look.device, question, answer);
  const value = (property: string): string => properties(found.block).get(property)?.join(' ') ?? '';
  return {
    type: value('type'),
    members: members(found.block),
    autoSync: value('auto-sync') === 'enabled',
    saveOnAutoSync: value('save-on-auto-sync') === 'true',
  };
}

/** `devices { /Common/A { } /Common/B { set-sync-leader false } }`: the names, without what stands in the braces behind each. */
function members(block: Block): readonly string[] {
  const devices = block[block.indexOf('devices') + 1];
  return typeof devices === 'object' ? devices.flatMap((each) => (typeof each === 'string' ? relative(each) : [])) : [];
}

/** What `sys db iptunnel.configsync` says, by which all tunnels of a unit are synchronised or none. */
function readSwitch(look: Look): boolean | undefined {
  const answer = look.answer(SWITCH);
  if (!isGood(answer)) return undefined;
  const [found, ...more] = listed(look.device, 'sys db', SWITCH, answer);
  const value = properties(found?.block ?? [])
    .get('value')
    ?.join(' ');
  if (found?.name !== 'iptunnel.configsync' || more.length > 0) throw notTheOne(look.device, SWITCH, answer);
  return value === 'enable' ? true : value === 'disable' ? false : undefined;
}

/** @throws NotUnderstood */
export function readCommon(look: Look): PairFacts['common'] {
  const answer = look.answer(FOLDER);
  const [found, ...more] = listing(look.device, 'folder /Common', answer);
  if (found === undefined || !/^sys folder \/?Common$/.test(found.path) || more.length > 0)
    throw notTheOne(look.device, 'folder /Common', answer);
  const value = (property: string): string | undefined => {
    const name = properties(found.block).get(property)?.map(relative).join(' ');
    return name === 'none' ? undefined : name;
  };
  return { deviceGroup: value('device-group'), trafficGroup: value('traffic-group') };
}

/** The self IPs that are listed. One without a traffic group is the unit's own, as new ones are. @throws NotUnderstood */
export function readSelfs(look: Look, question: string): readonly FoundSelf[] {
  return listed(look.device, ownSelf.tmshClass, question, look.answer(question)).map(({ name, block }) => {
    const value = (property: string): string => properties(block).get(property)?.map(relative).join(' ') ?? '';
    return {
      name,
      address: value('address'),
      vlan: value('vlan'),
      trafficGroup: value('traffic-group') || 'traffic-group-local-only',
    };
  });
}

type Standing = readonly (readonly [object: string, found: ReadonlyMap<string, readonly string[]>])[];

/** Our tunnels and floating self IPs that stand, under the names of either declaration, with all their properties. @throws NotUnderstood */
function readStanding(look: Look): Standing {
  const asked = new Set(
    look.declarations.flatMap(({ objects }) => [`tunnel ${objects.tunnel}`, `self ${objects.self}`]),
  );
  return [...asked].flatMap((object) => {
    const answer = look.answer(object);
    if (isMissing(answer)) return [];
    const { tmshClass } = object.startsWith('tunnel ') ? ownTunnel : ownSelf;
    return listed(look.device, tmshClass, object, answer).map(({ block }) => [object, properties(block)] as const);
  });
}

/** What is printed for no address, or no group. */
const NOTHING = ['', 'none', 'any', 'any6', '::', '0.0.0.0'];

function propertyOf(name: string, standing: Standing): State {
  const values = standing.map(([object, found]) => [object, relative(found.get(name)?.join(' ') ?? '')] as const);
  return Object.fromEntries(values.filter(([, value]) => !NOTHING.includes(value)));
}

/**
 * The virtual addresses of the declared virtual servers, each with its traffic group; a virtual server for which the script found none comes
 * itself, in no group that there is. @throws NotUnderstood
 */
function readVirtualAddresses(look: Look): State {
  return Object.fromEntries(
    listing(look.device, 'its virtual addresses', look.answer(ADDRESSES)).map(({ path, block }) => [
      excerpt(path.replace(/^ltm /, '').replace('/Common/', '')),
      properties(block).get('traffic-group')?.map(relative).join(' ') ?? 'unknown',
    ]),
  );
}

/** The traffic group of the translation that the SNAT pool sends from; none while there is no pool. @throws NotUnderstood */
function readTranslation(look: Look): State {
  const address = tunnelAddress(look.subject.spec);
  const question = `${TRANSLATION} ${address}`;
  const answer = look.answer(question);
  if (isMissing(answer)) return {};
  const [found, ...more] = listed(look.device, 'ltm snat-translation', question, answer);
  if (found?.name !== address || more.length > 0) throw notTheOne(look.device, question, answer);
  const group = properties(found.block).get('traffic-group')?.map(relative).join(' ');
  return { [`snat-translation ${address}`]: group ?? 'unknown' };
}
