/** tun0 as it is just now on a node; "-" for what is not there. */
export interface Tun0 {
  readonly mac: string;
  readonly port: string;
}

const MAC = /\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b/g;

/** What a kernel and a model may differ in, and scripts do not look at. */
const INCIDENTAL: readonly (readonly [RegExp, string])[] = [
  // a program's own log; only the words of `version negotiation failed` are an answer
  [/^(?!.*version negotiation).*\|(?:WARN|INFO)\|.*\n/gm, ''],
  [/^.*(?=version negotiation failed)/gm, ''],
  [/\((?:Broken pipe|Protocol error)\)/g, '(connection closed)'], // whichever end was faster
  // numbers that count up or run on
  [/^(\|?)\d+: (?=\S+ +inet |\S+: <)/gm, '$1N: '],
  [/\bxid=0x[0-9a-f]+/g, 'xid=N'],
  [/\b(duration|n_packets|n_bytes|idle_age|packet_count|byte_count)=[0-9.]+s?/g, '$1=N'],
  [/\btime[= ][0-9.]+ ?ms/g, 'time N ms'],
  [/^rtt .*\n/gm, ''],
  [/^\n(?=--- )/gm, ''],
  [/\bcache expires \d+sec\b.*/g, 'cache '],
  // what a keeper has found is there when it has looked
  [/^\|last .*\n/gm, ''],
  [/"keeperRemarks":\[[^\]]*\]/g, '"keeperRemarks":[]'],
  [/^\.\d+ [0-9a-f]{16}$/gm, '.'],
  // how a kernel queues packets
  [/\bqdisc \S+/g, 'qdisc N'],
];

/** What becomes of a traced packet: dropped, tracked first, or sent on with which new addresses. The datapath has its own numbers of ports. */
function fate(actions: string): string {
  if (actions === 'drop' || actions.startsWith('ct,')) return actions.split('(')[0]!;
  const source = /set\(ipv4\([^)]*src=([0-9.]+)/.exec(actions)?.[1];
  return source === undefined ? 'sent on' : `sent on as ${source}`;
}

/** The lines of two texts that only one of them has. */
export function differing(
  simulated: unknown,
  kernel: unknown,
): { readonly simulated: readonly string[]; readonly kernel: readonly string[] } {
  const [mine, its] = [simulated, kernel].map((each) =>
    JSON.stringify(each, null, 1).replaceAll('\\n', '\n').split('\n'),
  );
  return {
    simulated: mine!.filter((line) => !its!.includes(line)),
    kernel: its!.filter((line) => !mine!.includes(line)),
  };
}

/** A text as both sorts of hosts should have it. Flows in no particular order: cookies are looked up by a hash. */
export function plain(text: string, { mac, port }: Tun0): string {
  let same = text.replaceAll(mac === '-' ? '\0' : mac, '@mac@').replace(MAC, '@another mac@');
  if (port !== '-')
    same = same
      .replaceAll(`"port":"${port}"`, '"port":"@port@"')
      .replace(new RegExp(`\\b(in_port=|output:)${port}\\b`, 'g'), '$1@port@');
  for (const [what, by] of INCIDENTAL) same = same.replace(what, by);
  const traced = same.replace(
    /(Datapath actions: )([^\n"]*)/g,
    (_, head: string, actions: string) => head + fate(actions),
  );
  return inOrder(traced.replace(/(it goes on|it would end there) \([^"]*?\)(?=")/g, '$1'));
}

function inOrder(text: string): string {
  const lines = text.split('\n');
  const isFlow = (line: string): boolean => / ?cookie=.* actions=/.test(line);
  const flows = lines.filter(isFlow).toSorted();
  return lines.map((line) => (isFlow(line) ? flows.shift()! : line)).join('\n');
}
