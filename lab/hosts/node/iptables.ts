import { contains, isNetwork, networkOf } from '../address';
import { done, Refusal, say, type Answer } from '../answer';
import { text } from '../texts';

/** A rule: its single-letter options, the words of each `-m`, and the options of its target. */
interface Rule {
  readonly fields: Readonly<Record<string, string>>;
  readonly matches: readonly (readonly string[])[];
  readonly options: readonly string[];
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
/** In the order in which iptables prints them; the matches stand before the target. */
const FLAGS = ['-s', '-d', '-i', '-o', '-p', '-j'];

/** A rule from its words as iptables takes them, chain left out. @throws Refusal for an option that is not modelled */
export function parseRule(words: readonly string[]): Rule {
  const fields: Record<string, string> = {};
  const matches: string[][] = [];
  const options: string[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    if (FLAGS.includes(word)) fields[word] = words[++i] ?? '';
    else if (word === '-m') matches.push([words[++i] ?? '']);
    else if (/^(!|-[^-].*)$/.test(word)) throw new Refusal('notModelled', 'iptables', words.join(' '));
    else (fields['-j'] ? options : (matches.at(-1) ?? options)).push(word);
  }
  for (const flag of ['-s', '-d']) if (isNetwork(fields[flag] ?? '')) fields[flag] = networkOf(fields[flag]!);
  if (fields['-p']) fields['-p'] = PROTOCOLS[fields['-p']] ?? fields['-p'];
  return { fields, matches, options };
}

const quote = (word: string): string => (/^[\w,./-]+$/.test(word) ? word : `"${word}"`);
function ruleText({ fields, matches, options }: Rule): string {
  const parts = FLAGS.slice(0, -1).flatMap((flag) => (fields[flag] ? [`${flag} ${fields[flag]}`] : []));
  const match = (words: readonly string[]): string =>
    words.map((word, i) => (words[i - 1] === '--comment' ? quote(word) : word)).join(' ');
  const target = fields['-j'] ? [['-j', fields['-j'], ...options].join(' ')] : [];
  return [...parts, ...matches.map((words) => `-m ${match(words)}`), ...target].join(' ');
}

/** A chain as `iptables -S CHAIN` prints it. */
export function chainLines(chains: Chains, name: string): string[] {
  const { policy, rules = [] } = chains[name] ?? {};
  return [policy ? `-P ${name} ${policy}` : `-N ${name}`, ...rules.map((rule) => `-A ${name} ${ruleText(rule)}`)];
}

/** What decides by itself, and the targets that extensions of iptables bring. */
const VERDICTS = ['ACCEPT', 'DROP', 'RETURN', ''];
const TARGETS = [...VERDICTS, 'REJECT', 'SNAT', 'DNAT', 'MASQUERADE', 'MARK', 'LOG', 'REDIRECT', 'NOTRACK', 'TCPMSS'];

/** What a rule needs of nft_compat: extensions without a form of their own in nftables. */
const extensionsOf = ({ fields, matches }: Rule): readonly string[] => [
  ...matches.flatMap(([name = '']) => (['tcp', 'udp'].includes(name) ? [] : name)),
  ...TARGETS.filter((target) => target === fields['-j'] && !VERDICTS.includes(target)),
];

/** What iptables says, and gives back, where the kernel lacks nft_compat (OVN-10). */
function lacking(verb: string, chain: string, missing: readonly string[]): Answer {
  const warnings = missing.map((each) => `${text('extensionMissing', each)}\n`).join('');
  const { answer } =
    verb === '-C' || verb === '-D'
      ? new Refusal('badRule')
      : new Refusal('ruleFailed', verb === '-I' ? 'INSERT' : 'APPEND', chain);
  return { ...answer, err: warnings + answer.err };
}

/** iptables -S, -C, -I, -A and -D on the filter and nat tables. @param lacksCompat whether the kernel lacks nft_compat */
export function iptables(
  tables: Record<'filter' | 'nat', Chains>,
  args: readonly string[],
  lacksCompat = false,
): Answer {
  const words = args.filter((word, i) => word !== '-w' && !(args[i - 1] === '-w' && /^\d+$/.test(word)));
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
  const target = rule.fields['-j'] ?? '';
  if (target && !chains[target] && !TARGETS.includes(target)) throw new Refusal('noTarget', target);
  const missing = lacksCompat ? extensionsOf(rule) : [];
  if (missing.length > 0) return lacking(verb, name!, missing);
  if (verb === '-A') chain.rules.push(rule);
  if (verb === '-I' && place > chain.rules.length + 1) throw new Refusal('indexTooBig');
  if (verb === '-I') chain.rules.splice(place - 1, 0, rule);
  if (verb === '-A' || verb === '-I') return done();
  const found = chain.rules.findIndex((other) => ruleText(other) === ruleText(rule));
  // libiptc's words for a rule that is not there depend on whether the target is one of its own
  if (found < 0) throw new Refusal(VERDICTS.includes(target) || chains[target] ? 'badRule' : 'noChain');
  if (verb === '-C') return say();
  chain.rules.splice(found, 1);
  return done();
}

function applies({ fields, matches }: Rule, packet: Packet): boolean {
  const is = (flag: string, value = ''): boolean => !fields[flag] || fields[flag] === value;
  const within = (flag: string, address: string): boolean => !fields[flag] || contains(fields[flag], address);
  const state = ([, option = '', states = '']: readonly string[]): boolean =>
    option.endsWith('state') && packet.established === true && states.includes('ESTABLISHED');
  return (
    [within('-s', packet.source), within('-d', packet.destination)].every(Boolean) &&
    [is('-i', packet.input), is('-o', packet.output), is('-p', packet.protocol)].every(Boolean) &&
    matches.every((match) => match[0] === 'comment' || state(match))
  );
}

/** The target, with its options, that decides about a packet: of the first rule that applies and ends the walk, in user-defined chains as well. */
export function verdict(chains: Chains, name: string, packet: Packet): readonly string[] | undefined {
  const { policy, rules = [] } = chains[name] ?? {};
  for (const { fields, options } of rules.filter((rule) => applies(rule, packet))) {
    const target = fields['-j'] ?? '';
    if (target === 'RETURN') break;
    const decision = chains[target] ? verdict(chains, target, packet) : [target, ...options];
    if (decision) return decision;
  }
  return policy ? [policy] : undefined;
}
