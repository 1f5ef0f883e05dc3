import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readDeclarations } from '../../../lib/tunnel/declared';
import { STAGES, type State, type Subject } from '../../../lib/tunnel/device';
import { parseDeclaration } from '../../../lib/tunnel/parse';
import { devicesOf, KINDS, type Kind } from '../../../lib/tunnel/devices';
import { contains, parseCidr } from '../../../lib/tunnel/address';
import type { Goal, Observed, Plan, Situation } from '../../../lib/tunnel/plan';
import { reconcile } from '../../../lib/tunnel/reconcile';
import type { Before, Original } from '../../../lib/tunnel/records';
import type { Tunnel } from '../../../lib/tunnel/tunnel';
import { bridgeFlows, type Bridge } from './pipelines';

export const EXAMPLE_FILE = join(__dirname, '../../../tunnels/edge-a.yaml');
/** The published procedure's single ramp. */
export const EXAMPLE = readDeclarations([
  { path: 'edge-a.yaml', text: readFileSync(EXAMPLE_FILE, 'utf8') },
])[0] as Tunnel;

/** The example with other fields; nested objects are merged, lists replaced. Checked as any declaration. */
export function tunnel(changes: Readonly<Record<string, unknown>> = {}): Tunnel {
  return parseDeclaration(merge(EXAMPLE, changes), 'test') as Tunnel;
}

export function merge(base: object, changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [key, value] of Object.entries(changes)) {
    const old = merged[key];
    const nested = [old, value].every((each) => typeof each === 'object' && each !== null && !Array.isArray(each));
    merged[key] = nested ? merge(old as object, value as Record<string, unknown>) : value;
  }
  return merged;
}

/** The only BIG-IP or ramp node of a declaration, as what is asked of it is about. */
export function subject(kind: Kind, spec: Tunnel, applied: Tunnel | null = null): Subject {
  const names = { bigip: spec.bigip[0]!.management, ramp: spec.ramp.nodes[0]!.instance, cluster: spec.cluster?.admin };
  return { name: names[kind] ?? '', spec, applied };
}

export type Said = readonly [question: string, lines: readonly string[], code: number | '-'];

/** What an observe script prints: the answers, and the mark at their end. */
export function answerText(said: readonly Said[]): string {
  const body = said
    .map(([question, lines, code]) => `?${question}\n${lines.map((line) => `|${line}\n`).join('')}=${code}\n`)
    .join('');
  const checksum = createHash('sha256').update(body).digest('hex').slice(0, 16);
  return `${body}.${body.split('\n').length - 1} ${checksum}\n`;
}

export const ALIVE = ['3 packets transmitted, 3 received, 0% packet loss, time 402ms'];
export const DEAD = ['3 packets transmitted, 0 received, 100% packet loss, time 402ms'];

/** A BIG-IP's objects of one tunnel, a ramp node's, and what stands around them: enough to answer every question of the observe scripts. */
export interface World {
  bigip: State;
  /** The file on the bastion that says what was saved last. */
  saved: string | undefined;
  /** What BIG-IP says of its device group: two statuses, or null where it would not say. */
  group: { readonly sync: string; readonly failover: string } | null;
  /** Whole lines of `list net route one-line` beside the tunnel's own routes. */
  otherRoutes: readonly string[];
  ramp: State;
  /** null: the node has no tun0. */
  bridge: Bridge | null;
  /** Lines of dump-flows beside the SDN's and those in `ramp`. */
  otherFlows: readonly string[];
  /** Addresses that the CNI has given to Pods. */
  claims: readonly string[];
  forwarding: string;
  alive: boolean;
}

export const BRIDGE: Bridge = {
  plugin: 'ovs-multitenant',
  gateway: '10.129.0.1',
  subnet: '10.129.0.0/23',
  port: '2',
  mac: '4e:1f:a2:00:00:01',
  clusters: ['10.128.0.0/14'],
  pods: ['10.129.0.5', '10.129.0.6'],
};

/** A BIG-IP with its virtual servers and a ramp node that nobody has prepared. */
export function freshWorld(spec: Tunnel, translations: State = {}): World {
  return {
    bigip: Object.fromEntries(
      spec.virtualServers.map((name) => [`virtual ${name}`, translations[name] ?? 'type automap'] as const),
    ),
    saved: undefined,
    group: { sync: 'Standalone', failover: 'ACTIVE' },
    otherRoutes: [],
    ramp: {},
    bridge: { ...BRIDGE, clusters: spec.clusterNetworks },
    otherFlows: [],
    claims: ['10.129.0.5', '10.129.0.6'],
    forwarding: '1',
    alive: true,
  };
}

/** tmsh's listing of an object with a canonical value. */
export function listing(path: string, value: string, incidental: readonly string[] = []): string[] {
  const words = value.split(' ');
  const properties = incidental.map((line) => [line]);
  for (let i = 0; i < words.length; i += 2) {
    const [name, text] = [words[i]!, words[i + 1]!];
    const plain = text.replaceAll('%20', ' ').replaceAll('%25', '%');
    if (text === 'none') continue;
    if (name === 'members') properties.push(['members {', ...text.split(',').map((member) => `    ${member}`), '}']);
    else properties.push([`${name} ${/\s/.test(plain) ? `"${plain}"` : plain}`]);
  }
  return [
    `${path} {`,
    ...properties
      .sort(([a], [b]) => (a! < b! ? -1 : 1))
      .flat()
      .map((line) => `    ${line}`),
    '}',
  ];
}

const NOT_FOUND = ['01020036:3: The requested object (/Common/X) was not found.'];

export function bigipAnswer(world: World, spec: Tunnel, applied: Tunnel | null): string {
  return answerText(
    KINDS.bigip.questions(subject('bigip', spec, applied)).map((question) => bigipSays(world, question)),
  );
}

function bigipSays({ bigip, saved, group, otherRoutes, alive }: World, question: string): Said {
  const [kind, name, tunnel] = question.split(' ') as [string, string, string?];
  const value = bigip[question];
  const paths: Readonly<Record<string, string>> = {
    tunnel: 'net tunnels tunnel',
    self: 'net self',
    snatpool: 'ltm snatpool',
  };
  if (kind === 'saved') return [question, saved === undefined ? [] : [saved], 0];
  if (kind === 'group')
    return group === null
      ? [question, ['Syntax Error: "cm" unknown property'], 1]
      : [question, ['CM::Status', `Status  ${name === 'sync-status' ? group.sync : group.failover}`], 0];
  if (kind === 'ping')
    return Object.keys(bigip).some((object) => object.startsWith('tunnel '))
      ? [question, alive ? ALIVE : DEAD, alive ? 0 : 1]
      : [question, [], '-'];
  if (kind === 'routes') {
    const own = Object.entries(bigip)
      .filter(([object]) => object.startsWith('route '))
      .map(([object, text]) => listing(`net ${object}`, text).join(' ').replace(/\s+/g, ' '));
    const cluster = parseCidr(name)!;
    const near = (line: string): boolean => {
      const to = / network (\S+)/.exec(line)?.[1] ?? line.split(' ')[2]!;
      return (
        line.includes(` interface ${tunnel} `) || (parseCidr(to) !== undefined && contains(cluster, to.split('/')[0]!))
      );
    };
    return [question, [...own, ...otherRoutes].filter(near), 0];
  }
  if (value === undefined) return [question, NOT_FOUND, 1];
  if (kind === 'virtual') {
    const type = value.split(' ')[1]!;
    const found = value.startsWith('type snat pool ')
      ? [`        pool ${value.slice('type snat pool '.length)}`, '        type snat']
      : [`        type ${type}`];
    return [question, [`ltm virtual ${name} {`, '    source-address-translation {', ...found, '    }', '}'], 0];
  }
  const incidental =
    kind === 'tunnel' ? ['if-index 736'] : kind === 'self' ? ['traffic-group traffic-group-local-only'] : [];
  return [question, listing(`${paths[kind]} ${name}`, value, incidental), 0];
}

export function rampAnswer(
  world: World,
  spec: Tunnel,
  applied: Tunnel | null,
  name = spec.ramp.nodes[0]!.instance,
): string {
  return answerText(KINDS.ramp.questions({ name, spec, applied }).map((question) => rampSays(world, question)));
}

function rampSays(world: World, question: string): Said {
  const { ramp, bridge, claims, forwarding, alive } = world;
  const [kind, name] = question.split(' ') as [string, string];
  const value = ramp[question];
  const held = (prefix: string): readonly string[] =>
    Object.keys(ramp)
      .filter((object) => object.startsWith(prefix))
      .map((object) => object.slice(prefix.length));
  const stands = name === 'tun0' ? bridge !== null : ramp[`tunnel ${name}`] !== undefined;
  switch (kind) {
    case 'forwarding':
      return [question, [forwarding], 0];
    case 'addresses': {
      if (!stands) return [question, [`Device "${name}" does not exist.`], 1];
      const gateway = name === 'tun0' ? [`${bridge!.gateway}/${bridge!.subnet.split('/')[1]}`] : [];
      const all = [...gateway, ...held(`address ${name} `).map((address) => `${address}/32`)];
      return [
        question,
        all.map((a) => `9: ${name}    inet ${a} scope global ${name}\\       valid_lft forever preferred_lft forever`),
        0,
      ];
    }
    case 'link': {
      if (!stands) return [question, [`Device "${name}" does not exist.`], 1];
      const flags = name === 'tun0' || value === 'up' ? 'UP,LOWER_UP' : 'NOARP';
      const ether =
        name === 'tun0' ? `link/ether ${bridge!.mac} brd ff:ff:ff:ff:ff:ff` : 'link/ipip 0.0.0.0 peer 10.3.89.66';
      return [question, [`9: ${name}: <BROADCAST,${flags}> mtu 1450 qdisc noqueue state UNKNOWN\\    ${ether}`], 0];
    }
    case 'port':
      return bridge === null
        ? [question, ['ovs-vsctl: no row "tun0" in table Interface'], 1]
        : [question, [bridge.port], 0];
    case 'tunnel':
      return [question, value === undefined ? [] : [`${name}: ip/ip ${value} ttl inherit`], 0];
    case 'route':
      return [
        question,
        value === undefined ? [] : [`${name} ${value} ${/^dev \S+$/.test(value) ? 'scope link ' : ''}`],
        0,
      ];
    case 'input':
      return [
        question,
        value === 'ahead'
          ? ['present 1', 'ours 1', 'reject 5']
          : value === 'behind'
            ? ['present 1', 'reject 4', 'ours 5']
            : ['present 0', 'reject 4'],
        0,
      ];
    case 'nat':
      return [
        question,
        value === undefined
          ? []
          : [
              `-A POSTROUTING -s ${name}/32 -o tun0 -m comment --comment "edge-ramp:edge-a" -j SNAT --to-source ${value.slice(3)}`,
            ],
        0,
      ];
    case 'claims': {
      const ours = held('claim ');
      return [question, [[...claims, ...ours].map((a) => `${a} `).join(''), ours.map((a) => `${a} `).join('')], 0];
    }
    case 'pods':
      return [question, [(bridge?.pods ?? []).map((pod) => `${pod} `).join('')], 0];
    case 'flows':
      return bridge === null
        ? [question, ['ovs-ofctl: br0 is not a bridge or a socket'], 1]
        : [question, [...bridgeFlows(bridge), ...dumpOurs(ramp), ...world.otherFlows], 0];
    case 'ping':
      return Object.keys(ramp).some((object) => object.startsWith('tunnel '))
        ? [question, alive ? ALIVE : DEAD, alive ? 0 : 1]
        : [question, [], '-'];
    default:
      throw new Error(`nobody can answer ${question}`);
  }
}

/** A pair's node that nobody has prepared. */
export function pairNodeAnswer(spec: Tunnel, name: string): string {
  const world = freshWorld(spec);
  return answerText(
    KINDS.ramp.questions({ name, spec, applied: null }).map((question): Said => {
      if (question === 'report') return [question, ['arguments -', 'text other', 'unit inactive -', 'last -'], 0];
      if (question.startsWith('vip ')) return [question, ['nowhere'], 0];
      if (question.startsWith('trace ')) return [question, ['Datapath actions: drop'], 0];
      return rampSays(world, question);
    }),
  );
}

/** Open vSwitch prints a rule in other words than it was given in. */
export function dumpOurs(ramp: State): readonly string[] {
  return Object.entries(ramp).flatMap(([object, value]) => {
    const [, table, priority, match] = /^flow table=([0-9]+),priority=([0-9]+),(.*)$/.exec(object) ?? [];
    const [, cookie, actions] = /^cookie=(\S+) actions=(.*)$/.exec(value) ?? [];
    if (table === undefined) return [];
    const rewritten = actions!
      .replace(/mod_nw_src:([0-9.]+)/, 'set_field:$1->ip_src')
      .replace(/mod_nw_dst:([0-9.]+)/, 'set_field:$1->ip_dst')
      .replace(/mod_dl_dst:([0-9a-f:]+)/, 'set_field:$1->eth_dst');
    const rank = priority === '32768' ? '' : `priority=${priority},`;
    return [
      ` cookie=${cookie}, duration=5.1s, table=${table}, n_packets=1, n_bytes=98, ${rank}${match} actions=${rewritten}`,
    ];
  });
}

/** A tunnel's site over several runs: the devices, and the records that lie in the table. Operations have the effect that they announce. */
export class Site {
  applied: Tunnel | null = null;
  original: Original = {};
  before: Before = {};
  constructor(
    public spec: Tunnel,
    public world: World = freshWorld(spec),
  ) {}

  /** Nodes beside the first one: those that a changed declaration names. */
  readonly others: Record<string, World> = {};

  worldOf(device: string): World {
    return this.others[device] ?? this.world;
  }

  observe(): readonly Observed[] {
    const { applied } = this;
    return devicesOf(this.spec, applied).map(({ kind, name, spec: declared }) => {
      const spec = declared as Tunnel;
      const [about, world] = [{ name, spec, applied }, this.worldOf(name)];
      const observation =
        kind === 'bigip'
          ? KINDS.bigip.read(bigipAnswer(world, spec, applied), about)
          : KINDS.ramp.read(rampAnswer(world, spec, applied, name), about);
      return { kind, name, observation };
    });
  }

  situation(): Situation {
    const { spec, applied, original, before } = this;
    return { spec, applied, original, before, observed: this.observe() };
  }

  plan(goal: Goal = 'declared'): Plan {
    return reconcile(goal, this.situation());
  }

  /** Carries out the operations, at most so many of them, in the order of the stages. */
  carryOut(plan: Plan, most = Infinity): void {
    let left = most;
    const all = STAGES.flatMap((stage) =>
      (['ramp', 'bigip'] as const).flatMap((kind) => plan.work[stage][kind].map((work) => [work, kind] as const)),
    );
    for (const [{ device, operations, saved }, kind] of all) {
      const world = this.worldOf(device);
      if (kind === 'bigip' && left > 0) world.saved ??= saved ?? undefined;
      for (const operation of operations) {
        if (operation.startsWith('drain~')) continue; // changes nothing
        if (left-- <= 0) return;
        const [, object, , to] = operation.split('~') as [string, string, string, string];
        if (object === 'config saved') world.saved = to;
        else world[kind] = set(world[kind], object, to === '-' ? undefined : to);
      }
    }
  }

  /** A whole run that succeeds: plan, record, carry out, record. */
  apply(goal: 'declared' | 'absent' = 'declared'): Plan {
    const plan = this.plan(goal);
    this.carryOut(plan);
    this.original = goal === 'absent' ? {} : plan.original;
    this.applied = goal === 'absent' ? null : this.spec;
    this.before = {};
    return plan;
  }
}

export function set(state: State, object: string, value: string | undefined): State {
  const { [object]: _old, ...rest } = state;
  return value === undefined ? rest : { ...rest, [object]: value };
}

/** What the published procedure leaves on BIG-IP, in the order in which it makes it. */
export function publishedOnBigIp(spec: Tunnel): readonly (readonly [string, string])[] {
  const pool = spec.objects.snatPool;
  const [network] = spec.clusterNetworks as [string];
  return [
    [
      `tunnel ${spec.objects.tunnel}`,
      `profile ipip local-address ${spec.bigip[0]!.address} remote-address ${spec.ramp.nodes[0]!.address} description OpenShift%20SDN`,
    ],
    [
      `self ${spec.objects.self}`,
      `address ${spec.tunnel.bigip} vlan ${spec.objects.tunnel} allow-service all description none`,
    ],
    [`route ${network}`, `network ${network} interface ${spec.objects.tunnel} description none`],
    [`snatpool ${pool}`, `members ${spec.tunnel.bigip.split('/')[0]} description none`],
    ...spec.virtualServers.map((name) => [`virtual ${name}`, `type snat pool ${pool}`] as const),
  ];
}

/** What the published procedure leaves on the ramp node. Two of its flows bear no cookie, and two stand in a table that is never reached. */
export function publishedOnRamp(spec: Tunnel, bridge: Bridge): readonly (readonly [string, string])[] {
  const source = spec.tunnel.bigip.split('/')[0]!;
  const [node, device] = [spec.ramp.nodes[0]!, spec.tunnel.interface];
  const address = `${bridge.gateway.split('.').slice(0, 3).join('.')}.254`;
  const [network] = spec.clusterNetworks as [string];
  const flow = (cookie: string, table: number, match: string, actions: string): readonly [string, string] => [
    `flow table=${table},priority=32768,${match}`,
    `cookie=${cookie} actions=${actions}`,
  ];
  return [
    [`tunnel ${device}`, `remote ${spec.bigip[0]!.address} local any dev ${node.interface}`],
    [`address ${device} ${spec.tunnel.node}`, '/32'],
    [`link ${device}`, 'up'],
    [`route ${source}`, `dev ${device}`],
    [`address tun0 ${address}`, '/32'],
    flow('0x999', 0, `ip,nw_src=${source}`, `mod_nw_src:${address},resubmit(,0)`),
    flow('0x999', 0, `ip,nw_dst=${address}`, `mod_nw_dst:${source},resubmit(,0)`),
    flow('0x999', 0, `arp,arp_tpa=${address}`, `output:${bridge.port}`),
    flow('0x999', 0, `arp,arp_spa=${address},arp_tpa=${network},in_port=${bridge.port}`, 'goto_table:30'),
    flow('0x0', 5, `arp,arp_tpa=${address}`, `output:${bridge.port}`),
    flow('0x0', 5, `ip,nw_dst=${address}`, `output:${bridge.port}`),
    flow('0x999', 0, `ip,nw_dst=${source}`, `output:${bridge.port}`),
  ];
}
