import type { Machine } from '../../../lab/kernel/machine/machine';
import { measure, startPodServer, type Pings } from '../../../lab/kernel/traffic/traffic';
import { closeAll, line, wire } from './bench';

let machine: Machine;

beforeAll(async () => {
  machine = await wire();
  await startPodServer(machine, 'right', 'web');
});
afterAll(closeAll);

describe('pings', () => {
  it('lose nothing on a wire, at 1000 a second to two targets', async () => {
    const pings = await measure(machine, 'left', 'pings', { to: ['10.9.0.2', '10.9.0.3'], rate: 1000, seconds: 1 });
    const { targets, skipped } = await pings.done;
    expect(Object.keys(targets)).toEqual(['10.9.0.2', '10.9.0.3']);
    for (const { sent, received, lost, duplicates, errors } of Object.values(targets)) {
      expect({ received, lost, duplicates, errors }).toEqual({ received: sent, lost: 0, duplicates: 0, errors: {} });
      expect(sent).toBeGreaterThan(0);
    }
    expect(Object.values(targets).reduce((sum, { sent }) => sum + sent, skipped)).toBe(1000);
  });

  it('are sent until they are stopped, from the address that is asked for', async () => {
    const pings = await measure(machine, 'left', 'pings', { to: ['10.9.0.2'], from: '10.9.0.11', rate: 200 });
    const heard = await line(machine, 'right', `timeout 20 tcpdump -Z root -nlc 1 -i wire 'icmp[0] = 8' 2>/dev/null`);
    expect(heard).toMatch('IP 10.9.0.11 > 10.9.0.2: ICMP echo request');
    const { sent, received } = (await pings.stop()).targets['10.9.0.2']!;
    expect(received).toBe(sent);
  });

  it('count what is lost, and since when nothing came', async () => {
    const pings = await measure(machine, 'left', 'pings', { to: ['10.9.0.2', '10.9.0.3'], rate: 200 });
    await line(
      machine,
      'left',
      'sleep 0.3; ip route add blackhole 10.9.0.3; sleep 0.4; ip route del 10.9.0.3; sleep 0.3',
    );
    const { targets } = await pings.stop();
    expect(targets['10.9.0.2']!.lost).toBe(0);
    const { sent, received, lost, gaps, longestGap } = targets['10.9.0.3']!;
    expect(lost).toBeGreaterThan(0);
    expect(sent - received).toBe(lost);
    const outage = gaps.find((gap) => gap.ms === longestGap)!;
    expect(outage.lost).toBe(lost);
    expect(outage.ms).toBeGreaterThanOrEqual(400);
  });
});

describe('pings that get another answer than an echo', () => {
  const one = async (to: string, more = {}): Promise<Pings['targets'][string]> =>
    (await (await measure(machine, 'left', 'pings', { to: [to], rate: 20, seconds: 0.5, ...more })).done).targets[to]!;

  it('say what the kernel said', async () => {
    expect(await one('10.8.0.1')).toMatchObject({ sent: 10, lost: 10, errors: { 'Network is unreachable': 10 } });
  });

  it('say what a router said', async () => {
    await line(machine, 'left', 'ip route add 10.8.0.0/24 via 10.9.0.2');
    await line(machine, 'right', 'echo 1 >/proc/sys/net/ipv4/ip_forward; ip route add unreachable 10.8.0.0/24');
    const { lost, errors } = await one('10.8.0.1');
    expect(lost).toBe(10);
    expect(errors['ICMP type 3 code 1']).toBeGreaterThan(0);
  });

  it('have a gap as long as the measurement when nobody answers', async () => {
    const { received, lost, gaps } = await one('10.9.0.99');
    expect({ received, lost }).toEqual({ received: 0, lost: 10 });
    expect(gaps).toMatchObject([{ at: 0, lost: 10 }]);
  });

  it('cannot come from an address that is not there', async () => {
    await expect(one('10.9.0.2', { from: '10.9.0.66' })).rejects.toThrow(
      'pings from left: cannot ping from 10.9.0.66: Cannot assign requested address',
    );
  });
});
