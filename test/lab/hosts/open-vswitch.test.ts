import { closeAll, NODE, open, transcript, type Bench } from './bench';

afterAll(closeAll);

describe('Open vSwitch', () => {
  const dump = 'ovs-ofctl -O OpenFlow13 dump-flows br0';
  const flowsOf = async (hosts: Bench, filter: string): Promise<string[]> =>
    (await hosts.world.run(NODE, `${dump} ${filter}`)).out
      .split('\n')
      .slice(1, -1)
      .map((line) => line.replace(/duration=.*n_bytes=0, /, ''));
  const bundle = (lines: string): string => `ovs-ofctl -O OpenFlow13 --bundle add-flows br0 - <<'EOF'\n${lines}\nEOF`;
  const four = `add cookie=0x999,table=0,priority=2000,in_port=2,ip,nw_src=10.3.91.216,nw_dst=10.128.0.0/14,actions=load:0->NXM_NX_REG0[],mod_nw_src:10.129.0.254,goto_table:30
add cookie=0x999,table=0,priority=2000,in_port=2,arp,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14,actions=goto_table:30
add cookie=0x999,table=30,priority=2000,arp,arp_tpa=10.129.0.254,actions=output:2
add cookie=0x999,table=30,priority=2000,ip,nw_dst=10.129.0.254,actions=mod_dl_dst:0a:1f:5e:00:01:07,mod_nw_dst:10.3.91.216,output:2`;

  it('prints flows in its own spelling', async () => {
    const hosts = await open();
    expect((await hosts.world.run(NODE, bundle(four))).code).toBe(0);
    expect(await flowsOf(hosts, 'cookie=0x999/-1')).toEqual([
      ' cookie=0x999, priority=2000,ip,in_port=2,nw_src=10.3.91.216,nw_dst=10.128.0.0/14 actions=load:0->NXM_NX_REG0[],set_field:10.129.0.254->ip_src,goto_table:30',
      ' cookie=0x999, priority=2000,arp,in_port=2,arp_spa=10.129.0.254,arp_tpa=10.128.0.0/14 actions=goto_table:30',
      ' cookie=0x999, priority=2000,arp,arp_tpa=10.129.0.254 actions=output:2',
      ' cookie=0x999, priority=2000,ip,nw_dst=10.129.0.254 actions=set_field:0a:1f:5e:00:01:07->eth_dst,set_field:10.3.91.216->ip_dst,output:2',
    ]);
  });

  it('shows the flows by which a pipeline is known, and only those asked for', async () => {
    const hosts = await open();
    expect(await flowsOf(hosts, 'table=0,arp,in_port=2,arp_spa=10.129.0.1')).toEqual([
      ' cookie=0x0, priority=200,arp,in_port=2,arp_spa=10.129.0.1,arp_tpa=10.128.0.0/14 actions=goto_table:30',
    ]);
    expect(await flowsOf(hosts, 'ip,nw_dst=10.129.0.1')).toEqual([
      ' cookie=0x0, priority=300,ip,nw_dst=10.129.0.1 actions=output:2',
    ]);
    expect(await flowsOf(hosts, 'table=253')).toEqual([' cookie=0x0, actions=note:02.07.00.00.00.00']);
    expect(await flowsOf(hosts, 'cookie=0x998/-1')).toEqual([]);
    const count = 'ovs-ofctl -O OpenFlow13 dump-aggregate br0';
    expect((await hosts.world.run(NODE, `${count} cookie=0x998/-1; ${count} ip,nw_dst=10.129.0.1`)).out).toMatch(
      /^OFPST_AGGREGATE reply .* flow_count=0\n.* flow_count=1\n$/,
    );
  });

  it('replaces on adding again, deletes strictly, and does nothing of a bundle with a mistake', async () => {
    const hosts = await open();
    const stock = hosts.dump(NODE);
    await hosts.world.run(NODE, bundle(four));
    const set = hosts.dump(NODE);
    await hosts.world.run(NODE, bundle(four));
    expect(hosts.dump(NODE)).toBe(set);
    const wrong = await hosts.world.run(
      NODE,
      bundle(
        'delete_strict cookie=0x999/-1,table=30,priority=2000,arp,arp_tpa=10.129.0.254\nadd table=0,bogus=1,actions=drop',
      ),
    );
    expect(wrong).toMatchObject({ code: 1, err: expect.stringContaining('unknown keyword bogus') });
    expect(hosts.dump(NODE)).toBe(set);
    const strict = four.replace(/^add cookie=0x999,(.*),actions=.*$/gm, 'delete_strict cookie=0x999/-1,$1');
    expect((await hosts.world.run(NODE, bundle(strict))).err).toBe('');
    expect(hosts.dump(NODE)).toBe(stock);
  });

  it('refuses in Open vSwitch’s words', async () => {
    const hosts = await open();
    const told = await transcript(
      hosts,
      NODE,
      'ovs-ofctl dump-flows br0',
      'ovs-ofctl -O OpenFlow13 dump-flows br9',
      `${dump} cookie=0x999`,
      'ovs-ofctl -O OpenFlow13 add-flow br0 "table=0,priority=2000,ip,nw_src=1.2.3.4,actions=goto_table:0"',
      'ovs-ofctl -O OpenFlow13 add-flow br0 "table=0,bogus=1,actions=drop"',
      'ovs-vsctl get Interface tun0 ofport',
      'ovs-vsctl get Interface tun9 ofport',
    );
    expect(told.replace(/^\$.*\n/gm, '').replace(/.*(version negotiation)/, '$1'))
      .toBe(`version negotiation failed (we support version 0x01, peer supports version 0x04)
ovs-ofctl: br0: failed to connect to socket (Broken pipe)
[rc 1]
ovs-ofctl: br9 is not a bridge or a socket
[rc 1]
ovs-ofctl: cannot set cookie (to match on a cookie, specify a mask, e.g. cookie=0x999/-1)
[rc 1]
ovs-ofctl: actions are invalid with specified match (OFPBIC_BAD_TABLE_ID)
[rc 1]
ovs-ofctl: unknown keyword bogus
[rc 1]
2
[rc 0]
ovs-vsctl: no row "tun9" in table Interface
[rc 1]
`);
  });

  it('has the pipeline of each plugin', async () => {
    const note = async (plugin: 'subnet' | 'multitenant' | 'networkpolicy') =>
      (await flowsOf(await open({ plugin }), 'table=253'))[0];
    expect([await note('subnet'), await note('multitenant'), await note('networkpolicy')]).toEqual(
      ['00', '01', '02'].map((id) => ` cookie=0x0, actions=note:${id}.07.00.00.00.00`),
    );
  });
});

describe('ovs-appctl ofproto/trace', () => {
  it('ends in what the datapath does with a packet', async () => {
    const hosts = await open();
    const end = async (flow: string): Promise<string> =>
      (await hosts.world.run(NODE, `ovs-appctl ofproto/trace br0 "${flow}" | tail -n 1`)).out;
    const flow = 'in_port=2,icmp,nw_src=10.3.91.216,nw_dst=10.129.0.5';
    expect(await end('in_port=tun0,ip,nw_src=10.129.0.1,nw_dst=10.129.0.5')).toBe('Datapath actions: 4\n');
    expect(await end(flow.replace('10.129.0.5', '10.129.0.99'))).toBe('Datapath actions: drop\n');
    await hosts.world.run(
      NODE,
      `ovs-ofctl -O OpenFlow13 add-flow br0 "priority=2000,ip,in_port=2,nw_src=10.3.91.216,actions=mod_nw_src:10.129.0.254,goto_table:30"`,
    );
    expect(await end(flow)).toBe('Datapath actions: set(ipv4(src=10.129.0.254)),4\n');
    // of a packet without a protocol it changes no address (OS-42)
    expect(await end(flow.replace('icmp', 'ip'))).toBe('Datapath actions: 4\n');
    expect(
      (await transcript(hosts, NODE, `ovs-appctl ofproto/trace br9 ${flow}`, 'ovs-appctl fdb/show br0')).replace(
        /^\$.*\n/gm,
        '',
      ),
    ).toBe(
      'br9: unknown bridge\novs-appctl: ovs-vswitchd: server returned an error\n[rc 2]\novs-appctl: not modelled by the lab: fdb/show br0\n[rc 127]\n',
    );
  });
});
