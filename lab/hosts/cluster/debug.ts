import { Refusal, type Answer } from '../answer';
import { text } from '../texts';
import type { Cluster, DebugPod, Pod } from './cluster';
import type { Line } from './line';

/** How one `oc debug` is spoiled: its Pod never starts, its image cannot be pulled, or the connection ends while the log is read. */
export const DEBUG_EFFECTS = ['pending', 'no-image', 'cut'] as const;
export type DebugEffect = (typeof DEBUG_EFFECTS)[number];

/** What is around a call of oc. */
export interface Surroundings {
  /** Hosts that are off. */
  readonly absent: readonly string[];
  /** Seconds until whoever calls oc kills it; undefined: nobody does. */
  readonly within: number | undefined;
  /** oc was killed. */
  readonly gone: AbortSignal;
  readonly spoiled: DebugEffect | undefined;
  /** Runs a command on a node: what it prints, stdout and stderr in one, as a container's log has them. */
  readonly exec: (
    host: string,
    words: readonly string[],
    env: Readonly<Record<string, string>>,
    stopped: AbortSignal,
  ) => Promise<Pick<Answer, 'code' | 'out'>>;
}

const IMAGE = 'quay.io/openshift-release-dev/ocp-v4.0-art-dev@sha256:0d0a';
/** What `oc debug` waits for its Pod, and what a Pod takes that has its image. Seconds. */
const PATIENCE = 900;
const STARTS_IN = 3;
const PROJECT = 'edge-ramp';

const running = new WeakMap<DebugPod, AbortController>();

/** A Pod that is deleted takes along what runs in it. */
export function stopDebugging({ debug }: Pod): void {
  if (debug) running.get(debug)?.abort();
}

/**
 * `oc debug node/NAME [NAME=VALUE ...] -- chroot /host COMMAND`, as its source has it: without a terminal and stdin, the Pod's log on stdout, the
 * Pod deleted at the end. Whoever kills it does so outright (KILL): the Pod stays then. It exits as clients from 4.14 on do.
 */
export async function debugNode({ cluster, words, options, command }: Line, around: Surroundings): Promise<Answer> {
  const [name, env] = resourceOf(words);
  const node = cluster.nodes[name];
  if (!node) throw new Refusal('ocNotFound', 'nodes', name);
  if (cluster.version === 3) throw new Refusal('ocNoDebug', name);
  const namespace = options.get('--to-namespace') ?? 'default';
  if (cluster.refuses === 'project' || ![PROJECT, 'default'].includes(namespace))
    throw new Refusal('ocNotFound', 'namespaces', namespace);
  if (cluster.refuses === 'pods') throw new Refusal('ocForbidden', namespace);
  const [chroot, root, ...inside] = command.map((word) => expand(word, env));
  if (chroot !== 'chroot' || root !== '/host') throw new Refusal('notModelled', 'oc', `debug -- ${command.join(' ')}`);

  const off = around.absent.includes(node.instance);
  const noImage = around.spoiled === 'no-image' || node.pullsNothing === true;
  const pod = podOn(
    cluster,
    name,
    namespace,
    env,
    off ? undefined : noImage ? 'ImagePullBackOff' : 'ContainerCreating',
  );
  cluster.pods.push(pod);
  const remove = (): void => void (cluster.pods = cluster.pods.filter((each) => each !== pod));
  if (off || noImage || around.spoiled === 'pending') {
    if (around.within === undefined || around.within > PATIENCE) remove();
    return { ...new Refusal('ocNoDebugPod').answer, seconds: PATIENCE };
  }

  const debug = pod.debug!;
  const stopped = new AbortController();
  running.set(debug, stopped);
  Object.assign(debug, { phase: 'Running', waiting: undefined });
  const { code, out } = await around.exec(node.instance, inside, env, stopped.signal);
  debug.phase = 'Succeeded';
  const seconds = STARTS_IN;
  if (around.gone.aborted) return { code: 137, out: '', err: '' };
  const lost = around.absent.includes(node.instance) || stopped.signal.aborted;
  if (lost || around.spoiled === 'cut')
    return { ...new Refusal('ocCut').answer, out: lost ? '' : out.slice(0, out.length / 2), seconds };
  remove();
  return { code: code === 0 ? 0 : 1, out, err: code === 0 ? '' : `${text('ocNonZero')}\n`, seconds };
}

/** `node/NAME` and the words for the container's environment, behind those that the client sets itself. */
function resourceOf([resource = '', ...words]: readonly string[]): [string, Readonly<Record<string, string>>] {
  const [, name] = /^nodes?\/(.+)$/.exec(resource) ?? [];
  const pairs = words.map((word) => /^([A-Za-z_][A-Za-z0-9_]*)=(.*)$/s.exec(word));
  if (name === undefined || pairs.includes(null)) throw new Refusal('notModelled', 'oc', `debug ${resource} ...`);
  const given = Object.fromEntries(pairs.map((pair) => [pair![1]!, pair![2]!]));
  const own: Record<string, string> = { TMOUT: '900', HOST: '/host' };
  for (const [key, value] of Object.entries(given)) own[key] = expand(value, own);
  return [name, own];
}

/** Kubernetes' own expansion of a container's words: `$(NAME)` where there is such a variable, and one `$` for two. */
function expand(word: string, env: Readonly<Record<string, string>>): string {
  return word.replace(/\$\$|\$\(([^)]*)\)/g, (found, name?: string) =>
    name === undefined ? '$' : (env[name] ?? found),
  );
}

function podOn(
  cluster: Cluster,
  node: string,
  namespace: string,
  env: DebugPod['env'],
  reason: string | undefined,
): Pod {
  const message = reason === 'ImagePullBackOff' ? text('podImage', IMAGE) : '';
  const suffix = (cluster.nextPod++).toString(36).padStart(5, 'x');
  return {
    name: `${node.toLowerCase().replace(/[^a-z0-9-]/g, '')}-debug-${suffix}`,
    namespace,
    labels: { 'debug.openshift.io/managed-by': 'oc-debug' },
    node,
    debug: { image: IMAGE, env, phase: 'Pending', ...(reason ? { waiting: { reason, message } } : {}) },
  };
}
