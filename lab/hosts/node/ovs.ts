import { done, Refusal, say, type Answer } from '../answer';
import { text } from '../texts';
import { trace, type Traced } from './trace';
import { covers, flowText, identical, parseFilter, parseFlow, withFlow, type Flow, type Ports } from './flows';
import type { Node } from './node';

/** br0's ports: Pods count from 4. */
export function portsOf(node: Node): Ports {
  const pods = node.settings.pods.map((_, i): [string, string] => [`veth${i + 4}`, String(i + 4)]);
  return Object.fromEntries([['vxlan0', '1'], ['tun0', '2'], ...pods]);
}

/** `ovs-ofctl`: dump-flows, dump-aggregate, diff-flows with /dev/stdin, add-flow, add-flows from stdin (with --bundle also deletions) and del-flows on br0. */
export function ovsOfctl(node: Node, args: readonly string[], input: string): Answer {
  const options = new Set<string>();
  const words = args.filter((word, i) => {
    const option = word.startsWith('-') && word !== '-';
    if (option) options.add(word === '-O' ? (args[i + 1] ?? '') : word);
    return !option && args[i - 1] !== '-O';
  });
  const [command = '', bridge = '', argument = ''] = words;
  const unknown = [...options].filter(
    (option) => !['OpenFlow13', '--bundle', '--strict', '--no-names'].includes(option),
  );
  const run = COMMANDS[command];
  if (!run || unknown.length) throw new Refusal('notModelled', 'ovs-ofctl', args.join(' '));
  if (bridge !== 'br0') throw new Refusal('noBridge', bridge);
  if (!options.has('OpenFlow13')) throw new Refusal('noVersion', bridge, bridge);
  return run(node, argument, options, input);
}

const COMMANDS: Record<string, (node: Node, argument: string, options: ReadonlySet<string>, input: string) => Answer> =
  {
    'dump-flows': (node, argument) => {
      const filter = parseFilter(argument, portsOf(node));
      const duration = (process.uptime() + 500).toFixed(3);
      const line = (flow: Flow): string =>
        text('flowLine', flow.cookie, duration, flow.table, flowText(flow), flow.actions.join(','));
      return say(text('flowsHeader'), ...node.flows.filter((flow) => covers(filter, flow)).map(line));
    },
    'dump-aggregate': (node, argument) => {
      const filter = parseFilter(argument, portsOf(node));
      return say(text('flowAggregate', node.flows.filter((flow) => covers(filter, flow)).length));
    },
    'diff-flows': (node, argument, _options, input) => {
      if (argument !== '/dev/stdin') throw new Refusal('notModelled', 'ovs-ofctl', `diff-flows br0 ${argument}`);
      if (/\bmod_/.test(input)) throw new Refusal('notModelled', 'ovs-ofctl', 'diff-flows of mod_ actions'); // real ones never equal set_field
      const given = input
        .split('\n')
        .flatMap((line, i) => (line === '' ? [] : parseFlow(line, portsOf(node), `-:${i + 1}: `)));
      const lines = difference(node.flows, given);
      return { ...say(...lines), code: lines.length === 0 ? 0 : 2 };
    },
    'add-flow': (node, argument) => {
      node.flows = withFlow(node.flows, parseFlow(argument, portsOf(node)));
      return done();
    },
    'add-flows': (node, argument, options, input) => {
      if (argument !== '-') throw new Refusal('notModelled', 'ovs-ofctl', `add-flows br0 ${argument}`);
      // parsed as a whole before anything is done, as ovs-ofctl does; a bundle is all or nothing on the switch as well
      let flows = node.flows;
      for (const [i, line] of input.split('\n').entries()) {
        const [, verb = 'add', rest = ''] = /^\s*(?:(add|delete|delete_strict)\s+)?(.*)$/.exec(line) ?? [];
        const where = `-:${i + 1}: `;
        if (!rest || rest.startsWith('#')) continue;
        if (verb !== 'add' && !options.has('--bundle'))
          throw new Refusal('notModelled', 'ovs-ofctl', `${verb} without --bundle`);
        flows =
          verb === 'add'
            ? withFlow(flows, parseFlow(rest, portsOf(node), where))
            : without(node, flows, rest, verb === 'delete_strict', where);
      }
      node.flows = flows;
      return done();
    },
    'del-flows': (node, argument, options) => {
      node.flows = without(node, node.flows, argument, options.has('--strict'));
      return done();
    },
  };

/** What two lists of flows differ in, as `diff-flows` prints it: by table and falling priority, what the first has before what the second has. */
function difference(one: readonly Flow[], two: readonly Flow[]): readonly string[] {
  const place = ({ table, priority, match }: Flow): string => flowText({ priority, match }) + String(table);
  const same = (a: Flow, b: Flow | undefined): boolean =>
    b !== undefined && a.cookie === b.cookie && a.actions.join() === b.actions.join();
  const at = (flows: readonly Flow[]) => new Map(flows.map((flow) => [place(flow), flow]));
  const [first, second] = [at(one), at(two)];
  return [...new Map([...second, ...first]).values()]
    .toSorted((a, b) => a.table - b.table || b.priority - a.priority)
    .map(place)
    .flatMap((key) => {
      const [a, b] = [first.get(key), second.get(key)];
      if (a !== undefined && same(a, b)) return [];
      return [...(a === undefined ? [] : [`-${differing(a)}`]), ...(b === undefined ? [] : [`+${differing(b)}`])];
    });
}

function differing({ table, priority, match, cookie, actions }: Flow): string {
  const words = [
    table === 0 ? '' : `table=${table}`,
    flowText({ priority, match }).trim(),
    cookie === '0x0' ? '' : `cookie=${cookie}`,
  ];
  return [...words, `actions=${actions.join(',')}`].filter((word) => word !== '').join(' ');
}

function without(node: Node, flows: readonly Flow[], argument: string, strict: boolean, where = ''): Flow[] {
  const filter = parseFilter(argument, portsOf(node), where);
  return flows.filter((flow) => !(strict ? identical : covers)(filter, flow));
}

/** `ovs-vsctl get Interface NAME ofport`. */
export function ovsVsctl(node: Node, args: readonly string[]): Answer {
  const [get, kind, name = '', column] = args;
  if (get !== 'get' || kind !== 'Interface' || column !== 'ofport')
    throw new Refusal('notModelled', 'ovs-vsctl', args.join(' '));
  const port = portsOf(node)[name];
  if (!port) throw new Refusal('noInterface', name);
  return say(port);
}

/** `ovs-appctl ofproto/trace br0 FLOW`: only the end of what it tells, the datapath's actions. */
export function ovsAppctl(node: Node, args: readonly string[]): Answer {
  const [command, bridge = '', flow = '', ...more] = args;
  if (command !== 'ofproto/trace' || more.length) throw new Refusal('notModelled', 'ovs-appctl', args.join(' '));
  if (bridge !== 'br0') throw new Refusal('unknownBridge', bridge);
  const { match } = parseFilter(flow, portsOf(node));
  const [source, destination] = [match['nw_src'] ?? match['arp_spa'], match['nw_dst'] ?? match['arp_tpa']].map(
    (address = '0.0.0.0') => address,
  ) as [string, string];
  const proto = match['proto'] === 'arp' ? 'arp' : 'ip';
  const hasProtocol = !['ip', undefined].includes(match['proto']);
  const packet: Traced = { port: match['in_port'] ?? '', proto, source, destination };
  const sent = trace(node, packet);
  const changed = [
    ...(sent && sent.packet.source !== source ? [`src=${sent.packet.source}`] : []),
    ...(sent && sent.packet.destination !== destination ? [`dst=${sent.packet.destination}`] : []),
  ];
  // of a packet without a protocol Open vSwitch changes no address on its way out (OS-42)
  const actions = [...(hasProtocol && changed.length ? [`set(ipv4(${changed.join(',')}))`] : []), sent?.port ?? 'drop'];
  // conntrack ends a translation: what comes after it has a second one
  const all = [...(packet.tracked ? ['ct,recirc(0x1)'] : []), actions.join(',')];
  return say(text('traced', flow, all.join('\n\nDatapath actions: ')));
}
