import { parseCidr, toNumber } from '../lib/tunnel/declaration/address';
import { excerpt } from '../lib/tunnel/device/answer';
import { readAnswers } from '../lib/tunnel/device/answer';
import { KINDS } from '../lib/tunnel/plan/devices';
import { Look } from '../lib/tunnel/device/look';
import { translatesForwarded } from '../lib/tunnel/ovn/translation';
import { ovnQuestions, ovnWay } from '../lib/tunnel/ovn/way';
import { inputChecks, inputQuestion, refusedInput } from '../lib/tunnel/ramp/firewall';
import { refused, unless, type Assumption } from './assumption';
import { declared } from './declared';
import { observed } from './replay';
import { answerTo, type Transcript } from './transcript';

/** What a node of OVN-Kubernetes alone can settle; the lines are kit/transcript.sh's. */
export const NODE: readonly Assumption[] = [
  {
    id: 'OVN-11',
    says: 'the kernel has the module ipip',
    by: ['module'],
    contradiction: (transcript) => refused(transcript, 'module'),
  },
  {
    id: 'OVN-1',
    says: 'the node is known by ovn-k8s-mp0, which is up and has an IPv4 address',
    by: ['port', 'addresses', 'way'],
    contradiction: (transcript) => {
      const { ovn, ovnProblem } = ovnWay(look(transcript, ovnQuestions, 'port', 'addresses', 'way'));
      if (ovn !== null || ovnProblem?.code === 'cluster-networks-differ') return undefined;
      return ovnProblem?.message ?? 'there is none';
    },
  },
  {
    id: 'OVN-2',
    says: 'the cluster network is routed by ovn-k8s-mp0, whose address is the second of its subnet, and the address of br-ex comes before 169.254.*',
    by: ['way', 'addresses'],
    given: ['OVN-1'],
    contradiction: (transcript) => {
      const { ovnProblem } = ovnWay(look(transcript, ovnQuestions, 'port', 'addresses', 'way'));
      if (ovnProblem !== null) return ovnProblem.message;
      const [own, outer] = ['ovn-k8s-mp0', 'br-ex'].map((device) => addressesOf(transcript, device));
      const second = own![0] !== undefined && isSecond(own![0]);
      return (
        unless(second, `ovn-k8s-mp0 has ${own!.map(({ cidr }) => cidr).join(', ')}`) ??
        unless(
          outer![0] !== undefined && !outer![0].address.startsWith('169.254.'),
          `br-ex has ${outer!.map(({ cidr }) => cidr).join(', ') || 'no address'}`,
        )
      );
    },
  },
  {
    id: 'OVN-4',
    says: 'OVN-Kubernetes translates what the node forwards, by iptables or in the known form of nftables',
    by: ['translation', 'translation-rules'],
    contradiction: (transcript) => {
      const [nft, iptables] = ['translation', 'translation-rules'].map((key) => answerTo(transcript, key)!);
      const rules = iptables!.lines.filter((line) => line.includes('OVN-KUBE-SNAT-MGMTPORT'));
      const byRules =
        rules.some((line) => line.startsWith('-A POSTROUTING -o ovn-k8s-mp0 ')) &&
        rules.some((line) => / -j SNAT --to-source [0-9.]+$/.test(line));
      return unless(byRules || translatesForwarded(nft!), excerpt([...rules, ...nft!.lines].join(' ')));
    },
  },
  {
    id: 'OVN-5',
    says: 'FORWARD lets packets from a tunnel to the cluster network pass',
    by: ['forward'],
    contradiction: (transcript) => {
      const { lines, code } = answerTo(transcript, 'forward')!;
      const network = transcript.told['network']!;
      const meets = lines.filter((line) => !/ -[io] (?:br-ex|ovn-k8s-mp0) /.test(line));
      const decides = meets.find(
        (line) => line.endsWith(` -d ${network} -j ACCEPT`) || / -j (?:DROP|REJECT)\b/.test(line),
      );
      const passes = decides?.endsWith(' -j ACCEPT') ?? lines.includes('-P FORWARD ACCEPT');
      return code === 0 ? unless(passes, excerpt(lines.join(' '))) : undefined; // without iptables nothing is turned away
    },
  },
  {
    id: 'OVN-10',
    says: 'iptables takes a rule with a comment, or says in known words that it takes none',
    by: ['check-input', 'input', 'input-chain', 'addresses'],
    contradiction: (transcript) => {
      const { lines, code } = answerTo(transcript, 'check-input')!;
      const isKnown =
        refusedInput(look(transcript, checks, 'input', 'check-input', 'input-chain', 'addresses')) !== undefined ||
        (code === 1 && lines.length === 1 && lines[0]!.startsWith('iptables: Bad rule '));
      return unless(isKnown, `it said (exit code ${code}): ${excerpt(lines.join(' '))}`);
    },
  },
  {
    id: 'OVN-3',
    says: 'ovn-k8s-mp0 and br-ex forward, whether the node does so everywhere or not',
    by: ['own-forwarding', 'everywhere'],
    contradiction: (transcript) => {
      const [own, everywhere] = ['own-forwarding', 'everywhere'].map((key) =>
        answerTo(transcript, key)!.lines.join(' '),
      );
      return unless(own === '1 1' && /^[01]$/.test(everywhere!), `they say ${own}, and ip_forward is ${everywhere}`);
    },
  },
  {
    id: 'OVN-12',
    says: "br-ex has ovnkube's flows",
    by: ['flows'],
    contradiction: (transcript) => {
      const { lines } = answerTo(transcript, 'flows')!;
      return unless(Number(lines.at(-1)) > 0, excerpt(lines.join(' ')));
    },
  },
];

type Subject = Look['subject'];
const subjectOf = ({ told }: Transcript): Subject => {
  const spec = declared({ clusterNetworks: [told['network']] });
  return { name: spec.ramp.nodes[0]!.instance!, spec, applied: null };
};
const checks = (subject: Subject): readonly string[] => [inputQuestion(subject), ...inputChecks(subject.spec)];

/** What the product's observe script makes of these answers. */
function look(
  transcript: Transcript,
  questions: (subject: Subject) => readonly string[],
  ...keys: readonly string[]
): Look {
  const subject = subjectOf(transcript);
  const asked = questions(subject);
  return new Look(
    'the node',
    subject,
    readAnswers('the node', observed(transcript, keys, asked), asked, KINDS.ramp.record.inWords),
  );
}

interface Own {
  readonly address: string;
  readonly cidr: string;
}

const isSecond = ({ address, cidr }: Own): boolean => toNumber(address) === parseCidr(cidr)!.first + 2;

function addressesOf(transcript: Transcript, device: string): readonly Own[] {
  return answerTo(transcript, 'addresses')!.lines.flatMap((line) => {
    const [, name, address, length] = /^\d+: (\S+)\s+inet ([0-9.]+)\/(\d+) /.exec(line) ?? [];
    return name === device ? [{ address: address!, cidr: `${address}/${length}` }] : [];
  });
}
