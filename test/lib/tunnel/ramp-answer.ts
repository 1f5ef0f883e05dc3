import type { State } from '../../../lib/tunnel/device/operation';
import { KINDS } from '../../../lib/tunnel/plan/devices';
import { rampNode, type Tunnel } from '../../../lib/tunnel/declaration/tunnel';
import { ALIVE, DEAD, answerText, failed, type Said } from './answer-text';
import { bridgeFlows } from './pipelines';
import { freshWorld, type World } from './world';

/** What the observe script prints about a ramp node that stands as the world says. */
export function rampAnswer(
  world: World,
  spec: Tunnel,
  applied: Tunnel | null,
  name = spec.ramp.nodes[0]!.instance!,
): string {
  const device = rampNode(name, spec).interface;
  return answerText(KINDS.ramp.questions({ name, spec, applied }).map((question) => rampSays(world, question, device)));
}

/** What a node without a keeper says of it. */
const NO_KEEPER: readonly string[] = ['goal -', 'text other', 'unit inactive -', 'last -', 'heals 0'];

/** What a ramp node says to one question of the observe script. `device`: the one that has its address. */
export function rampSays(world: World, question: string, device = 'eth0'): Said {
  const { ramp, bridge, ovn, claims, forwarding, alive } = world;
  const [kind, name] = question.split(' ') as [string, string];
  const value = ramp[question];
  const held = (prefix: string): readonly string[] =>
    Object.keys(ramp)
      .filter((object) => object.startsWith(prefix))
      .map((object) => object.slice(prefix.length));
  const stands = name === 'tun0' ? bridge !== null : ramp[`tunnel ${name}`] !== undefined;
  switch (kind) {
    case 'forwarding':
      if (name === undefined) return [question, [forwarding], 0];
      if (!stands) return failed(question, 1, `sysctl: cannot stat /proc/sys/net/ipv4/conf/${name}/forwarding`);
      return [question, [value === undefined ? forwarding : value === 'on' ? '1' : '0'], 0];
    case 'holder':
      return [question, [`${device} ${name}/24`], 0];
    case 'ovn':
      return [question, ovn === null ? [] : managementPort(ovn), 0];
    case 'way':
      return ovn === null ? [question, [], '-'] : [question, [`${name} via 10.129.0.1 dev ovn-k8s-mp0 `], 0];
    case 'ping-mp0':
      return ovn === null ? [question, [], '-'] : [question, alive ? ALIVE : DEAD, alive ? 0 : 1];
    case 'addresses': {
      if (!stands) return failed(question, 1, `Device "${name}" does not exist.`);
      const gateway = name === 'tun0' ? [`${bridge!.gateway}/${bridge!.subnet.split('/')[1]}`] : [];
      const own = held(`address ${name} `).map((address) => [address, ramp[`address ${name} ${address}`]!] as const);
      const all = [...gateway, ...own.map(([address, form]) => `${address}${form.startsWith('/') ? '' : ' '}${form}`)];
      return [
        question,
        all.map((a) => `9: ${name}    inet ${a} scope global ${name}\\       valid_lft forever preferred_lft forever`),
        0,
      ];
    }
    case 'link': {
      if (!stands) return failed(question, 1, `Device "${name}" does not exist.`);
      const flags = name === 'tun0' || value === 'up' ? 'UP,LOWER_UP' : 'NOARP';
      const ether =
        name === 'tun0' ? `link/ether ${bridge!.mac} brd ff:ff:ff:ff:ff:ff` : 'link/ipip 0.0.0.0 peer 10.3.89.66';
      return [question, [`9: ${name}: <BROADCAST,${flags}> mtu 1450 qdisc noqueue state UNKNOWN\\    ${ether}`], 0];
    }
    case 'port':
      return bridge === null ? [question, [], '-'] : [question, [bridge.port], 0];
    case 'tunnel':
      return [question, value === undefined ? [] : [`${name}: ip/ip ${withTtl(value)}`], 0];
    case 'route': {
      const own = Object.entries(ramp)
        .find(([, form]) => form.startsWith(`peer ${name}/32`))?.[0]
        .split(' ');
      const kernels = own ? [`${name} dev ${own[1]} proto kernel scope link src ${own[2]} `] : [];
      return [question, [...kernels, ...(value === undefined ? [] : [`${name} ${withScope(value)} `])], 0];
    }
    case 'keeper':
      return [question, keeperSays(world), 0];
    case 'boot':
      return [question, [], 0];
    case 'check':
    case 'chain':
      return [question, [], '-']; // iptables takes our rules
    case 'input': {
      const rule = ramp[`input ${name}`];
      if (rule === undefined) return [question, ['reject 4'], 0];
      return [question, rule === 'ahead' ? ['ours 1', 'reject 5'] : ['reject 4', 'ours 5'], 0];
    }
    case 'nat':
      return [
        question,
        value === undefined
          ? []
          : [
              `-A POSTROUTING -s ${name}/32 -o ${value.split(' dev ')[1] ?? 'tun0'} -m comment --comment "edge-ramp:edge-a" -j SNAT --to-source ${value.split(' ')[1]}`,
            ],
        0,
      ];
    case 'claims': {
      const ours = held('claim ');
      return [question, [[...claims, ...ours].map((a) => `${a} `).join(''), ours.map((a) => `${a} `).join('')], 0];
    }
    case 'pods':
      return bridge === null ? [question, [], '-'] : [question, [bridge.pods.map((pod) => `${pod} `).join('')], 0];
    case 'flows':
      return bridge === null
        ? [question, [], '-']
        : [question, [...bridgeFlows(bridge), ...dumpOurs(ramp), ...world.otherFlows], 0];
    case 'ping':
      return Object.keys(ramp).some((object) => object.startsWith('tunnel '))
        ? [question, alive ? ALIVE : DEAD, alive ? 0 : 1]
        : [question, [], '-'];
    default:
      throw new Error(`nobody can answer ${question}`);
  }
}

function keeperSays({ ramp, heals }: World): readonly string[] {
  const keeper = Object.entries(ramp).find(([object]) => object.startsWith('keeper '))?.[1];
  if (keeper === undefined) return NO_KEEPER;
  const [, how, goal] = /^(old |stopped )?(.*)$/.exec(keeper)!;
  return [
    `goal ${goal}`,
    `text ${how === 'old ' ? 'other' : 'ours'}`,
    `unit ${how === 'stopped ' ? 'inactive' : 'active'} enabled`,
    'last 1 ok',
    `heals ${heals}`,
  ];
}

/** OVN-Kubernetes' port: its address and its link, as `ip -o` shows them. */
export function managementPort(address: string): readonly string[] {
  return [
    `7: ovn-k8s-mp0    inet ${address}/23 brd 10.129.1.255 scope global ovn-k8s-mp0\\       valid_lft forever preferred_lft forever`,
    '7: ovn-k8s-mp0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1400 qdisc noqueue state UNKNOWN\\    link/ether 0a:58:0a:81:00:02 brd ff:ff:ff:ff:ff:ff',
  ];
}

/** A tunnel as `ip tunnel show` has it, which always tells of its ttl: behind the device, before all other settings. */
function withTtl(value: string): string {
  return / ttl /.test(value) ? value : value.replace(/^(.* local \S+(?: dev \S+)?)/, '$1 ttl inherit');
}

/** A route as `ip route show` has it: a scope stands behind its device and protocol, where no gateway does. */
function withScope(value: string): string {
  return value.replace(/^(dev \S+(?: proto \S+)?)/, '$1 scope link');
}

/** A pair's node that nobody has prepared. */
export function pairNodeAnswer(spec: Tunnel, name: string): string {
  const world = freshWorld(spec);
  return answerText(
    KINDS.ramp.questions({ name, spec, applied: null }).map((question): Said => {
      if (question.startsWith('vip ')) return [question, ['nowhere'], 0];
      if (question.startsWith('trace ')) return [question, ['Datapath actions: drop'], 0];
      return rampSays(world, question, rampNode(name, spec).interface);
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
