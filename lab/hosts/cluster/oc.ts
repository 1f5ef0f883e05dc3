import { done, Refusal, say, type Answer } from '../answer';
import { text } from '../texts';
import { runs, type Cluster } from './cluster';
import { debugNode, stopDebugging, type Surroundings } from './debug';
import { ipfailover, IPFAILOVER_OPTIONS } from './ipfailover';
import { jsonpath } from './jsonpath';
import type { Line } from './line';
import { kindCalled, KINDS, metadataOf, objects, selected, type ApiObject, type KindName } from './objects';

interface Command {
  readonly run: (line: Line, around: Surroundings) => Answer | Promise<Answer>;
  readonly options?: readonly string[];
  readonly help?: string;
}

const SHORT: Readonly<Record<string, string>> = {
  '-n': '--namespace',
  '-o': '--output',
  '-l': '--selector',
  '-i': '--interface',
  '-w': '--watch-port',
  '-r': '--replicas',
  '-z': '--serviceaccount',
  '-h': '--help',
  '-q': '--quiet',
};
const FLAGS = [
  '--overwrite',
  '--all-namespaces',
  '--help',
  '--create',
  '--schedulable',
  '--quiet',
  '--force',
  '--ignore-not-found',
];
const EVERYWHERE = ['--config', '--namespace', '--request-timeout'];

function parse(line: readonly string[]): Pick<Line, 'words' | 'options' | 'command'> {
  const end = line.includes('--') ? line.indexOf('--') : line.length;
  const [args, command] = [line.slice(0, end), line.slice(end + 1)];
  const words: string[] = [];
  const options = new Map<string, string>();
  for (let i = 0; i < args.length; i++) {
    const [, name = '', value] = /^(-[a-z]|--[a-z-]+)(?:=(.*))?$/s.exec(args[i]!) ?? [];
    const long = SHORT[name] ?? name;
    if (!long) words.push(args[i]!);
    else options.set(long, value ?? (FLAGS.includes(long) ? 'true' : (args[++i] ?? '')));
  }
  return { words, options, command };
}

/** OpenShift's `oc` on an admin host, as far as ipfailover, nodes, service accounts and Pods go: the client of 3.11, or of 4 without what is gone there. */
export function oc(cluster: Cluster, args: readonly string[], around: Surroundings): Answer | Promise<Answer> {
  const { words, options, command: behind } = parse(args);
  const refuse = (): Refusal => new Refusal('notModelled', 'oc', args.join(' '));
  const name = Object.keys(COMMANDS).find((each) => `${words.join(' ')} `.startsWith(`${each} `));
  const command = COMMANDS[name ?? ''];
  if (!name || !command) throw refuse();
  const has = (each: string): boolean => !cluster.lacks.includes(each);
  if (options.has('--help')) {
    if (!command.help) throw refuse();
    const others = Object.keys(COMMANDS).filter((each) => COMMANDS[each]!.help && has(each));
    if (!has(name)) return say(text('ocHelpAdm', others.join('\n  ').replaceAll('adm ', '')));
    return say(...command.help.split('\n').filter((help) => has(help.trim().replace(/=$/, ''))));
  }
  if (!has(name)) throw new Refusal('ocUnknown', name.replace('adm ', ''));
  const config = options.get('--config');
  if (config !== undefined && !cluster.kubeconfigs.includes(config)) throw new Refusal('ocConfig', config);
  const known = [...EVERYWHERE, ...(command.options ?? []).filter(has)];
  if ([...options.keys()].some((option) => !known.includes(option))) throw refuse();
  if (!['get', 'delete'].includes(name) && (options.get('--namespace') ?? 'default') !== 'default') throw refuse();
  if (behind.length > 0 && name !== 'debug') throw refuse();
  if (cluster.refuses === 'login') throw new Refusal('ocLogin');
  const line = { cluster, words: words.slice(name.split(' ').length), options, command: behind, absent: around.absent };
  return command.run(line, around);
}

/** Kind and names: `node N`, `dc/N`. */
function named(words: readonly string[]): { kind: KindName; names: readonly string[] } {
  const [first = '', ...rest] = words;
  const [word = '', slashed] = first.split('/');
  const kind = kindCalled(word);
  if (!kind) throw new Refusal('notModelled', 'oc', words.join(' '));
  return { kind, names: slashed === undefined ? rest : [slashed, ...rest] };
}

/** The objects that a line names or selects. */
function asked({ cluster, words, options, absent }: Line): { kind: KindName; found: ApiObject[] } {
  const { kind, names } = named(words);
  const namespace = options.has('--all-namespaces') ? '' : (options.get('--namespace') ?? 'default');
  const all = objects(cluster, kind, namespace, absent);
  const matching = selected(all, options.get('--selector') ?? '', options.get('--field-selector') ?? '');
  if (!names.length) return { kind, found: matching };
  const found = names.flatMap((name) => {
    const each = all.find(({ metadata }) => metadata.name === name);
    if (!each && !options.has('--ignore-not-found')) throw new Refusal('ocNotFound', KINDS[kind].many, name);
    return each ?? [];
  });
  return { kind, found };
}

function get(line: Line): Answer {
  const { kind, found } = asked(line);
  if (line.options.get('--output') === 'name')
    return say(...found.map(({ metadata }) => `${KINDS[kind].one}/${metadata.name}`));
  const [, template] = /^jsonpath=(.*)$/s.exec(line.options.get('--output') ?? '') ?? [];
  if (template === undefined) throw new Refusal('notModelled', 'oc', 'get without -o jsonpath=');
  const one = named(line.words).names.length === 1;
  return { ...say(), out: jsonpath(template, one ? found[0] : { items: found }, line.cluster.version === 4) };
}

/** `label` and `annotate`: KEY=VALUE sets, KEY- removes. */
function mark(what: 'labels' | 'annotations', { cluster, words: given, options }: Line): Answer {
  const { kind, names } = named(given);
  const changes = names.filter((word) => /=|-$/.test(word) && word !== names[0]);
  const [name = ''] = names;
  if (names.length !== changes.length + 1 || !changes.length) throw new Refusal('notModelled', 'oc', names.join(' '));
  const { [what]: words } = metadataOf(cluster, kind, name);
  const before = JSON.stringify(words);
  const next = { ...words };
  const out: string[] = [];
  for (const change of changes) {
    const [, key = '', value] = /^([^=]+?)(?:=(.*)|-)$/s.exec(change) ?? [];
    const old = words[key];
    const same = cluster.version === 4 && old === value;
    if (value !== undefined && old !== undefined && !options.has('--overwrite') && !same)
      throw new Refusal(what === 'labels' ? 'ocHasLabel' : 'ocHasAnnotation', key, old);
    if (value === undefined && old === undefined && what === 'labels') out.push(text('ocNoLabel', key));
    delete next[key];
    if (value !== undefined) next[key] = value;
  }
  for (const key of Object.keys(words)) delete words[key];
  Object.assign(words, next);
  const changed = before !== JSON.stringify(words) || what === 'annotations';
  return done(
    ...out,
    text(
      'ocDone',
      `${KINDS[kind].one}/${name}`,
      `${changed ? '' : 'not '}${what === 'labels' ? 'labeled' : 'annotated'}`,
    ),
  );
}

function remove(line: Line): Answer {
  const { cluster } = line;
  const { kind, found } = asked(line);
  if (!['account', 'config', 'pod'].includes(kind)) throw new Refusal('notModelled', 'oc', `delete ${kind}`);
  if (!named(line.words).names.length && !line.options.has('--selector'))
    throw new Refusal('notModelled', 'oc', 'delete without a name or -l');
  for (const { metadata } of found) {
    if (kind === 'account') delete cluster.accounts[metadata.name];
    if (kind === 'config') delete cluster.configs[metadata.name];
    if (kind !== 'pod') continue;
    const gone = cluster.pods.filter((pod) => pod.name === metadata.name && pod.namespace === metadata['namespace']);
    cluster.pods = cluster.pods.filter((pod) => !gone.includes(pod));
    gone.forEach(stopDebugging);
  }
  const force = line.options.has('--force');
  if (!found.length) return say(...(line.options.has('--ignore-not-found') ? [] : [text('ocNone')]));
  const deleted = found.map(({ metadata }) =>
    text('ocDeleted', KINDS[kind].one, metadata.name, force ? 'force deleted' : 'deleted'),
  );
  return { ...done(...deleted), err: force ? `${text('ocForced')}\n` : '' };
}

/** `adm cordon` and `adm uncordon` of one node. */
function cordon({ cluster, words: [name = '', ...more] }: Line, unschedulable: boolean): Answer {
  if (more.length) throw new Refusal('notModelled', 'oc', 'cordon of more than one node');
  metadataOf(cluster, 'node', name);
  const word = unschedulable ? 'cordoned' : 'uncordoned';
  const already = cluster.nodes[name]!.unschedulable === unschedulable;
  cluster.nodes[name]!.unschedulable = unschedulable;
  return done(text('ocDone', `node/${name}`, already ? `already ${word}` : word));
}

function manageNode({ cluster, words, options, absent }: Line): Answer {
  const wanted = options.get('--schedulable');
  if (wanted === undefined) throw new Refusal('notModelled', 'oc', 'adm manage-node without --schedulable');
  const rows = words.map((name) => {
    metadataOf(cluster, 'node', name);
    const node = cluster.nodes[name]!;
    node.unschedulable = wanted === 'false';
    const status = `${absent.includes(node.instance) ? 'NotReady' : 'Ready'}${node.unschedulable ? ',SchedulingDisabled' : ''}`;
    return text('ocNodeRow', name, status);
  });
  return done(text('ocNodeHead'), ...rows);
}

/** `adm policy add-scc-to-user privileged USER` and `remove-scc-from-user`; the same answer whether it was so or not. */
function scc({ cluster, words: [name = '', ...users], options }: Line, adds: boolean): Answer {
  // 4.5 and later bind a cluster role instead
  if (cluster.version === 4) throw new Refusal('notModelled', 'oc', 'adm policy of 4');
  if (name !== 'privileged') throw new Refusal('ocNotFound', KINDS.scc.many, name);
  const account = options.get('--serviceaccount');
  const all = account ? [...users, `system:serviceaccount:default:${account}`] : users;
  const others = cluster.privileged.filter((user) => adds || !all.includes(user));
  cluster.privileged = [...others, ...all.filter((user) => adds && !others.includes(user))];
  const list = all.map((user) => `"${user}"`).join(' ');
  return done(text('ocScc', name, adds ? 'added to' : 'removed from', list));
}

/** `rollout status dc/NAME` waits for all Pods, at most the 10 minutes that a rollout gets. */
function rolloutStatus({ cluster, words, absent }: Line): Answer {
  const { kind, names } = named(words);
  const [name = ''] = names;
  if (kind !== 'config') throw new Refusal('notModelled', 'oc', `rollout status ${words.join(' ')}`);
  metadataOf(cluster, kind, name);
  const wanted = cluster.configs[name]!.replicas;
  const ready = cluster.pods.filter((pod) => pod.config === name && runs(cluster, pod, absent)).length;
  if (ready === wanted) return say(text('ocRolledOut', name));
  const waits = say(text('ocRolloutWaits', ready, wanted));
  return { ...waits, code: 1, err: `${text('ocRolloutFailed', name)}\n`, seconds: 600 };
}

function createAccount({ cluster, words: [name = ''] }: Line): Answer {
  if (cluster.accounts[name]) throw new Refusal('ocExists', KINDS.account.many, name);
  cluster.accounts[name] = { labels: {}, annotations: {} };
  return done(text('ocDone', `serviceaccount/${name}`, 'created'));
}

const COMMANDS: Readonly<Record<string, Command>> = {
  get: {
    run: get,
    options: ['--output', '--selector', '--field-selector', '--all-namespaces', '--ignore-not-found'],
  },
  debug: { run: debugNode, options: ['--to-namespace', '--quiet'] },
  label: { run: (line) => mark('labels', line), options: ['--overwrite'] },
  annotate: { run: (line) => mark('annotations', line), options: ['--overwrite'] },
  delete: {
    run: remove,
    options: ['--selector', '--field-selector', '--force', '--grace-period', '--ignore-not-found'],
  },
  'create serviceaccount': { run: createAccount },
  'rollout status': { run: rolloutStatus },
  'adm cordon': { run: (line) => cordon(line, true), help: text('ocHelpCordon') },
  'adm uncordon': { run: (line) => cordon(line, false), help: text('ocHelpUncordon') },
  'adm manage-node': { run: manageNode, options: ['--schedulable'], help: text('ocHelpManageNode') },
  'adm ipfailover': {
    run: ({ cluster, words, options }) => ipfailover(cluster, words, options),
    options: IPFAILOVER_OPTIONS,
    help: text('ocHelpIpfailover', IPFAILOVER_OPTIONS.map((option) => `      ${option}=`).join('\n')),
  },
  'adm policy add-scc-to-user': { run: (line) => scc(line, true), options: ['--serviceaccount'] },
  'adm policy remove-scc-from-user': { run: (line) => scc(line, false), options: ['--serviceaccount'] },
};
