import { cluster } from '../../../lib/tunnel/cluster/device';
import { balancer } from '../../../lib/tunnel/balancer/device';
import { Fakes } from './fakes';
import { ADMIN, MEMBER, NODE, WHOLE, about } from './member-site';
import { observed, type Replies } from './scripts';
import { ALIVE } from './answer-text';

const fakes = new Fakes();
afterAll(() => fakes.remove());

/** A Pod as a listing has it, `PROJECT/NAME PHASE [MIRROR] [OWNERS]`; @ stands for the mark in front of each field. */
const fields = (pod: string): readonly string[] => {
  const [, name, mirror, owners] = /^(.*) \[(.*)\] \[(.*)\]$/s.exec(pod)!;
  return [`@ pod ${name}`, `@ mirror ${mirror}`, `@ owners ${owners}`];
};

/** What the cluster's script makes of such Pods. */
const pods = (list: readonly string[]) => answered(['', ...list.flatMap(fields), '@ end']);

/** What it makes of what oc says: the answer's lines, and its exit code. */
function answered(lines: readonly string[], code = 0): readonly [lines: readonly string[], code: string] {
  fakes.write('listing', lines.map((line) => `${line}\n`).join(''));
  const line = `--config ${MEMBER.cluster.kubeconfig} get pods --all-namespaces --field-selector spec.nodeName=${NODE} -o jsonpath={range .items[*]}`;
  fakes.program(
    'oc',
    `[[ $* == ${JSON.stringify(line)}* ]] || exit 99
    last=\${!#} && mark=\${last##*\\}} && mark=\${mark% end}
    sed "s/^@/$mark/" '${fakes.root}/listing'
    exit ${code}`,
  );
  const ran = fakes.script(['prelude', 'cluster-objects', 'cluster-observe'], '', {
    SSM_Tunnel: MEMBER.name,
    SSM_Fence: '0',
    SSM_Kubeconfig: MEMBER.cluster.kubeconfig,
    SSM_Questions: `pods ${NODE}`,
  });
  expect([ran.code, ran.stderr]).toEqual([0, '']);
  const [question, ...rest] = ran.stdout.split('\n').slice(0, -2);
  expect(question).toBe(`?pods ${NODE}`);
  expect(ran.stdout.length).toBeLessThan(2000);
  return [rest.slice(0, -1).map((line) => line.slice(1)), rest.at(-1)!.slice(1)];
}

describe("the Pods of a balancer's node", () => {
  test.each([
    ['a replica', 'shop/frontend-1-x4 Running [] [ReplicationController]'],
    ['one on its way', 'shop/frontend-1-x4 Pending [] [ReplicaSet]'],
    ['one with two owners', 'shop/frontend-1-x4 Running [] [ReplicaSet Rollout]'],
    ["nobody's", 'shop/frontend-1-x4 Running [] []'],
    ["another's, of a kind whose name begins so", 'shop/frontend-1-x4 Running [] [DaemonSetLike]'],
    ['one of which nobody knows how it is', 'shop/frontend-1-x4 Unknown [] [ReplicaSet]'],
  ])('%s is an ordinary one', (_what, line) => expect(pods([line])).toEqual([['1', 'shop/frontend-1-x4'], '0']));

  test.each([
    ["a DaemonSet's", 'openshift-sdn/sdn-x1 Running [] [DaemonSet]'],
    ["a DaemonSet's and another's", 'openshift-sdn/sdn-x1 Running [] [Other DaemonSet]'],
    ['a mirror Pod', 'kube-system/master-api Running [d41d8cd98f00b204e9800998ecf8427e] []'],
    ['a mirror Pod that its node owns', 'kube-system/master-api Running [d41d8cd9] [Node]'],
    ['one that has ended', 'shop/frontend-1-deploy Succeeded [] []'],
    ['one that has failed', 'shop/job-x1 Failed [] [Job]'],
    ['one whose mirror has more lines', `shop/mine Running [x\npod shop/forged Running] []`],
  ])('%s is none', (_what, line) => expect(pods([line])).toEqual([['0'], '0']));

  test.each([[[]], [['No resources found.']]])('none: %j', (lines) => {
    expect(pods([])).toEqual([['0'], '0']);
    expect(answered(lines)).toEqual([['0'], '0']);
  });

  test('250 of them come back as a number and five names', () => {
    const listing = Array.from({ length: 250 }, (_, i) => [
      `a-project-with-a-long-name-${i}/frontend-${'x'.repeat(150)}-${i} Running [] [ReplicaSet]`,
      `openshift-sdn/sdn-${i} Running [] [DaemonSet]`,
    ]).flat();
    const [[count, ...first]] = pods(listing);
    expect([count, first.length]).toEqual(['250', 5]);
    expect(first[4]).toMatch(/^a-project-with-a-long-name-4\/frontend-x+-4$/);
  });

  test.each(['Error: unknown flag: --field-selector', 'Error from server (Forbidden): pods is forbidden'])(
    'that would not be listed: %s',
    (said) => expect(answered([said], 1)).toEqual([[said], '1']),
  );

  test('are understood as the script tells of them', () => {
    const asked = cluster.questions({ name: ADMIN, spec: MEMBER, applied: null });
    expect(asked).toEqual(['client', `node ${NODE}`, `pods ${NODE}`, `scheduling ${NODE}`]);
  });
});

describe("the ramp node's script on a balancer", () => {
  const [address, link] = [WHOLE['addresses tun0']![0], WHOLE['link tun0']![0]];
  const replies: Replies = {
    'ip -o -4 addr show dev tun0': [address, 0],
    'ip -o link show dev tun0': [link, 0],
    'ovs-vsctl get Interface tun0 ofport': [['2'], 0],
    'ovs-ofctl unused': [[], 0],
    'ip -4 route show 10.128.0.0/14': [['10.128.0.0/14 dev tun0 scope link '], 0],
    'ping -c 3 -i 0.2 -W 1 10.130.0.7': [ALIVE, 0],
  };
  const read = (changes: Replies) => {
    const text = observed(MEMBER.name, balancer.questions(about(MEMBER)), { ...replies, ...changes }, {});
    return balancer.read(text, about(MEMBER));
  };

  test('knows all that is asked', () => {
    expect(read({})).toMatchObject({ facts: { problem: null }, state: {}, probes: [{ ok: true }] });
    const proof = observed(MEMBER.name, balancer.proofs(about(MEMBER)), replies, {});
    expect(balancer.prove(proof, about(MEMBER))).toMatchObject([{ ok: true }]);
  });

  test('tells of a node that is no member', () => {
    const none: Replies[string] = [[], 1, 'Device "tun0" does not exist.'];
    const changes = { 'ip -o -4 addr show dev tun0': none, 'ip -o link show dev tun0': none };
    expect(read(changes).facts.problem).toContain('has no tun0');
    expect(
      read({ 'ovs-vsctl get Interface tun0 ofport': [[], 1, 'ovs-vsctl: no row "tun0" in table Interface'] }).facts
        .problem,
    ).toContain('tun0 is no port of br0');
    expect(read({ 'ip -4 route show 10.128.0.0/14': [[], 0] }).facts.problem).toContain('has no route');
  });
});
