import { closeAll, NODE, open, script } from './bench';

afterAll(closeAll);

const ADD = 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0';

describe('a script’s time-out', () => {
  it('is as much shorter as the lab is faster, with 5 s more for a busy machine', async () => {
    const hosts = await open({}, { speed: 100, faults: [{ host: NODE, match: 'link show', nth: 1, effect: 'hang' }] });
    const ran = await script(
      hosts,
      NODE,
      'timeout -k 5 20 ip link show dev tun0; echo $?; timeout 20s ip link show dev tun0 | grep -c tun0',
    );
    expect(ran.out).toBe('124\n1\n');
    expect(ran.took).toBeGreaterThan(5190);
    expect(ran.took).toBeLessThan(15_000); // 20 s and more on a real device
  });

  it('ends a command that hangs: it was never done, and who waits for that host is told', async () => {
    const hosts = await open(
      {},
      { speed: 100, faults: [{ host: NODE, match: 'ip tunnel add tun1', nth: 1, effect: 'hang' }] },
    );
    const hung = hosts.hung(NODE);
    const before = hosts.dump(NODE);
    const running = script(hosts, NODE, `timeout 50 ${ADD}`);
    await hung;
    expect((await running).code).toBe(124);
    expect(hosts.dump(NODE)).toBe(before);
    expect(hosts.journal()).toMatchObject([{ host: NODE, line: ADD, code: -1, writes: false }]);
  });
});
