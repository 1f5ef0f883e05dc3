import type { State } from '../../../lib/tunnel/device';
import { KINDS } from '../../../lib/tunnel/devices';
import type { Tunnel } from '../../../lib/tunnel/tunnel';
import { ALIVE, DEAD, answerText, failed, type Said } from './answer-text';
import { bridgeFlows } from './pipelines';
import { freshWorld, type World } from './world';

/** What the observe script prints about a ramp node that stands as the world says. */
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
      if (!stands) return failed(question, 1, `Device "${name}" does not exist.`);
      const gateway = name === 'tun0' ? [`${bridge!.gateway}/${bridge!.subnet.split('/')[1]}`] : [];
      const all = [...gateway, ...held(`address ${name} `).map((address) => `${address}/32`)];
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
      return bridge === null
        ? failed(question, 1, 'ovs-vsctl: no row "tun0" in table Interface')
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
        ? failed(question, 1, 'ovs-ofctl: br0 is not a bridge or a socket')
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
