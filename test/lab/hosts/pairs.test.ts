import { Clock } from '../../../lab/cloud/clock';
import { Commands } from '../../../lab/cloud/ssm/commands';
import { readDocument } from '../../../lab/cloud/ssm/document';
import type { Resource } from '../../../lab/cloud/template';
import { eventually } from '../cloud/support';
import {
  ADMIN,
  BALANCER,
  BIGIP,
  closeAll,
  FLOAT,
  member,
  newDirectory,
  NODE,
  open,
  pair,
  SECOND,
  VIP,
  type Bench,
} from './bench';

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

const UNIT = '$EDGE_RAMP_ROOT/etc/systemd/system/edge-ramp-edge-a.service';
/** Installs the health reporter's service on a node and starts it. */
const reporter = (gateway: string, cookie = '0x999'): string =>
  `printf '[Service]\\nExecStart=/var/lib/edge-ramp/vip-report 127.112.0.11 tun1 10.3.91.216 ${cookie} ${gateway} edge-a\\n' >${UNIT} && systemctl daemon-reload && systemctl enable --now edge-ramp-edge-a`;
const reporting = async (): Promise<Bench> => {
  const hosts = await working();
  expect((await hosts.world.run(NODE, reporter('10.129.0.254'))).code).toBe(0);
  expect((await hosts.world.run(SECOND, reporter('10.131.0.254'))).code).toBe(0);
  return hosts;
};

describe('the health check', () => {
  it.each([
    ['the device', 'ip link del tun1'],
    ['the device, being down', 'ip link set tun1 down'],
    ['the route', 'ip route del 10.3.91.216 dev tun1'],
    ['the address on tun0', 'ip addr del 10.129.0.254/32 dev tun0'],
    [
      'one of the flows',
      'ovs-ofctl -O OpenFlow13 --strict del-flows br0 table=30,priority=2000,arp,arp_tpa=10.129.0.254',
    ],
  ])('moves the address where a node misses %s', async (_, line) => {
    const hosts = await reporting();
    expect(holders(hosts)).toEqual([NODE]);
    expect((await hosts.world.run(NODE, line)).code).toBe(0);
    expect(holders(hosts)).toEqual([SECOND]);
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev lo')).out).toMatch(
      /^1: lo    inet 127.0.0.1\/8 scope host lo\\ +valid_lft forever preferred_lft forever\n1: lo    inet 127.112.0.11\/32 scope host lo\\ +valid_lft \d+sec/,
    );
  });

  it('takes the mark away when all is there again; the address stays with its holder', async () => {
    const hosts = await reporting();
    const before = hosts.dump(NODE);
    await hosts.world.run(NODE, 'ip addr del 10.129.0.254/32 dev tun0');
    await hosts.world.run(NODE, 'ip addr add 10.129.0.254/32 dev tun0');
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev lo')).out).not.toMatch('127.112');
    expect(holders(hosts)).toEqual([SECOND]);
    expect(hosts.dump(NODE)).toBe(before.replace(`address ${VIP}/32 dev eth0\n`, ''));
  });

  it('leaves nobody with the address where both miss something, and without a reporter misses nothing', async () => {
    const hosts = await reporting();
    for (const node of [NODE, SECOND]) await hosts.world.run(node, 'ip link del tun1');
    expect(holders(hosts)).toEqual([]);
    await hosts.world.run(SECOND, 'systemctl stop edge-ramp-edge-a');
    await new Promise((resolve) => setTimeout(resolve, 20)); // its mark ends by itself after 10 s
    expect(holders(hosts)).toEqual([SECOND]);
  });

  it('with SNAT to the gateway looks for the rule', async () => {
    const hosts = await reporting();
    await hosts.world.run(NODE, `${reporter('-', '-')}; systemctl restart edge-ramp-edge-a`);
    expect(holders(hosts)).toEqual([SECOND]);
    await hosts.world.run(
      NODE,
      'iptables -w -t nat -A POSTROUTING -s 10.3.91.216 -o tun0 -j SNAT --to-source 10.129.0.1',
    );
    await hosts.world.run(SECOND, 'ip link del tun1');
    expect(holders(hosts)).toEqual([NODE]);
  });

  it('is a mark of some seconds, whoever puts it', async () => {
    const hosts = await open({ typed: { [ADMIN]: FLOAT } }, { specs: [pair], speed: 10 });
    await hosts.world.run(NODE, 'ip addr replace 127.112.0.11/32 dev lo valid_lft 10 preferred_lft 10');
    expect(holders(hosts)).toEqual([SECOND]);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    expect((await hosts.world.run(NODE, 'ip -o -4 addr show dev lo')).out).not.toMatch('127.112');
  });
});

describe('a node that goes off', () => {
  it('leaves the address to the other, and its Pods answer nobody', async () => {
    const hosts = await working();
    hosts.world.gone(NODE);
    expect(hosts.host(NODE)).toBeUndefined();
    expect(holders(hosts)).toEqual([SECOND]);
    expect(await answers(hosts)).toEqual([false, true, true]);
    expect((await hosts.world.run(SECOND, 'ping -c 1 -W 1 10.3.89.89')).code).toBe(1);
    expect((await hosts.world.run(ADMIN, 'oc rollout status dc/f5ipfailover')).code).toBe(1);
    hosts.world.gone(SECOND);
    expect(holders(hosts)).toEqual([]);
  });

  it('comes back rebooted: without tunnel, flows and address, its Pods and enabled services at work', async () => {
    const hosts = await reporting();
    await hosts.world.run(NODE, 'mkdir -p $EDGE_RAMP_ROOT/run/edge-ramp && echo ok >$EDGE_RAMP_ROOT/run/edge-ramp/x');
    hosts.world.gone(NODE);
    hosts.world.back(NODE);
    expect(hosts.host(NODE)?.name).toBe(NODE);
    const dump = hosts.dump(NODE);
    expect(dump).not.toMatch(/tun1|priority=2000|10\.129\.0\.254|ipencap|0a:1f:5e:00:01:07/);
    expect(dump).toMatch('unit edge-ramp-edge-a enabled active');
    expect((await hosts.world.run(NODE, 'cat $EDGE_RAMP_ROOT/run/edge-ramp/*')).out).toMatch(/^broken \d+ /);
    expect(holders(hosts)).toEqual([SECOND]);
    hosts.world.gone(SECOND);
    expect(holders(hosts)).toEqual([]); // its reporter says that the tunnel is missing
    for (const line of ramp('10.129.0.254'))
      expect(await hosts.world.run(NODE, line)).toMatchObject({ code: 0, err: '' });
    expect(holders(hosts)).toEqual([NODE]);
  });

  it('is still off after the lab was closed and opened again', async () => {
    const directory = newDirectory();
    const first = await open({}, { specs: [pair], directory });
    first.world.gone(SECOND);
    await first.close();
    const again = await open({}, { specs: [pair], directory });
    expect(again.host(SECOND)).toBeUndefined();
    again.world.back(SECOND);
    expect(again.host(SECOND)?.name).toBe(SECOND);
  });

  it('gets no command of Systems Manager until delivery times out, and ends none that was at work', async () => {
    const hosts = await working();
    const steps = { runCommand: ['ip link show dev tun0 && sleep 60 && ip link show dev tun0'], timeoutSeconds: '600' };
    const document = {
      schemaVersion: '2.2',
      mainSteps: [{ action: 'aws:runShellScript', name: 'run', inputs: steps }],
    };
    const resource = { name: 'look', get: () => document } as unknown as Resource;
    const commands = new Commands({
      hosts,
      clock: new Clock(1000),
      documents: () => new Map([['look', readDocument(resource)]]),
      registered: new Set([NODE]),
      environment: {},
      directory: newDirectory(),
    });
    const send = (): unknown =>
      commands.operations['AmazonSSM.SendCommand']!({ DocumentName: 'look', InstanceIds: [NODE], TimeoutSeconds: 30 });
    const ended = (nth: number): Promise<string> =>
      eventually(() => (commands.trips()[nth]!.ended ? commands.trips()[nth]!.status : undefined));
    send();
    await eventually(() => hosts.journal().find(({ line }) => line === 'ip link show dev tun0'));
    hosts.world.gone(NODE);
    send();
    expect([await ended(0), await ended(1)]).toEqual(['ExecutionTimedOut', 'DeliveryTimedOut']);
    hosts.world.back(NODE);
    send();
    expect(await ended(2)).toBe('Success');
    await commands.close();
  });
});
