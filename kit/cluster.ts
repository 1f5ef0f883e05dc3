import { excerpt } from '../lib/tunnel/device/answer';
import { cluster } from '../lib/tunnel/cluster/device';
import { failoverValue, pairOf } from '../lib/tunnel/cluster/pair';
import type { ClusterFacts } from '../lib/tunnel/cluster/facts';
import type { Observation } from '../lib/tunnel/device/observation';
import type { Tunnel } from '../lib/tunnel/declaration/tunnel';
import { reads, refused, type Assumption } from './assumption';
import { declared } from './declared';
import { observed } from './replay';
import { answerTo, type Transcript } from './transcript';

/** What a cluster alone can settle; the lines are kit/transcript.sh's. */
export const CLUSTER: readonly Assumption[] = [
  {
    id: 'OS-36',
    says: 'label, annotate and add-scc-to-user set and take back',
    by: ['label', 'annotate', 'scc'],
    contradiction: (transcript) =>
      refused(transcript, 'annotate', 'label', 'scc', 'undo-scc', 'undo-label', 'undo-annotate'),
  },
  {
    id: 'OS-35',
    says: 'maps and lists of "-o jsonpath" have one of the two known forms',
    by: ['node', 'users'],
    given: ['OS-36'],
    contradiction: (transcript) => {
      const { state } = look(transcript, 'node', 'users');
      const { name, node } = transcript.told;
      return reads(state[`label ${node} ${name}`], 'is true first -') ?? reads(state[`scc ${name}`], 'is granted');
    },
  },
  {
    id: 'OS-30',
    says: '"oc adm ipfailover" makes the object although the account is there already',
    by: ['ipfailover', 'undo-ipfailover'],
    contradiction: (transcript) => refused(transcript, 'undo-ipfailover'),
  },
  {
    id: 'OS-34',
    says: 'ipfailover objects are found by the label ipfailover',
    by: ['ipfailovers'],
    given: ['OS-30'],
    contradiction: (transcript) =>
      found(transcript) === undefined
        ? `ours is not in: ${excerpt(answerTo(transcript, 'ipfailovers')!.lines.join(' '))}`
        : undefined,
  },
  {
    id: 'OS-32',
    says: 'what "oc adm ipfailover" was told stands in its variables, with the known defaults',
    by: ['ipfailovers'],
    given: ['OS-34'],
    contradiction: (transcript) => {
      const { unrestorable } = look(transcript, 'ipfailovers').facts;
      const [others] = Object.values(unrestorable);
      return (
        reads(found(transcript), failoverValue(pairOf(pair(transcript))!)) ??
        (others === undefined ? undefined : `it has ${others} without being told`)
      );
    },
  },
];

function found(transcript: Transcript): string | undefined {
  return look(transcript, 'ipfailovers').state[`ipfailover ${transcript.told['name']}`];
}

/** What the product understands of a cluster that gives these answers; of all else it says that it is not there. */
function look(transcript: Transcript, ...keys: readonly string[]): Observation<ClusterFacts> {
  const subject = { name: 'the transcript', spec: pair(transcript), applied: null };
  return cluster.read(observed(transcript, keys, cluster.questions(subject)), subject);
}

/** The pair that the transcript's objects would move the virtual IP of. */
function pair({ told }: Transcript): Tunnel {
  const { name, node, address } = told;
  const spec = declared({
    cluster: { admin: 'i-00000000000000003', kubeconfig: '/kit' },
    ramp: {
      network: 'l2',
      vip: '192.0.2.13',
      nodes: [1, 2].map((i) => ({
        instance: `i-0000000000000000${i}`,
        address: `192.0.2.1${i}`,
        interface: 'eth0',
        node: `kit-${i}`,
      })),
    },
    ipfailover: { name, label: name, serviceAccount: name, vrrpIdOffset: 90 },
  });
  const [first, second] = spec.ramp.nodes;
  const nodes = [{ ...first!, node: node!, interface: told['interface']! }, second!];
  return { ...spec, ramp: { ...spec.ramp, vip: address!, nodes } };
}
