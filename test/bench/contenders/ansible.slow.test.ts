import { ansible } from '../../../bench/contenders/ansible';
import type { Contender } from '../../../bench/contenders/contender';
import { pasted } from '../../../bench/contenders/pasted';
import { BIGIP, closeAll, newDirectory, NODE, open, spec, type Bench } from '../../lab/hosts/bench';
import { difference } from '../../../bench/difference';
import { dumps, podAnswers } from './support';

let hosts: Bench;
let contender: Contender;
beforeEach(async () => {
  hosts = await open();
  contender = ansible({ hosts, spec, directory: newDirectory() });
});
afterEach(closeAll);

const writes = (): number => hosts.journal().filter(({ writes: wrote }) => wrote).length;

test('the playbook builds what carries, changes nothing when it runs again, and leaves nothing', async () => {
  const before = await dumps(hosts);
  expect(await contender.apply()).toMatchObject({ trips: 17, changed: 14 });
  expect(writes()).toBe(14);
  expect(await podAnswers(hosts)).toBe(true);

  const applied = await dumps(hosts);
  expect(await contender.reapply()).toMatchObject({ trips: 2, changed: 0 });
  expect(writes()).toBe(14);
  expect(difference(applied, await dumps(hosts))).toEqual([]);

  expect(await contender.teardown()).toMatchObject({ trips: 13, changed: 11 });
  expect(difference(before, await dumps(hosts))).toEqual([]);
  expect(await contender.teardown()).toMatchObject({ trips: 2, changed: 0 });
});

test.each([
  ['flows are wiped', () => hosts.act(NODE, 'wipe-flows'), 1],
  ['br0 and tun0 are made anew', () => hosts.act(NODE, 'restart-ovs'), 2],
  ['the node starts anew', () => hosts.act(NODE, 'reboot'), 7],
  ['the link goes down, and its route with it', () => hosts.run(NODE, 'ip link set tun1 down'), 2],
  ['the tunnel gets another end', () => hosts.run(NODE, 'ip tunnel change tun1 mode ipip remote 10.3.89.67'), 1],
  ['a virtual server is changed', () => hosts.run(BIGIP, `modify ltm virtual ose-vserver ${AUTOMAP}`), 2],
  ['the SNAT pool is changed', () => hosts.run(BIGIP, `modify ltm snatpool SDN_snatpool members add { 10.9.9.9 }`), 2],
])('the playbook heals only what was lost: %s', async (_, happens, changed) => {
  await contender.apply();
  const applied = await dumps(hosts);
  await happens();
  const drifted = writes();
  expect(await contender.repair()).toMatchObject({ changed });
  expect(writes() - drifted).toBe(changed);
  expect(await podAnswers(hosts)).toBe(true);
  expect(
    difference(applied, await dumps(hosts)).filter((line) => !line.includes('tun0') && !/eth_dst/.test(line)),
  ).toEqual([]);
});
const AUTOMAP = 'source-address-translation { type automap }';

test('a refusal is told with its task and host', async () => {
  hosts = await open({}, { faults: [{ host: BIGIP, match: 'create net route', nth: 1, effect: 'fail-before' }] });
  const refused = ansible({ hosts, spec, directory: newDirectory() }).apply();
  await expect(refused).rejects.toThrow(/apply\.yml ended with 2 at "Objects" on 10\.3\.88\.66: .*injected fault/);
});

test('each trip takes its delay longer', async () => {
  const slow = { hosts, spec, directory: newDirectory(), delay: 0.5 };
  for (const each of [ansible(slow), pasted(slow)]) {
    const { seconds, trips } = await each.apply();
    expect(seconds).toBeGreaterThanOrEqual(trips * slow.delay);
  }
});
