import { tunnelAddress, type Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { publishedOnRamp, set, type World } from '../lib/tunnel/world';
import type { Devices } from './devices';
import type { JudgedPlan } from './recorded';
import { marked } from './replay';
import type { Spoilt } from './story';

/** What an interface manager gives a tunnel, and a published script that was run twice: forms that are adopted, or refused by name. */
const FORMS: readonly (readonly [options: string, address: string, route: string])[] = [
  ['', '/32', ''],
  [' ttl 255', '/24 brd 10.255.255.255 noprefixroute', ' proto static metric 425'],
  [' ttl 64 tos inherit', 'peer SELF/32', 'none'],
  [' nopmtudisc', '/32', ' proto 99'],
  [' 6rd-prefix 2002::/16', '/32', ''],
];

export const adoptedForms = FORMS.map(([options, address, route]) => (world: World, spec: Tunnel): void => {
  const { interface: device, node: own } = spec.tunnel;
  const to = tunnelAddress(spec);
  const ends = `remote ${spec.bigip[0]!.address} local any dev ${spec.ramp.nodes[0]!.interface}`;
  world.ramp = {
    ...(world.bridge === null ? {} : Object.fromEntries(publishedOnRamp(spec, world.bridge).slice(3))),
    [`tunnel ${device}`]: `${ends}${options}`,
    [`link ${device}`]: 'up',
    [`address ${device} ${own}`]: address.replace('SELF', to),
    [`address ${device} 10.9.9.8`]: '/32',
    ...(route === 'none' ? {} : { [`route ${to}`]: `dev ${device}${route}` }),
  };
});

/** Ways in which an answer is not one. */
export function faults(seed: number): Readonly<Record<string, Spoilt['how']>> {
  const body = (text: string): string[] => text.split('\n').slice(0, -2);
  const blocks = (text: string): string[][] =>
    body(text).reduce<string[][]>((all, line) => {
      if (line.startsWith('?')) all.push([]);
      all.at(-1)!.push(line);
      return all;
    }, []);
  const without = (text: string, by: (block: string[]) => string[]): string => {
    const all = blocks(text);
    const at = seed % all.length;
    return marked(all.flatMap((block, i) => (i === at ? by(block) : block)));
  };
  return {
    'is cut short': (text) => text.slice(0, Math.floor(text.length * 0.6)),
    'says nothing': () => '',
    'is altered': (text) => text.replace('=0\n', '=1\n'),
    'lacks an answer': (text) => without(text, () => []),
    'fails one question': (text) => without(text, ([question]) => [question!, '!Connection refused', '=255']),
    'says something else': (text) => without(text, ([question]) => [question!, '|Segmentation fault', '=0']),
    'says nothing to one question': (text) => without(text, ([question]) => [question!, '=0']),
    'remarks something': (text) => marked([...body(text), '?remark', '|a file was in the way', '=0']),
    'is not delivered': { error: 'NotDelivered' },
    refuses: { error: 'DeviceRefused' },
    'may have run': { error: 'OutcomeUnknown' },
    'is throttled': { error: 'Throttled' },
  };
}

/** Somebody else changes one thing that a plan touches, or takes it away. */
export function other(devices: Devices, { before }: JudgedPlan, seed: number): void {
  const [device, object] = before.touched[seed % before.touched.length] as readonly [string, string];
  const world = devices.worlds[device];
  if (world === undefined) {
    const { things, failovers } = devices.cluster;
    const claims = things[object]?.claims ?? {};
    devices.cluster = object.startsWith('ipfailover ')
      ? { things, failovers: {} }
      : { failovers, things: { ...things, [object]: { is: 'theirs', claims } } };
    return;
  }
  const kind =
    Object.keys(world.bigip).includes(object) || /^(?:self|virtual|snatpool|config) /.test(object) ? 'bigip' : 'ramp';
  const values: Readonly<Record<string, string>> = {
    virtual: 'type snat pool theirs',
    snatpool: 'members 172.31.255.251 description none',
    link: 'up',
    address: '/23',
    flow: 'cookie=0x5 actions=drop',
    nat: 'to 10.129.1.9',
    input: 'behind',
  };
  const value = seed % 3 === 0 ? undefined : values[object.split(' ')[0]!];
  if (object === 'config saved') world.saved = value;
  else world[kind] = set(world[kind], object, value);
}
