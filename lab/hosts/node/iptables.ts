import { contains, isNetwork, networkOf } from '../address';
import { done, Refusal, say, type Answer } from '../answer';

/** A rule in iptables' own order of printing; `matches` are the words of each `-m`. */
interface Rule {
  readonly source: string;
  readonly destination: string;
  readonly input: string;
  readonly output: string;
  readonly protocol: string;
  readonly matches: readonly (readonly string[])[];
  readonly target: string;
  readonly targetOptions: readonly string[];
}
/** Chains by name; user-defined ones have no policy. */
export type Chains = Record<string, { policy?: string; rules: Rule[] }>;

export interface Packet {
  readonly protocol: 'ipencap' | 'icmp';
  readonly source: string;
  readonly destination: string;
  readonly input?: string;
  readonly output?: string;
  /** conntrack knows this conversation already. */
  readonly established?: boolean;
}

const PROTOCOLS: Record<string, string> = { 1: 'icmp', 4: 'ipencap', 6: 'tcp', 17: 'udp' };
const FIELDS: Record<string, keyof Rule> = {
  '-s': 'source',
  '-d': 'destination',
  '-i': 'input',
  '-o': 'output',
  '-p': 'protocol',
  '-j': 'target',
};

function parseRule(words: readonly string[]): Rule {
  const fields: Record<string, string> = {};
  const matches: string[][] = [];
  const targetOptions: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const field = FIELDS[word];
    if (field) fields[field] = words[++i] ?? '';
    else if (word === '-m') matches.push([words[++i] ?? '']);
    else if (word === '!' || word.startsWith('-') !== word.startsWith('--'))
      throw new Refusal('notModelled', 'iptables', words.join(' '));
    else (fields['target'] ? targetOptions : (matches.at(-1) ?? targetOptions)).push(word);
  }
  const cidr = (value = ''): string => (isNetwork(value) ? networkOf(value) : '');
  const { source, destination, input = '', output = '', protocol = '', target = '' } = fields;
  return {
    source: cidr(source),
    destination: cidr(destination),
    input,
    output,
    protocol: PROTOCOLS[protocol] ?? protocol,
    matches,
    target,
    targetOptions,
  };
}

const quote = (word: string): string => (/^[\w,./-]+$/.test(word) ? word : `"${word}"`);
function ruleText(rule: Rule): string {
  const fields = Object.entries(FIELDS)
    .filter(([flag, field]) => flag !== '-j' && rule[field])
    .map(([flag, field]) => `${flag} ${String(rule[field])}`);
  const matches = rule.matches.map(
    (match) => `-m ${match.map((word, i) => (match[i - 1] === '--comment' ? quote(word) : word)).join(' ')}`,
  );
  return [...fields, ...matches, rule.target ? `-j ${[rule.target, ...rule.targetOptions].join(' ')}` : '']
    .filter(Boolean)
    .join(' ');
}

/** A chain as `iptables -S CHAIN` prints it. */
export function chainLines(chains: Chains, name: string): string[] {
  const { policy, rules = [] } = chains[name] ?? {};
  return [policy ? `-P ${name} ${policy}` : `-N ${name}`, ...rules.map((rule) => `-A ${name} ${ruleText(rule)}`)];
}

/** iptables -S, -C, -I, -A and -D on the filter and nat tables. */
export function iptables(tables: Record<'filter' | 'nat', Chains>, args: readonly string[]): Answer {
  const words = args.filter((word) => word !== '-w' && word !== '-n');
  const table = words[0] === '-t' ? words.splice(0, 2)[1] : 'filter';
  const [verb = '', name, ...rest] = words;
  if ((table !== 'filter' && table !== 'nat') || !/^-[SCIAD]$/.test(verb))
    throw new Refusal('notModelled', 'iptables', args.join(' '));
  const chains = tables[table];
  if (verb === '-S' && !name) return say(...Object.keys(chains).flatMap((chain) => chainLines(chains, chain)));
  const chain = chains[name ?? ''];
  if (!chain) throw new Refusal('noChain');
  if (verb === '-S') return say(...chainLines(chains, name!));
  const place = verb === '-I' && /^\d+$/.test(rest[0] ?? '') ? Number(rest.shift()) : 1;
  const rule = parseRule(rest);
  if (verb === '-A') chain.rules.push(rule);
  if (verb === '-I' && place > chain.rules.length + 1) throw new Refusal('indexTooBig');
  if (verb === '-I') chain.rules.splice(place - 1, 0, rule);
  if (verb === '-A' || verb === '-I') return done();
  const found = chain.rules.findIndex((other) => ruleText(other) === ruleText(rule));
  if (found < 0) throw new Refusal('badRule');
  if (verb === '-C') return say();
  chain.rules.splice(found, 1);
  return done();
}

function applies(rule: Rule, packet: Packet): boolean {
  const states = (match: readonly string[]): boolean =>
    /state$/.test(match[1] ?? '') && packet.established === true && /ESTABLISHED/.test(match[2] ?? '');
  return (
    (!rule.source || contains(rule.source, packet.source)) &&
    (!rule.destination || contains(rule.destination, packet.destination)) &&
    (!rule.input || rule.input === packet.input) &&
    (!rule.output || rule.output === packet.output) &&
    (!rule.protocol || rule.protocol === 'all' || rule.protocol === packet.protocol) &&
    rule.matches.every((match) => match[0] === 'comment' || states(match))
  );
}

/** The rule that decides about a packet: the first that applies and ends the walk, looking into user-defined chains. */
export function verdict(
  chains: Chains,
  name: string,
  packet: Packet,
): { target: string; options: readonly string[] } | undefined {
  for (const rule of chains[name]?.rules.filter((each) => applies(each, packet)) ?? []) {
    const decision = chains[rule.target]
      ? verdict(chains, rule.target, packet)
      : { target: rule.target, options: rule.targetOptions };
    if (decision && decision.target !== 'RETURN') return decision;
    if (decision) return undefined;
  }
  const policy = chains[name]?.policy;
  return policy ? { target: policy, options: [] } : undefined;
}

/** RHEL's stock chains with the SDN's own jumps in front: INPUT and FORWARD end in a REJECT. */
const STOCK = {
  filter: `
-P INPUT ACCEPT
-A INPUT -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-ALLOW
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -i lo -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j OS_FIREWALL_ALLOW
-A INPUT -j REJECT --reject-with icmp-host-prohibited
-P FORWARD ACCEPT
-A FORWARD -m comment --comment "firewall overrides" -j OPENSHIFT-FIREWALL-FORWARD
-A FORWARD -j REJECT --reject-with icmp-host-prohibited
-P OUTPUT ACCEPT
-A OPENSHIFT-FIREWALL-ALLOW -p udp -m udp --dport 4789 -j ACCEPT
-A OPENSHIFT-FIREWALL-ALLOW -i tun0 -j ACCEPT
-A OPENSHIFT-FIREWALL-ALLOW -i docker0 -j ACCEPT
-A OPENSHIFT-FIREWALL-FORWARD -d CLUSTER -j ACCEPT
-A OPENSHIFT-FIREWALL-FORWARD -s CLUSTER -j ACCEPT
-A OS_FIREWALL_ALLOW -p tcp -m tcp --dport 10250 -j ACCEPT`,
  nat: `
-P PREROUTING ACCEPT
-P POSTROUTING ACCEPT
-A POSTROUTING -m comment --comment "rules for masquerading OpenShift traffic" -j OPENSHIFT-MASQUERADE
-A OPENSHIFT-MASQUERADE -s CLUSTER -m comment --comment "masquerade pod-to-external traffic" -j MASQUERADE`,
};

export function stockChains(clusterNetwork: string): Record<'filter' | 'nat', Chains> {
  const read = (text: string): Chains => {
    const chains: Chains = {};
    for (const line of text.replaceAll('CLUSTER', clusterNetwork).trim().split('\n')) {
      const [verb, name = '', ...words] = (line.match(/"[^"]*"|\S+/g) ?? []).map((word) => word.replaceAll('"', ''));
      const chain = (chains[name] ??= { rules: [] });
      if (verb === '-P') chain.policy = words[0]!;
      else chain.rules.push(parseRule(words));
    }
    return chains;
  };
  return { filter: read(STOCK.filter), nat: read(STOCK.nat) };
}
