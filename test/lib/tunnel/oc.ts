import { appendFileSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { Refusal, type Answer } from '../../../lab/hosts/answer';
import type { Cluster, Config as Deployed, Pod } from '../../../lab/hosts/cluster/cluster';
import { oc } from '../../../lab/hosts/cluster/oc';
import type { FakeCluster } from './cluster-scripts';

/*
 * `oc` before a cluster that is a file: the lab's own, as a program. world.json stands beside it, every command line goes to oc.log, and what a test
 * lets befall commands befalls them.
 */

const file = join(__dirname, 'world.json');
const world = JSON.parse(readFileSync(file, 'utf8')) as FakeCluster;
const args = process.argv.slice(2);
appendFileSync(join(__dirname, 'oc.log'), `${args.join(' ')}\n`);
const line = args.slice(2).join(' ');

const keyOf = ({ project, name }: { project: string; name: string }): string =>
  project === 'default' ? name : `${project}/${name}`;

/** One of each ipfailover object on every node, also on one that has just lost its label; as many run as the world says. */
function pods(): Pod[] {
  return world.dcs.flatMap((config) =>
    Object.keys(world.nodes)
      .slice(0, line.startsWith('get dc ') ? (world.available ?? config.replicas) : undefined)
      .map((node) => ({
        name: `${config.name}-1-${node.split('.')[0]}`,
        namespace: config.project,
        owner: { kind: 'ReplicationController', name: `${config.name}-1` },
        labels: { ipfailover: config.name },
        config: keyOf(config),
        node,
      })),
  );
}

function cluster(): Cluster {
  const lacking = ['ipfailover', 'cordon', 'manage-node'].filter((command) => !world.client.includes(command));
  return {
    admins: [],
    kubeconfigs: ['/etc/origin/master/admin.kubeconfig'],
    version: world.json && line.startsWith('get ') ? 4 : 3,
    lacks: [...lacking.map((command) => `adm ${command}`), ...(world.lacks ?? []).map((option) => `--${option}`)],
    nodes: Object.fromEntries(
      Object.entries(world.nodes).map(([name, { labels, annotations, off }]) => [
        name,
        { instance: name, address: '', labels, annotations, unschedulable: off },
      ]),
    ),
    accounts: Object.fromEntries(
      Object.entries(world.accounts).map(([name, annotations]) => [
        name,
        { labels: {}, annotations: { ...annotations } },
      ]),
    ),
    privileged: [...world.privileged],
    configs: Object.fromEntries(
      world.dcs.map(({ network, ...each }): [string, Deployed] => [
        keyOf(each),
        {
          ...each,
          annotations: { ...each.annotations },
          labels: { ipfailover: each.name },
          namespace: each.project,
          hostNetwork: network ?? true,
        },
      ]),
    ),
    pods: pods(),
    nextPod: 1,
    held: [],
  };
}

/** What a command has made of the cluster. */
function keep({ nodes, accounts, privileged, configs }: Cluster): void {
  for (const [name, node] of Object.entries(nodes))
    Object.assign(world.nodes[name]!, { labels: node.labels, annotations: node.annotations, off: node.unschedulable });
  const dcs = Object.entries(configs).map(([key, config]) => ({
    project: config.namespace ?? 'default',
    name: key.split('/').at(-1)!,
    annotations: config.annotations,
    replicas: config.replicas,
    account: config.account,
    selector: config.selector,
    env: config.env,
    ...(config.hostNetwork === false ? { network: false } : {}),
  }));
  const annotations = Object.entries(accounts).map(([name, account]) => [name, account.annotations]);
  Object.assign(world, { accounts: Object.fromEntries(annotations), privileged, dcs });
}

function answer(): Answer {
  const fault = (world.faults ?? []).find(({ command }) => line.startsWith(command));
  if (fault?.meanwhile) Object.assign(world, fault.meanwhile);
  if (fault?.seconds) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, fault.seconds * 1000);
  if (fault?.code === 0) return { code: 0, out: fault.said ?? '', err: '' };
  if (fault?.code) return { code: fault.code, out: '', err: `${fault.said}\n` };
  if (fault?.seconds) return { code: 0, out: '', err: '' };
  const now = cluster();
  try {
    const given = oc(now, args, {
      absent: Object.keys(world.nodes).filter((name) => world.nodes[name]!.dead),
      within: undefined,
      gone: new AbortController().signal,
      spoiled: undefined,
      exec: () => Promise.reject(new Error('no debug Pod starts here')),
    });
    keep(now);
    return given as Answer; // only `oc debug` takes its time
  } catch (error) {
    if (error instanceof Refusal) return error.answer;
    throw error;
  }
}

const { code, out, err } = answer();
writeFileSync(file, JSON.stringify(world));
writeSync(1, out);
writeSync(2, `${world.warning ?? ''}${err}`);
process.exitCode = code;
