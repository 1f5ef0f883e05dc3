import { BIGIP, FIRST, PODS, SECOND, kernelSite, pair, single, type KernelSite } from './support/site';
import { answers, VIRTUALS } from './support/traffic';

/** One Pod of each ramp node and one of the worker. */
const MEMBERS = [PODS.ramp, '10.130.0.7', '10.131.0.5'];
const served = (peer: string): readonly unknown[] => MEMBERS.map((pod) => `pod=${pod} peer=${peer}`);
const FLOWS_SOURCE = '10.129.1.254';
const GATEWAY = '10.129.0.1';

async function expectAnswers(site: KernelSite, expected: readonly unknown[]): Promise<void> {
  for (const virtual of VIRTUALS) expect(await answers(site, virtual, MEMBERS.length)).toEqual(expected);
}
const refused = MEMBERS.map(() => expect.stringMatching(/^0 /));

describe.each(['subnet', 'multitenant', 'networkpolicy'] as const)('with ovs-%s', (plugin) => {
  let site: KernelSite;
  beforeAll(async () => {
    site = await kernelSite({ spec: single, world: { plugin } });
  });
  afterAll(() => site?.close());

  test('before the apply no Pod is reached through a virtual server', () => expectAnswers(site, refused));

  test.each([
    ['a single ramp node with flows', { ...single, snat: 'flows' }, FLOWS_SOURCE],
    ['a single ramp node with the gateway as source', { ...single, snat: 'gateway' }, GATEWAY],
    ['a pair with the gateway as source', { ...pair, snat: 'gateway' }, GATEWAY],
    ['a pair with flows', { ...pair, snat: 'flows' }, FLOWS_SOURCE],
  ] as const)('%s carries HTTP to Pods on ramp nodes and worker', async (_, spec, peer) => {
    await site.declare(spec);
    expect(await site.end({ allowInterruption: true })).toMatch(/^Applied/);
    await expectAnswers(site, served(peer));
  });

  test('no packet was dropped unseen between kernel and ovs-vswitchd', async () => {
    for (const node of [FIRST, SECOND]) expect(await site.hosts.network.lost(node)).toBe(0);
  });

  test('after the teardown no Pod is reached any more', async () => {
    expect(await site.end({ action: 'teardown' })).toMatch(/^TornDown/);
    await expectAnswers(site, refused);
    expect(await site.type(BIGIP, 'list net route')).not.toContain('10.128.0.0');
  });
});
