import type { Fault } from '../../../lab/hosts/host';
import { TEXTS } from '../../../lab/hosts/texts';
import { BASTION, BIGIP, clientKey, closeAll, hostKey, newDirectory, NODE, open, spec } from './bench';

afterAll(closeAll);

const ADD = 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0';
const fault = (
  effect: Exclude<Fault['effect'], 'meanwhile'>,
  host = NODE,
  match = 'ip tunnel add tun1',
  nth = 1,
): Fault => ({
  host,
  match,
  nth,
  effect,
});

describe('a fault', () => {
  it('fails before: nothing is done', async () => {
    const hosts = await open({}, { faults: [fault('fail-before')] });
    const before = hosts.dump(NODE);
    expect(await hosts.world.run(NODE, ADD)).toMatchObject({ code: 1, err: `injected fault: not done: ${ADD}\n` });
    expect(hosts.dump(NODE)).toBe(before);
    expect(hosts.journal()).toMatchObject([{ host: NODE, line: ADD, code: 1, writes: false }]);
    expect((await hosts.world.run(NODE, ADD)).code).toBe(0);
  });

  it('fails after: it is done, and reported as failed', async () => {
    const hosts = await open({}, { faults: [fault('fail-after', BIGIP, 'create net route')] });
    const line = 'create net route other network 10.1.0.0/16 gw 10.3.89.1';
    expect(await hosts.world.run(BIGIP, line)).toMatchObject({
      code: 1,
      err: expect.stringContaining('injected fault: done'),
    });
    expect(hosts.dump(BIGIP)).toMatch('net route other {');
    expect(hosts.journal()).toMatchObject([{ host: BIGIP, line, code: 1, writes: true }]);
  });

  it('spoils the nth line that matches', async () => {
    const hosts = await open({}, { faults: [fault('fail-before', NODE, 'link show', 2)] });
    const codes = [];
    for (let i = 0; i < 3; i++) codes.push((await hosts.world.run(NODE, 'ip link show dev tun0')).code);
    expect(codes).toEqual([0, 1, 0]);
  });

  it('that hangs BIG-IP is told to who waits for its bastion', async () => {
    const hosts = await open({ shell: 'bash' }, { faults: [fault('hang', BIGIP, 'save sys config')] });
    const hung = Promise.all([hosts.hung(BASTION), hosts.hung(BIGIP)]);
    void hosts.world.run(BIGIP, "tmsh -a -q -c 'save sys config'");
    await hung;
  });

  it('leaves the lab able to close', async () => {
    const hosts = await open({}, { faults: [fault('hang')] });
    const hung = hosts.hung(NODE);
    const running = hosts.world.run(NODE, ADD);
    await hung;
    await hosts.close();
    await running;
  });
});

describe('a dump', () => {
  it('is the same for the same configuration, whatever was pinged, counted or listed', async () => {
    const hosts = await open({ typed: { [NODE]: [ADD, 'ip link set tun1 up'] } });
    const before = [hosts.dump(NODE), hosts.dump(BIGIP)];
    for (const line of [
      'ping -c 1 10.3.89.66',
      'ovs-ofctl -O OpenFlow13 dump-flows br0',
      'ip route replace 172.30.0.0/16 dev tun0',
    ])
      await hosts.world.run(NODE, line);
    await hosts.world.run(BIGIP, 'run util ping -c 1 10.3.89.89');
    expect([hosts.dump(NODE), hosts.dump(BIGIP)]).toEqual(before);
    expect(before).toEqual([
      (await open({ typed: { [NODE]: [ADD, 'ip link set tun1 up'] } })).dump(NODE),
      (await open()).dump(BIGIP),
    ]);
  });

  it('of a node has the address claims, but not what the product keeps for itself', async () => {
    const hosts = await open();
    const before = hosts.dump(NODE);
    await hosts.world.run(NODE, 'echo 7 > $EDGE_RAMP_ROOT/var/lib/edge-ramp/edge-a.fence');
    expect(hosts.dump(NODE)).toBe(before);
    await hosts.world.run(
      NODE,
      'echo edge-ramp:edge-a > $EDGE_RAMP_ROOT/var/lib/cni/networks/openshift-sdn/10.129.1.254',
    );
    expect(
      hosts
        .dump(NODE)
        .split('\n')
        .filter((line) => !before.includes(line)),
    ).toEqual(['claim 10.129.1.254 edge-ramp:edge-a']);
  });
});

describe('the journal', () => {
  it('calls a write what configured a device, also a repeated one; not a refusal, a list or a ping', async () => {
    const hosts = await open();
    const lines = [
      ADD,
      ADD,
      'ip -o tunnel show tun1',
      'ip tunnel change tun1 mode ipip remote 10.3.89.66',
      'ping -c 1 10.3.89.66',
      'iptables -w -C INPUT -j ACCEPT',
      'sysctl -n net.ipv4.ip_forward',
    ];
    for (const line of lines) await hosts.world.run(NODE, line);
    expect(hosts.journal().map(({ line, writes }) => [line, writes])).toEqual(
      lines.map((line, i) => [line, i === 0 || i === 3]),
    );
  });
});

describe('hosts', () => {
  it('are one for each bastion, node and BIG-IP, those without an agent not to be had as a Host', async () => {
    const hosts = await open();
    expect(hosts.names()).toEqual([BASTION, NODE, BIGIP]);
    expect([hosts.host(BASTION)?.name, hosts.host(NODE)?.name, hosts.host(BIGIP), hosts.host('i-0')]).toEqual([
      BASTION,
      NODE,
      undefined,
      undefined,
    ]);
  });

  it('survive being closed and opened again, with what was added to the specs', async () => {
    const directory = newDirectory();
    const first = await open({}, { directory });
    await first.world.run(NODE, ADD);
    await first.world.run(BIGIP, 'create net route other network 10.1.0.0/16 gw 10.3.89.1');
    const before = [first.dump(NODE), first.dump(BIGIP)];
    await first.close();
    const other = {
      ...spec,
      name: 'edge-b',
      ramp: { nodes: [{ instance: 'i-0b', address: '10.3.89.90', interface: 'eth0' }] },
      virtualServers: ['other-vserver'],
    };
    const again = await open({}, { directory, specs: [spec, other] });
    expect(again.dump(NODE)).toBe(before[0]);
    expect(again.dump('i-0b')).toMatch('address 10.131.0.1/23 dev tun0');
    expect(
      again
        .dump(BIGIP)
        .split('\n')
        .filter((line) => !before[1]!.includes(line)),
    ).toEqual(['running', 'saved'].flatMap(() => ['ltm virtual other-vserver {', '    destination 10.3.88.102:http']));
    expect((await again.world.run(BIGIP, 'list net route other')).code).toBe(0);
  });

  it('let in whoever has the secret’s key now', async () => {
    const directory = newDirectory();
    await (await open({}, { directory, secret: () => hostKey })).close();
    const again = await open({}, { directory });
    expect(again.world.bigips[BIGIP]!.authorised).toEqual([clientKey.publicKey]);
  });

  it('say which of their texts were never seen on a real device', () => {
    const all = Object.values(TEXTS);
    expect(all.filter((each) => each.verified).length).toBeGreaterThan(20);
    expect(all.every((each) => typeof each.verified === 'boolean')).toBe(true);
  });
});
