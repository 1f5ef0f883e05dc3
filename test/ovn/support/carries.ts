import { isolate, allowHostNetwork, liftIsolation } from '../../../lab/kernel/ovn/northbound';
import type { Snat } from '../../../lab/kernel/ovn/ovn';
import { buildBigIpEnd, Product, SOURCE } from './product';
import { BIGIP, MP0, NOBODY, POD, RAMP, reachedFrom, Site } from './site';

/** What an apply makes on a fresh node. */
const BUILT = [
  'create input 10.3.89.66',
  'create tunnel tun1',
  'create link tun1',
  'create forwarding tun1',
  'create address tun1 10.3.91.217',
  'create route 10.3.91.216',
  `create nat ${SOURCE}`,
];
const NEITHER = [NOBODY, NOBODY];
const BOTH = reachedFrom(MP0);

/** The life of a tunnel on one topology; each has a file of its own, so that they have turns of their own. */
export function carries(topology: string, interconnect: boolean): void {
  describe(`a ramp node of OVN-Kubernetes, ${topology}`, () => {
    let site: Site;
    let product: Product;
    let before: string;

    const OURS = `-s ${SOURCE} -o ovn-k8s-mp0 -m comment --comment edge-ramp:edge-a -j SNAT --to-source ${MP0}`;
    const withoutOurs = async (look: () => Promise<void>): Promise<void> => {
      await site.type(RAMP, `iptables -w -t nat -D POSTROUTING ${OURS}`);
      await look();
      await site.type(RAMP, `iptables -w -t nat -I POSTROUTING 1 ${OURS}`);
    };
    const forwards = async (device: string): Promise<string> =>
      (await site.type(RAMP, `cat /proc/sys/net/ipv4/conf/${device}/forwarding`)).trim();
    const state = (): Promise<string> =>
      site.type(
        RAMP,
        `ip -o -4 addr; ip -4 route; ip -o tunnel; iptables -w -S; iptables -w -t nat -S; grep -H . /proc/sys/net/ipv4/conf/*/forwarding`,
      );

    beforeAll(async () => {
      site = await Site.open({ interconnect });
      product = new Product(site);
      await site.network.snat(RAMP, 'nft');
      await buildBigIpEnd(site, BIGIP);
      before = await state();
    });
    afterAll(() => site?.close());

    test('before the apply no Pod is reached', async () => expect(await site.both()).toEqual(NEITHER));

    test('the tunnel alone, without forwarding on its device, does not do', async () => {
      const plan = await product.plan();
      expect(plan.map(({ verb, object }) => `${verb} ${object}`)).toEqual(BUILT);
      await product.carryOut(plan.filter(({ object }) => !/^(forwarding|nat) /.test(object)));
      await site.reaches(BIGIP, '10.3.91.217');
      expect(await forwards('tun1')).toBe('0');
      expect(await site.both()).toEqual(NEITHER);
    });

    test('nor does it with forwarding and without any SNAT', async () => {
      await site.network.snat(RAMP, 'none');
      await site.type(RAMP, 'sysctl -qw net.ipv4.conf.tun1.forwarding=1');
      expect(await site.both()).toEqual(NEITHER);
      await site.type(RAMP, 'sysctl -qw net.ipv4.conf.tun1.forwarding=0');
    });

    test('the apply makes what is missing, and Pods on both nodes answer', async () => {
      expect(await product.run()).toEqual(['create forwarding tun1', `create nat ${SOURCE}`]);
      await site.comesTo(BOTH);
      await product.prove();
      expect(await product.run()).toEqual([]);
    });

    test.each<[Snat]>([['iptables'], ['nft']])(
      'beside the SNAT of the plugin in the form of %s they do, too, with ours and without',
      async (form) => {
        await site.network.snat(RAMP, form);
        expect(await product.run()).toEqual([]);
        await site.comesTo(BOTH);
        await withoutOurs(() => site.comesTo(BOTH));
      },
    );

    test('where BGP advertises the Pod network only our SNAT carries', async () => {
      await site.network.snat(RAMP, 'advertised');
      await site.comesTo(BOTH);
      await withoutOurs(async () => expect(await site.both()).toEqual(NEITHER));
      await site.network.snat(RAMP, 'nft');
    });

    test('a packet too large for a Pod is answered by what BIG-IP can learn from', async () => {
      for (const pod of Object.values(POD)) {
        await site.reaches(BIGIP, pod, '-M', 'do', '-s', '1372');
        const { out } = await site.machine.run({
          host: BIGIP,
          command: ['ping', '-n', '-c1', '-W2', '-M', 'do', '-s', '1373', pod],
        });
        expect(out).toMatch(/From 10\.3\.91\.217 .*Frag needed and DF set \(mtu = 1400\)/);
      }
    });

    test('ovnkube starts again with ipForwarding Restricted: nothing changes', async () => {
      await site.network.forwarding(RAMP, 'Restricted');
      expect(await product.run()).toEqual([]);
      await site.comesTo(BOTH);
    });

    test('ipForwarding from Global to Restricted takes our forwarding away, and the next run puts it back', async () => {
      await site.network.forwarding(RAMP, 'Global');
      await site.comesTo(BOTH);
      await site.network.forwarding(RAMP, 'Restricted');
      expect(await site.both()).toEqual(NEITHER);
      expect(await product.run()).toEqual(['create forwarding tun1']);
      await site.comesTo(BOTH);
    });

    test.each([
      [
        '4.14',
        '-A FORWARD -s 172.30.0.0/16 -j ACCEPT\n-A FORWARD -d 172.30.0.0/16 -j ACCEPT\n-A FORWARD -i br-ex -j DROP\n-A FORWARD -o br-ex -j DROP',
      ],
      ['4.17', '-P FORWARD DROP\n-A FORWARD -s 10.128.0.0/14 -j ACCEPT\n-A FORWARD -d 10.128.0.0/14 -j ACCEPT'],
    ])('the FORWARD chain of OpenShift %s lets it through', async (_release, rules) => {
      for (const rule of rules.split('\n')) await site.type(RAMP, `iptables -w ${rule}`);
      await site.comesTo(BOTH);
      await site.type(RAMP, 'iptables -w -P FORWARD ACCEPT; iptables -w -F FORWARD');
    });

    test('Pods of an isolated project answer on the ramp node alone, unless its policy allows the host network', async () => {
      const [here, there] = BOTH;
      await site.network.change(({ nodes }) => isolate(nodes.flatMap(({ pods }) => pods)));
      await site.comesTo([here!, NOBODY]);
      await site.network.change(() => allowHostNetwork(site.network.site));
      await site.comesTo([here!, there!]);
      await site.network.change(() => liftIsolation);
    });

    test('routingViaHost: with SNAT Pods on both nodes answer, without any those of other nodes do not', async () => {
      await site.network.routeViaHost();
      await site.comesTo(BOTH);
      await site.network.snat(RAMP, 'none');
      await site.comesTo(BOTH);
      await withoutOurs(() => site.comesTo([reachedFrom(SOURCE)[0]!, NOBODY]));
      await site.network.snat(RAMP, 'nft');
    });

    test('the teardown leaves the node as it was', async () => {
      await site.network.forwarding(RAMP, 'Restricted');
      expect(await product.run('absent')).toHaveLength(BUILT.length);
      expect(await site.both()).toEqual(NEITHER);
      expect(await state()).toBe(before);
    });
  });
}
