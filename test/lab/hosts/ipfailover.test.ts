import { ADMIN, closeAll, FLOAT, open, VIP, type Bench } from './bench';
import { both, N, told, linesOf } from './cluster-bench';

afterAll(closeAll);

describe('oc adm ipfailover', () => {
  it('works and yet fails where the service account is there; a second time it changes nothing', async () => {
    const hosts = await open({}, both);
    for (const line of FLOAT.slice(0, 4)) expect((await hosts.world.run(ADMIN, line)).code).toBe(0);
    expect(await told(hosts, FLOAT[4]!)).toBe(`--> Creating IP failover f5ipfailover ...
    deploymentconfig "f5ipfailover" created
--> Failed
    error: serviceaccounts "f5ipfailover" already exists
[rc 1]
`);
    const made = hosts.dump(ADMIN);
    expect(await told(hosts, FLOAT[4]!.replace('offset=10', 'offset=20'))).toMatch(
      'deploymentconfigs.apps.openshift.io "f5ipfailover" already exists\n[rc 1]',
    );
    expect(hosts.dump(ADMIN)).toBe(made);
    expect(
      await told(
        hosts,
        `oc get dc --all-namespaces -l ipfailover -o jsonpath='{range .items[*]}{.metadata.name} {.spec.replicas} {.spec.template.spec.nodeSelector} {.spec.template.spec.serviceAccountName}{"\\n"}{range .spec.template.spec.containers[0].env[*]}{.name}={.value}{"\\n"}{end}{end}'`,
      ),
    ).toBe(`f5ipfailover 2 map[f5rampnode:true] f5ipfailover
OPENSHIFT_HA_CONFIG_NAME=f5ipfailover
OPENSHIFT_HA_VIRTUAL_IPS=${VIP}
OPENSHIFT_HA_VIP_GROUPS=0
OPENSHIFT_HA_NETWORK_INTERFACE=eth0
OPENSHIFT_HA_MONITOR_PORT=0
OPENSHIFT_HA_VRRP_ID_OFFSET=10
OPENSHIFT_HA_REPLICA_COUNT=2
OPENSHIFT_HA_IPTABLES_CHAIN=INPUT
OPENSHIFT_HA_NOTIFY_SCRIPT=
OPENSHIFT_HA_CHECK_SCRIPT=/bin/bash -c 'grep -qx .*127.112.0.11 /proc/net/fib_trie && exit 1 || exit 0'
OPENSHIFT_HA_PREEMPTION=preempt_delay 300
OPENSHIFT_HA_CHECK_INTERVAL=2
OPENSHIFT_HA_USE_UNICAST=false
[rc 0]
`);
  });

  it('makes the service account where it is missing, if one of a name with its name in it may', async () => {
    const hosts = await open({}, both);
    await told(hosts, 'oc adm policy add-scc-to-user privileged -z my-other');
    expect(await told(hosts, `oc adm ipfailover --virtual-ips=${VIP} --service-account=other`)).toBe(
      `--> Creating IP failover ipfailover ...
    serviceaccount "other" created
    deploymentconfig "ipfailover" created
--> Success
[rc 0]
`,
    );
  });

  it.each([
    [
      'no address',
      '',
      'error: you must specify at least one virtual IP address (--virtual-ips=) for keepalived to expose',
    ],
    ['a bad address', '--virtual-ips=10.3.89.300', 'error: Invalid IP address: 10.3.89.300'],
    [
      'a large offset',
      `--virtual-ips=${VIP} --vrrp-id-offset=255`,
      'error: The vrrp-id-offset must be in the range 0..254',
    ],
    ['a type', `--virtual-ips=${VIP} --type=x`, 'error: No plugins available to handle type "x"'],
    ['a negative label', `--virtual-ips=${VIP} --selector=x-`, 'error: you may not pass negative labels in "x-"'],
    [
      'no privileges',
      `--virtual-ips=${VIP} --service-account=x`,
      'error: ipfailover could not be created; service account "x" does not have sufficient privileges, grant access with: oc adm policy add-scc-to-user privileged -z x',
    ],
  ])('refuses %s and makes nothing', async (_, options, says) => {
    const hosts = await open({}, both);
    const before = hosts.dump(ADMIN);
    expect(await told(hosts, `oc adm ipfailover name ${options}`)).toBe(`${says}\n[rc 1]\n`);
    expect(hosts.dump(ADMIN)).toBe(before);
  });
});

describe('Pods of a deployment config', () => {
  const withFloat = (): Promise<Bench> => open({ typed: { [ADMIN]: FLOAT } }, both);
  const where = (hosts: Bench): string[] => linesOf(hosts, 'pod default/');

  it('run one on each node with the label; the rollout is done then', async () => {
    const hosts = await withFloat();
    expect(where(hosts)).toEqual([
      'pod default/f5ipfailover-1 on ramp-1.example.com',
      'pod default/f5ipfailover-1 on ramp-2.example.com',
    ]);
    expect(await told(hosts, 'oc rollout status dc/f5ipfailover -n default')).toBe(
      'replication controller "f5ipfailover-1" successfully rolled out\n[rc 0]\n',
    );
  });

  it('stay on a node that lost its label or was cordoned until they are deleted, and then wait', async () => {
    const hosts = await withFloat();
    await told(hosts, `oc label node ${N} f5rampnode-`, 'oc adm cordon ramp-2.example.com');
    expect(where(hosts)).toHaveLength(2);
    expect(where(hosts).join()).not.toMatch('on -');
    const remove = (node: string): string =>
      `oc delete pod -n default -l ipfailover=f5ipfailover --field-selector spec.nodeName=${node}`;
    expect(await told(hosts, remove(N), remove('ramp-2.example.com'), remove(N))).toMatch(
      /^pod "f5ipfailover-1-\w{5}" deleted\n\[rc 0]\npod .* deleted\n\[rc 0]\nNo resources found\n\[rc 0]\n$/,
    );
    expect(where(hosts)).toEqual(['pod default/f5ipfailover-1 on -', 'pod default/f5ipfailover-1 on -']);
    expect(await hosts.world.run(ADMIN, 'oc rollout status dc/f5ipfailover')).toMatchObject({ code: 1 });
    await told(hosts, 'oc adm uncordon ramp-2.example.com');
    expect(where(hosts)).toEqual([
      'pod default/f5ipfailover-1 on -',
      'pod default/f5ipfailover-1 on ramp-2.example.com',
    ]);
  });

  it('of another config with the same offset find no port', async () => {
    const hosts = await withFloat();
    const second = FLOAT[4]!.replace('ipfailover f5ipfailover', 'ipfailover other').replace(VIP, '10.3.89.101');
    await told(hosts, second);
    expect(linesOf(hosts, 'pod default/other')).toEqual(['pod default/other-1 on -', 'pod default/other-1 on -']);
    await told(hosts, 'oc delete dc other -n default', second.replace('offset=10', 'offset=20'));
    expect(linesOf(hosts, 'pod default/other').join()).not.toMatch('on -');
  });
});
