import { allowHostNetwork, isolate, liftIsolation } from '../../../lab/kernel/ovn/northbound';
import { podHost } from '../../../lab/kernel/network/network';
import { until } from '../../kernel/support/waiting';
import { BIGIP, MP0, OUTSIDE, POD, RAMP, ROUTER, Site, WORKER } from './site';

const [LOCAL, REMOTE] = [podHost(RAMP, POD.local), podHost(WORKER, POD.remote)];

/** What the lab's cluster can do on one topology, without edge-ramp. */
export function network(topology: string, interconnect: boolean): void {
  describe(`the network of OVN-Kubernetes, ${topology}, without a tunnel`, () => {
    let site: Site;
    beforeAll(async () => {
      site = await Site.open({ interconnect });
    });
    afterAll(() => site?.close());

    test('Pods reach each other, nodes reach Pods, and all reach the outside', async () => {
      for (const [from, to] of [
        [LOCAL, POD.remote],
        [REMOTE, POD.local],
        [RAMP, POD.local],
        [RAMP, POD.remote],
        [WORKER, POD.local],
        [LOCAL, OUTSIDE],
        [REMOTE, OUTSIDE],
        [RAMP, OUTSIDE],
      ] as const)
        await site.reaches(from, to);
    });

    test('after a packet of a Pod to the outside a node is still reached from there', async () => {
      for (const node of ['10.3.89.89', '10.3.89.91']) await site.reaches(ROUTER, node);
    });

    test('a ramp node forwards on the devices of the plugin, and on no other', async () => {
      const forwarding = await site.type(
        RAMP,
        'cd /proc/sys/net/ipv4/conf; head -qn1 {all,default,br-ex,ovn-k8s-mp0}/forwarding',
      );
      expect(forwarding.trim().split('\n')).toEqual(['0', '0', '1', '1']);
      expect(await site.type(RAMP, 'ip -o -4 addr show dev ovn-k8s-mp0')).toContain(` ${MP0}/23 `);
    });

    test("Pods of an isolated project answer their own node, and another's where the policy allows the host network", async () => {
      const { network: cluster } = site;
      const answer = (local: number, remote: number): Promise<void> =>
        until(`the ramp node gets ${local} answers of its own Pod and ${remote} of the other`, async () => {
          const answers = await Promise.all([site.answered(RAMP, POD.local), site.answered(RAMP, POD.remote)]);
          return answers[0] === local && answers[1] === remote;
        });
      await cluster.change(({ nodes }) => isolate(nodes.flatMap(({ pods }) => pods)));
      await answer(3, 0);
      await cluster.change(() => allowHostNetwork(cluster.site));
      await answer(3, 3);
      await cluster.change(() => liftIsolation);
    });

    test('Pods are not reached from BIG-IP', async () => {
      for (const pod of Object.values(POD)) expect(await site.answered(BIGIP, pod)).toBe(0);
    });
  });
}
