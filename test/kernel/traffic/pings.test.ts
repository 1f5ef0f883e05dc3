import type { Machine } from '../../../lab/kernel/machine/machine';
import { pings, type PingOptions, type PingTarget } from '../../../bench/traffic/pings';
import { closeAll, line, wire } from './bench';

let machine: Machine;

beforeAll(async () => {
  machine = await wire();
});
afterAll(closeAll);

/** What pings meet while a line of bash runs on the host that they are sent from. */
async function during(text: string, options: PingOptions): Promise<Readonly<Record<string, PingTarget>>> {
  const echoes = await pings(machine, 'left', options);
  await line(machine, 'left', text);
  return echoes.stop();
}

describe('pings', () => {
  it('lose nothing on a wire, at 500 a second to each of two targets', async () => {
    const met = await during('sleep 1', { to: ['10.9.0.2', '10.9.0.3'], rate: 500 });
    expect(Object.keys(met)).toEqual(['10.9.0.2', '10.9.0.3']);
    for (const { sent, received, lost } of Object.values(met)) {
      expect({ received, lost }).toEqual({ received: sent, lost: 0 });
      expect(sent).toBeGreaterThan(100);
    }
  });

  it('come from the address that is asked for', async () => {
    const echoes = await pings(machine, 'left', { to: ['10.9.0.2'], from: '10.9.0.11', rate: 200 });
    const heard = await line(machine, 'right', `timeout 20 tcpdump -Z root -nlc 1 -i wire 'icmp[0] = 8' 2>/dev/null`);
    expect(heard).toMatch('IP 10.9.0.11 > 10.9.0.2: ICMP echo request');
    const { sent, received } = (await echoes.stop())['10.9.0.2']!;
    expect(received).toBe(sent);
  });

  it.each([100, 500])('count what is lost, and how long nothing came, at %i a second', async (rate) => {
    const met = await during('sleep 0.3; ip route add blackhole 10.9.0.3; sleep 1; ip route del 10.9.0.3; sleep 0.3', {
      to: ['10.9.0.2', '10.9.0.3'],
      rate,
    });
    expect(met['10.9.0.2']!.lost).toBe(0);
    const { sent, received, lost, gaps, longestGap } = met['10.9.0.3']!;
    expect(sent - received).toBe(lost);
    expect(sent).toBe(met['10.9.0.2']!.sent);
    const outage = gaps.find((gap) => gap.ms === longestGap)!;
    expect(outage.lost).toBe(lost);
    expect(outage.ms).toBeGreaterThanOrEqual(1000);
    expect(lost / rate).toBeGreaterThan((0.5 * outage.ms) / 1000);
  });

  it('count what was lost when they were stopped, whether it was never sent or never answered', async () => {
    const to = ['10.9.0.3', '10.9.0.2'] as const;
    const unsent = await during('sleep 0.3; ip route add blackhole 10.9.0.3; sleep 0.4', { to: [...to], rate: 100 });
    await line(machine, 'left', 'ip route del 10.9.0.3');
    const echoes = await pings(machine, 'left', { to: [...to], rate: 100 });
    await line(machine, 'right', 'sleep 0.3; ip address del 10.9.0.3/24 dev wire; sleep 0.4');
    const unanswered = await echoes.stop();
    await line(machine, 'right', 'ip address add 10.9.0.3/24 dev wire');
    for (const met of [unsent, unanswered]) {
      const { received, lost, gaps } = met['10.9.0.3']!;
      expect(received).toBeGreaterThan(0);
      expect(lost).toBeGreaterThan(10);
      expect(gaps.at(-1)!.lost).toBe(lost);
      expect(met['10.9.0.2']!.lost).toBe(0);
    }
  });

  it('that are answered late are not lost', async () => {
    // The kernel keeps what it has no MAC address for, and asks for one every second.
    await line(machine, 'right', 'ip address del 10.9.0.3/24 dev wire');
    await line(machine, 'left', 'ip neigh flush all');
    const echoes = await pings(machine, 'left', { to: ['10.9.0.3'], rate: 20, patience: 5000 });
    const back = line(machine, 'right', 'sleep 0.5; ip address add 10.9.0.3/24 dev wire');
    await line(machine, 'left', 'sleep 0.3');
    const { lost, gaps } = (await echoes.stop())['10.9.0.3']!;
    await back;
    expect({ lost, gaps }).toEqual({ lost: 0, gaps: [] });
  });

  it('have a gap as long as the measurement when nobody answers', async () => {
    const { received, lost, gaps } = (await during('sleep 0.5', { to: ['10.9.0.99'], rate: 20 }))['10.9.0.99']!;
    expect(received).toBe(0);
    expect(lost).toBeGreaterThan(5);
    expect(gaps).toEqual([{ ms: lost * 50, lost }]);
  });

  it('cannot come from an address that is not there', async () => {
    await expect(during('sleep 0.1', { to: ['10.9.0.2'], from: '10.9.0.66' })).rejects.toThrow(
      /^pings from left: .*Cannot assign requested address/,
    );
  });
});
