import { FIRST, SECOND, kernelSite, pair, PODS, single, type KernelSite } from '../kernel/support/site';
import { saidBy, stopKeeper } from '../kernel/support/keeping';
import { answers, VIRTUALS } from '../kernel/support/traffic';
import { until } from '../kernel/support/waiting';

const MEMBERS = [PODS.ramp, PODS.worker, '10.131.0.5'];

describe('with bash 4.2 and iproute2 4.11', () => {
  let site: KernelSite;
  beforeAll(async () => {
    if (!process.env['EDGE_RAMP_LAB_TOOLS'])
      throw new Error(
        'The old programs are built from their sources: test/old-tools/run.sh FOLDER says how, and runs this.',
      );
    site = await kernelSite({ spec: single });
    // where #!/bin/bash finds it; the first test looks
    await site.hosts.machine.run({ command: ['mount', '--bind', '/usr/local/bin/bash', '/usr/bin/bash'] });
  });
  afterAll(() => site?.close());

  /** Without the rule that lets VRRP in, which ipfailover's image leaves, and without the mark of the virtual IP's check, which goes by itself. */
  const dumps = async (): Promise<readonly string[]> =>
    Object.entries(await site.dumps()).flatMap(([host, dump]) =>
      dump
        .split('\n')
        .filter((line) => !/-d 224\.0\.0\.18\/32|^address 127\.112\..* for a limited time/.test(line))
        .map((line) => `${host}: ${line}`),
    );

  test('it is these that the scripts run with, on the hosts and in their services', async () => {
    const versions = await site.type(FIRST, 'bash --version | head -n 1; ip -V');
    const { out } = await site.hosts.machine.run({ host: FIRST, command: ['/bin/bash', '--version'] });
    expect(versions).toContain('iproute2-ss170501');
    for (const each of [versions, out]) expect(each).toContain('GNU bash, version 4.2.');
    process.stderr.write(versions);
  });

  describe.each([
    ['a single ramp node', single, FIRST],
    ['a pair', pair, SECOND],
  ] as const)('%s', (_, spec, node) => {
    let before: readonly string[];
    const expectServed = async (): Promise<void> => {
      for (const virtual of VIRTUALS)
        expect(await answers(site, virtual, MEMBERS.length)).toEqual(
          MEMBERS.toSorted().map((pod) => expect.stringContaining(`pod=${pod} `)),
        );
    };

    test('is applied and carries', async () => {
      await site.declare(spec);
      before = await dumps();
      expect(await site.end()).toBe('Applied');
      await expectServed();
    });

    test('is then unchanged', async () => {
      const applied = await dumps();
      expect(await site.end()).toBe('Unchanged');
      expect(await dumps()).toEqual(applied);
    });

    // A pair loses them on its standby: the virtual IP stays where it is.
    const loses = async (): Promise<void> => {
      const rule = `-p 4 -s ${spec.bigip[0]!.address} -m comment --comment edge-ramp:${spec.name} -j ACCEPT`;
      await site.type(node, `ip route del 10.3.92.216; ip addr del 10.3.92.217/32 dev tun1`);
      await site.type(node, `iptables -w -D INPUT ${rule}`);
      await site.type(node, 'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1,arp,table=0');
    };

    test('that has lost route, firewall rule, address and a flow is healed by a run', async () => {
      const applied = await dumps();
      await stopKeeper(site, node);
      await loses();
      expect(await dumps()).not.toEqual(applied);
      expect(await site.end()).toBe('Applied');
      expect(await dumps()).toEqual(applied);
      await expectServed();
    });

    test('and by its keeper alone', async () => {
      const applied = await dumps();
      await until('the keeper has looked', () => saidBy(site, node) === 'ok');
      await loses();
      await until('all of it is put back', async () => String(await dumps()) === String(applied));
      await expectServed();
    });

    test('is torn down without a trace', async () => {
      expect(await site.end({ action: 'teardown' })).toBe('TornDown');
      expect(await dumps()).toEqual(before);
    });
  });
});
