import { Device } from '../device/device';
import type { Look } from '../device/look';
import { declarationsOf, eachNamed, type Observation, type Subject, type Wanted } from '../device/observation';
import { Refused } from '../errors/errors';
import type { Declared } from '../declaration/tunnel';
import { account } from './account';
import { linesOf, notUnderstood } from './answers';
import type { ClusterFacts } from './facts';
import { failoversQuestion, readFailovers } from './failovers';
import { ipfailover } from './ipfailover';
import { label } from './label';
import { nodeNames } from './pair';
import { scc } from './scc';
import { scheduling } from './scheduling';
import { claimsOfOthers } from './shared';

const shared = [scheduling, label, account, scc];

/** The cluster that the nodes belong to, by the host that runs oc: what keeps a pair's virtual IP, and whether a node takes Pods. */
export const cluster = new Device<ClusterFacts, Declared>({
  title: 'cluster of',
  role: 'admin',
  scripts: {
    sender: 'Cluster',
    what: 'the OpenShift cluster from the host that runs oc',
    objects: 'labels, service account, its right, and ipfailover',
    files: ['vip-check.sh', 'cluster-objects.sh'],
    parameters: ['Kubeconfig'],
  },
  devices: ({ cluster: access }) => (access === undefined ? [] : [{ name: access.admin, instance: access.admin }]),
  // Another host that runs oc reaches the same cluster.
  single: true,
  parameters: ({ spec }) => ({ Kubeconfig: spec.cluster!.kubeconfig }),
  stages: 'removed late',
  objects: [...shared, ipfailover],
  facts: {
    questions: (subject) => [
      'client',
      ...nodeQuestions(subject),
      ...failoversQuestion(subject),
      ...podQuestions(subject),
    ],
    read: (look) => ({
      client: readClient(look),
      nodes: readNodes(look),
      pods: Object.fromEntries(
        podQuestions(look.subject).map((question) => [question.split(' ')[1]!, readPods(look, question)]),
      ),
      claims: Object.fromEntries(
        shared
          .flatMap((kind) => kind.questions!(look.subject))
          .map((object) => [object, claimsOfOthers(look, object)] as const)
          .filter(([, claims]) => Object.keys(claims).length > 0),
      ),
      ...readFailovers(look),
      available: readAvailable(look),
    }),
  },
  // A teardown refuses nothing: it removes what is this tunnel's, and leaves the rest.
  refuse({ name, spec }, { facts }, shallExist) {
    const missing = nodeNames(spec).find((node) => facts.nodes[node] === undefined);
    if (shallExist && missing !== undefined)
      throw new Refused(
        'node-missing',
        `cluster of ${name} has no node ${missing}: declare the ${spec.kind === 'member' ? "balancer's name (balancer.node)" : "ramp node's name (ramp.nodes, node)"} as "oc get nodes" shows it`,
      );
  },
  remarks: goneNodes,
});

function nodeQuestions(subject: Subject<Declared>): readonly string[] {
  return eachNamed('node', subject, nodeNames);
}

function podQuestions({ spec }: Subject<Declared>): readonly string[] {
  return spec.kind === 'member' ? [`pods ${spec.balancer.node}`] : [];
}

function readClient(look: Look<Declared>): ClusterFacts['client'] {
  const [offers = '', without = ''] = linesOf(look, 'client') ?? [];
  const can = offers.split(' ');
  return {
    ipfailover: can.includes('ipfailover'),
    lacks: without.split(' ').slice(1),
    cordon: can.includes('cordon'),
    manageNode: can.includes('manage-node'),
  };
}

function readNodes(look: Look<Declared>): ClusterFacts['nodes'] {
  return Object.fromEntries(
    nodeQuestions(look.subject).flatMap((question) => {
      const lines = linesOf(look, question);
      if (lines === undefined) return [];
      const [said] = lines;
      return [
        [question.slice('node '.length), said === 'on' || said === 'off' ? said : notUnderstood(look, question, lines)],
      ];
    }),
  );
}

/** Only a remark comes of it, so nothing is refused for a login that may not list Pods, or a client that cannot those of one node. */
function readPods(look: Look<Declared>, question: string): ClusterFacts['pods'][string] {
  const { code, lines, printed } = look.answer(question);
  if (code !== 0) return { unknown: printed };
  const [count = '', ...first] = lines;
  if (!/^[0-9]+$/.test(count) || first.length > Number(count)) notUnderstood(look, question, lines);
  return { count: Number(count), first };
}

function readAvailable(look: Look<Declared>): ClusterFacts['available'] {
  return Object.fromEntries(
    ipfailover.questions!(look.subject).flatMap((object) => {
      const run = (linesOf(look, object) ?? []).find((line) => line.startsWith('available '))?.split(' ')[1];
      return run === undefined ? [] : [[object.slice('ipfailover '.length), Number(run)]];
    }),
  );
}

function goneNodes(wanted: Wanted<Declared>, { facts }: Observation<ClusterFacts>): readonly string[] {
  return [...new Set(declarationsOf(wanted).flatMap(nodeNames))]
    .filter((node) => facts.nodes[node] === undefined)
    .map(
      (node) =>
        `cluster of ${wanted.name}: node ${node} is not in the cluster any more; nothing is to be removed there`,
    );
}
