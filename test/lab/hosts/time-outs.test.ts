import { BASTION, closeAll, NODE, open, script } from './bench';

afterAll(closeAll);

const ADD = 'ip tunnel add tun1 mode ipip remote 10.3.89.66 dev eth0';

describe('a script’s time-out', () => {
  it('strikes a command that hangs, as much earlier as the lab is faster', async () => {
    const hosts = await open({}, { speed: 100, faults: [{ host: NODE, match: 'link show', nth: 1, effect: 'hang' }] });
    const ran = await script(
      hosts,
      NODE,
      'timeout -k 5 20 ip link show dev tun0; echo $?; timeout 20s ip link show dev tun0 | grep -c tun0',
    );
    expect(ran.out).toBe('124\n1\n');
    expect(ran.took).toBeGreaterThan(190);
    expect(ran.took).toBeLessThan(15_000); // 20 s and more on a real device
  });

  it('leaves a command that works the seconds of the machine it works on, however fast the lab is', async () => {
    const hosts = await open({}, { speed: 1000 });
    const busy =
      'lab_call() { /usr/bin/sleep 0.1; echo done; }; timeout 20 ip link; timeout 20 bash -c "/usr/bin/sleep 0.1; echo too"';
    expect(await script(hosts, NODE, busy)).toMatchObject({ code: 0, out: 'done\ntoo\n' });
  });

  it.each([
    'timeout 6 ssh x@10.3.88.99 true',
    'timeout 6 env ssh x@10.3.88.99 true',
    'echo | xargs timeout 6 ssh x@10.3.88.99',
  ])('strikes a command that takes longer on the device: %s', async (line) => {
    expect((await script(await open(), BASTION, `${line}; echo $?`)).out).toMatch(/^12[34]\n$/); // 123 is what xargs makes of 124
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
