import { ADMIN, BALANCER, BIGIP, closeAll, FLOAT, member, NODE, open, pair, SECOND, VIP, type Bench } from './bench';

afterAll(closeAll);

const OBJECTS = [
  `create net tunnels tunnel SDN { local-address 10.3.89.66 profile ipip remote-address ${VIP} }`,
  'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }',
  'create net route 10.128.0.0/14 interface SDN',
];
/** One node's end with everything: tunnel, firewall, the address of its subnet and the four flows. */
const ramp = (gateway: string): string[] => [
  `ip tunnel add tun1 mode ipip remote 10.3.89.66 local ${VIP} dev eth0`,
  'ip addr add 10.3.91.217 dev tun1',
  'ip link set tun1 up',
  'ip route add 10.3.91.216 dev tun1',
  'iptables -w -I INPUT 1 -p 4 -s 10.3.89.66 -m comment --comment edge-ramp:edge-a -j ACCEPT',
  `ip addr add ${gateway} dev tun0`,
  `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<EOF
add cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=10.3.91.216,nw_dst=10.128.0.0/14,actions=load:0->NXM_NX_REG0[],mod_nw_src:${gateway},goto_table:30
add cookie=0x999,table=0,priority=2000,in_port=2,arp,arp_spa=${gateway},arp_tpa=10.128.0.0/14,actions=goto_table:30
add cookie=0x999,table=30,priority=2000,arp,arp_tpa=${gateway},actions=output:2
add cookie=0x999,table=30,priority=2000,ip,nw_dst=${gateway},actions=mod_nw_dst:10.3.91.216,output:2
EOF`,
];
const open2 = (typed: Record<string, string[]> = {}): Promise<Bench> => open({ typed }, { specs: [pair, member] });
/** The whole pair at work. */
const working = (): Promise<Bench> =>
  open2({ [BIGIP]: OBJECTS, [NODE]: ramp('10.129.0.254'), [SECOND]: ramp('10.131.0.254'), [ADMIN]: FLOAT });

const holders = (hosts: Bench): string[] =>
  [NODE, SECOND, BALANCER].filter((host) => hosts.dump(host).includes(`address ${VIP}/32 dev eth0`));
const answers = async (hosts: Bench): Promise<boolean[]> => {
  const all = [];
  for (const pod of ['10.129.0.5', '10.131.0.5', '10.130.0.7'])
    all.push(/ [1-9] received/.test((await hosts.world.run(BIGIP, `run util ping -c 3 ${pod}`)).out));
  return all;
};

describe('two ramp nodes', () => {
  it('have a subnet each, and know the other’s', async () => {
    const hosts = await open2();
    expect(hosts.dump(NODE)).toMatch('address 10.129.0.1/23 dev tun0');
    expect(hosts.dump(SECOND)).toMatch('address 10.131.0.1/23 dev tun0');
    for (const [host, pod] of [
      [NODE, '10.131.0.5'],
      [NODE, '10.130.0.7'],
      [SECOND, '10.129.0.5'],
      [BALANCER, '10.129.0.5'],
    ])
      expect((await hosts.world.run(host!, `ping -c 1 ${pod}`)).code).toBe(0);
  });

  it('without a running Pod hold no address', async () => {
    expect(holders(await open2())).toEqual([]);
  });

  it('answer BIG-IP through the one that holds the address, for all Pods', async () => {
    const hosts = await working();
    expect(holders(hosts)).toEqual([NODE]);
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev eth0')).out).toMatch(
      `3: eth0    inet ${VIP}/32 scope global eth0\\       valid_lft forever preferred_lft forever\n`,
    );
    expect(await answers(hosts)).toEqual([true, true, true]);
    await hosts.world.run(ADMIN, 'oc label node ramp-1.example.com f5rampnode-');
    await hosts.world.run(
      ADMIN,
      'oc delete pod -n default -l ipfailover=f5ipfailover --field-selector spec.nodeName=ramp-1.example.com',
    );
    expect(holders(hosts)).toEqual([SECOND]);
    expect(await answers(hosts)).toEqual([true, true, true]);
  });

  it('answer nothing without `local`: the answer would leave from the node’s own address', async () => {
    const hosts = await working();
    await hosts.world.run(NODE, 'ip tunnel change tun1 local any');
    expect(await answers(hosts)).toEqual([false, false, false]);
  });

  it('lose the address with the deployment config', async () => {
    const hosts = await working();
    await hosts.world.run(ADMIN, 'oc delete dc f5ipfailover -n default');
    expect(holders(hosts)).toEqual([]);
    expect(await answers(hosts)).toEqual([false, false, false]);
  });

  it('on standby send nothing and say nothing of it', async () => {
    const hosts = await working();
    expect((await hosts.world.run(NODE, 'ping -q -n -c 3 10.3.91.216')).code).toBe(0);
    expect(await hosts.world.run(SECOND, 'ping -q -n -W 1 -c 3 10.3.91.216')).toMatchObject({
      code: 1,
      err: '',
      out: expect.stringContaining('3 packets transmitted, 0 received, 100% packet loss'),
    });
    expect(await hosts.world.run(SECOND, `ip route get 10.3.89.66 from ${VIP}`)).toMatchObject({
      code: 2,
      err: 'RTNETLINK answers: Network is unreachable\n',
    });
  });

  it('stay as they were where the other comes back: the holder keeps the address', async () => {
    const hosts = await working();
    for (const line of [
      'oc adm cordon ramp-1.example.com',
      'oc delete pod -n default -l ipfailover=f5ipfailover --field-selector spec.nodeName=ramp-1.example.com',
      'oc adm uncordon ramp-1.example.com',
    ])
      expect((await hosts.world.run(ADMIN, line)).code).toBe(0);
    expect(holders(hosts)).toEqual([SECOND]);
  });
});
