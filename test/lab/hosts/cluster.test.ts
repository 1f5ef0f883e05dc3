import {
  ADMIN,
  BALANCER,
  closeAll,
  FLOAT,
  member,
  newDirectory,
  NODE,
  OC,
  open,
  pair,
  SECOND,
  type Bench,
} from './bench';
import { both, N, told, linesOf } from './cluster-bench';

afterAll(closeAll);

describe('oc on nodes', () => {
  it('labels, refuses another value without --overwrite, and takes a label away', async () => {
    expect(
      await told(
        await open({}, both),
        `${OC} label node ${N} f5rampnode=true`,
        `${OC} label node ${N} f5rampnode=true`,
        `${OC} label node ${N} f5rampnode=true --overwrite`,
        `${OC} label node ${N} f5rampnode-`,
        `${OC} label node ${N} f5rampnode-`,
        `${OC} label node ramp-9 f5rampnode=true`,
      ),
    ).toBe(`node/${N} labeled
[rc 0]
error: 'f5rampnode' already has a value (true), and --overwrite is false
[rc 1]
node/${N} not labeled
[rc 0]
node/${N} labeled
[rc 0]
label "f5rampnode" not found.
node/${N} not labeled
[rc 0]
Error from server (NotFound): nodes "ramp-9" not found
[rc 1]
`);
  });

  it('with the client of 4 takes the same value again', async () => {
    const hosts = await open({ openshift: 4 }, both);
    await told(hosts, `oc label node ${N} f5rampnode=true`);
    expect(await told(hosts, `oc label node ${N} f5rampnode=true`)).toBe(`node/${N} not labeled\n[rc 0]\n`);
  });

  it('cordons as often as one likes, with either command', async () => {
    expect(
      await told(
        await open({}, both),
        `oc adm cordon ${N}`,
        `oc adm cordon ${N}`,
        `oc get node ${N} -o jsonpath='{.spec.unschedulable}'`,
        `oc adm manage-node ${N} --schedulable=true`,
        `oc adm manage-node ${N} --schedulable=false | grep -c ${N}.*Ready,SchedulingDisabled`,
        `oc adm uncordon ${N}`,
        `oc adm uncordon ${N}`,
        `oc get node ${N} -o jsonpath='{.spec.unschedulable}'`,
        'oc adm cordon ramp-9',
      ),
    ).toMatch(
      new RegExp(`^node/${N} cordoned
\\[rc 0]
node/${N} already cordoned
\\[rc 0]
true\\[rc 0]
NAME .* STATUS .*
${N} +Ready +compute .*
\\[rc 0]
1
\\[rc 0]
node/${N} uncordoned
\\[rc 0]
node/${N} already uncordoned
\\[rc 0]
\\[rc 0]
Error from server \\(NotFound\\): nodes "ramp-9" not found
\\[rc 1]
$`),
    );
  });

  it('has what its release has: help tells', async () => {
    const helps = async (hosts: Bench): Promise<boolean[]> => {
      const all = [];
      for (const [command, word] of [
        ['ipfailover', '--virtual-ips'],
        ['cordon', 'cordon NODE'],
        ['manage-node', '--schedulable'],
      ])
        all.push((await hosts.world.run(ADMIN, `${OC} adm ${command} --help`)).out.includes(word!));
      return all;
    };
    expect(await helps(await open({}, both))).toEqual([true, true, true]);
    expect(await helps(await open({ lacks: ['adm cordon', 'adm uncordon'] }, both))).toEqual([true, false, true]);
    const four = await open({ openshift: 4 }, both);
    expect(await helps(four)).toEqual([false, true, false]);
    expect(await four.world.run(ADMIN, 'oc adm ipfailover x')).toMatchObject({
      code: 1,
      err: expect.stringContaining('unknown command "ipfailover"'),
    });
  });

  it('knows the login file and refuses what is not modelled', async () => {
    expect(
      await told(
        await open({}, both),
        'oc --config /nowhere get node x -o jsonpath={}',
        'oc get nodes',
        'oc adm drain x',
      ),
    ).toBe(`error: stat /nowhere: no such file or directory
[rc 1]
oc: not modelled by the lab: get without -o jsonpath=
[rc 127]
oc: not modelled by the lab: adm drain x
[rc 127]
`);
    expect(await (await open({}, both)).world.run(NODE, 'oc get nodes')).toMatchObject({ code: 127 });
  });
});

describe('oc get -o jsonpath', () => {
  it('prints fields with escaped dots, text, ranges and whole maps', async () => {
    const hosts = await open({}, both);
    await told(hosts, `oc annotate node ${N} edge-ramp/edge-a.label.x=- --overwrite`);
    expect(
      await told(
        hosts,
        `oc get node ${N} -o jsonpath='{.metadata.labels.kubernetes\\.io/hostname}{"\\n"}'`,
        `oc get node ${N} -o jsonpath='{.metadata.annotations.edge-ramp/edge-a\\.label\\.x}|{.metadata.labels.none}{"\\n"}'`,
        `oc get node ${N} -o jsonpath="{.metadata.annotations['edge-ramp/edge-a.label.x']} {.status.conditions[0].type}"`,
        `oc get nodes -o jsonpath='{range .items[*]}{.metadata.name}={range .status.conditions[*]}{.status}{end};{end}'`,
        `oc get node ${N} -o jsonpath='{.status.conditions[?(@.type=="Ready")].status}{.status.conditions[?(@.type=="None")].status}'`,
        `oc get node ${N} -o jsonpath='{.metadata.annotations}'`,
        `oc get scc privileged -o jsonpath={.users}`,
        `oc get dc -o jsonpath='{.items[0].metadata.name}'`,
      ),
    ).toBe(`${N}
[rc 0]
-|
[rc 0]
- Ready[rc 0]
balancer.example.com=True;${N}=True;ramp-2.example.com=True;[rc 0]
True[rc 0]
map[edge-ramp/edge-a.label.x:- volumes.kubernetes.io/controller-managed-attach-detach:true][rc 0]
[system:admin system:serviceaccount:openshift-infra:build-controller][rc 0]
error: error executing jsonpath "{.items[0].metadata.name}": Error executing template: array index out of bounds: index 0, length 0.
[rc 1]
`);
    expect(await told(await open({ openshift: 4 }, both), 'oc get scc privileged -o jsonpath={.users}')).toBe(
      '["system:admin","system:serviceaccount:openshift-infra:build-controller"][rc 0]\n',
    );
  });

  it('tells a node’s Pods and whose they are', async () => {
    const hosts = await open({}, both);
    const of = (node: string): string =>
      `oc get pods --all-namespaces --field-selector spec.nodeName=${node} -o jsonpath='{range .items[*]}{.metadata.namespace} {.metadata.ownerReferences[0].kind},{end}'`;
    expect(await told(hosts, of('balancer.example.com'), of(N))).toBe(
      `openshift-monitoring DaemonSet,openshift-sdn DaemonSet,openshift-sdn DaemonSet,shop ReplicationController,shop ReplicationController,[rc 0]
openshift-sdn DaemonSet,openshift-sdn DaemonSet,[rc 0]
`,
    );
  });
});

describe('oc on service accounts and the SCC', () => {
  it('creates once, deletes once, and grants and takes back as often as one likes', async () => {
    const hosts = await open({}, both);
    const before = hosts.dump(ADMIN);
    const user = 'system:serviceaccount:default:x';
    expect(
      await told(
        hosts,
        `${OC} create serviceaccount x -n default`,
        `${OC} create serviceaccount x -n default`,
        `${OC} annotate serviceaccount x -n default edge-ramp/edge-a.account=-`,
        `${OC} annotate serviceaccount x -n default edge-ramp/edge-a.account=present`,
        `${OC} get serviceaccount x -n default -o jsonpath={.metadata.annotations}`,
        `${OC} adm policy add-scc-to-user privileged ${user}`,
        `${OC} adm policy add-scc-to-user privileged ${user}`,
        `${OC} adm policy remove-scc-from-user privileged ${user}`,
        `${OC} adm policy remove-scc-from-user privileged ${user}`,
        `${OC} delete serviceaccount x -n default`,
        `${OC} delete serviceaccount x -n default`,
      ),
    ).toBe(`serviceaccount/x created
[rc 0]
Error from server (AlreadyExists): serviceaccounts "x" already exists
[rc 1]
serviceaccount/x annotated
[rc 0]
error: --overwrite is false but found the following declared annotation(s): 'edge-ramp/edge-a.account' already has a value (-)
[rc 1]
map[edge-ramp/edge-a.account:-][rc 0]
scc "privileged" added to: ["${user}"]
[rc 0]
scc "privileged" added to: ["${user}"]
[rc 0]
scc "privileged" removed from: ["${user}"]
[rc 0]
scc "privileged" removed from: ["${user}"]
[rc 0]
serviceaccount "x" deleted
[rc 0]
Error from server (NotFound): serviceaccounts "x" not found
[rc 1]
`);
    expect(hosts.dump(ADMIN)).toBe(before);
  });
});

describe('a cluster', () => {
  it('is one for all specs that name its admin host or its nodes, and outlives the lab', async () => {
    const elsewhere = {
      ...pair,
      name: 'edge-b',
      cluster: { admin: 'i-0ad3100c0ad3100c1', kubeconfig: '/etc/origin/master/admin.kubeconfig' },
    };
    const [directory, specs] = [newDirectory(), [pair, member, elsewhere]];
    const hosts = await open({ typed: { [ADMIN]: FLOAT } }, { specs, directory });
    expect(hosts.world.clusters).toHaveLength(1);
    expect(hosts.names()).toEqual(expect.arrayContaining([NODE, SECOND, BALANCER, ADMIN, 'i-0ad3100c0ad3100c1']));
    expect(hosts.dump('i-0ad3100c0ad3100c1')).toBe(hosts.dump(ADMIN));
    expect(linesOf(hosts, 'label f5rampnode')).toEqual([
      'node ramp-1.example.com label f5rampnode=true',
      'node ramp-2.example.com label f5rampnode=true',
    ]);
    const before = [ADMIN, NODE].map((name) => hosts.dump(name));
    await hosts.close();
    const again = await open({}, { specs, directory });
    expect([ADMIN, NODE].map((name) => again.dump(name))).toEqual(before);
  });

  it('notes as writes what changed it', async () => {
    const hosts = await open({}, both);
    for (const line of [...FLOAT, FLOAT[4]!, 'oc get nodes -o jsonpath={}']) await hosts.world.run(ADMIN, line);
    expect(hosts.journal().map(({ writes, code }) => [writes, code])).toEqual([
      ...Array.from({ length: 4 }, () => [true, 0]),
      [true, 1],
      [false, 1],
      [false, 0],
    ]);
  });

  it('of 4 has no SCC that is changed by its users', async () => {
    const hosts = await open({ openshift: 4 }, both);
    expect(await told(hosts, FLOAT[3]!)).toBe('oc: not modelled by the lab: adm policy of 4\n[rc 127]\n');
  });
});
