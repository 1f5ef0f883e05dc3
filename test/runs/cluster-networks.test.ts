import { discard, endOf, example, NODE, site, writes, type Site } from './support/site';

let here: Site | undefined;
afterEach(async () => {
  if (here) await discard(here);
  here = undefined;
});

const DECLARED = example.clusterNetworks.join(', ');

test.each([
  ['another', ['10.132.0.0/14']],
  ['a wider', ['10.128.0.0/13']],
  ['a narrower', ['10.128.0.0/15', '10.130.0.0/15']],
])('a cluster whose SDN has %s network than is declared is refused by the run, before any change', async (_, has) => {
  here = await site({ world: { clusterNetworks: has } });
  const before = here.dump();
  for (const input of [{}, { action: 'plan' }, { allowInterruption: true }]) {
    const result = await here.run(input);
    expect(endOf(result)).toBe('NotStarted');
    expect(result.cause).toContain(`ramp node ${NODE}: OpenShift`);
    expect(result.cause).toContain(
      `clusterNetworks is declared with ${DECLARED}, which is not what the SDN has (${has.join(', ')}): declare the networks that "oc get clusternetwork" shows`,
    );
  }
  expect(writes(here)).toEqual([]);
  expect(here.dump()).toBe(before);
});

test('a cluster that has further networks than the declared one carries the tunnel to that one', async () => {
  here = await site({ world: { clusterNetworks: [...example.clusterNetworks, '10.132.0.0/14'] } });
  expect(endOf(await here.run())).toBe('Applied');
});

test.each(['10.128.0.5', '10.129.77.3', '10.131.255.9'])(
  'a declared Pod that is on any other node of the cluster, %s, is there: whoever tries a tunnel knows no address of the hosts',
  async (probe) => {
    here = await site({ spec: { ...example, probe } });
    const result = await here.run();
    expect([endOf(result), result.cause]).toEqual(['Applied', undefined]);
  },
);
