import { setTimeout as sleep } from 'node:timers/promises';
import { podHost } from '../../lab/kernel/network/network';
import { pings } from '../../bench/traffic/pings';
import { apply } from './support/applied';
import { echoes } from './support/echoes';
import { letRunBeOver, saidBy, startKeeper, stopKeeper, watch } from './support/keeping';
import { differencesThatStay, lastingDumps, type Dumps } from './support/lasting';
import { BIGIP, FIRST, kernelSite, pair, PODS, SECOND, single, WORKER, type KernelSite } from './support/site';
import { holdings, remains, type Holdings } from './support/remains';
import { holds } from './support/vip';
import { until } from './support/waiting';

/** Pings a second, through the tunnel and between Pods. */
const RATE = 20;
/**
 * The look under way when the cause is over sees it or not; the next one does, and looks once more under the lock. The next one comes 2 s later at the
 * latest, half a second where something was missing already: so what three looks put back is back within 2 s and a look's time. A wall clock here would
 * measure this machine.
 */
const LOOKS = 3;
/** So many looks say what the time from one to the next is on this machine. */
const TO_KNOW_THE_RHYTHM = 6;
/** So many looks a keeper has time for where nothing is to happen. */
const SEVERAL = 3;
/** Packets that a restart of Open vSwitch may cost the tunnel, of those that it costs Pods without one. */
const RATIO = 1.5;
const RESTARTS = 2;
/** Where the SDN finds another server of Open vSwitch it is started anew (OS-49), which takes seconds. The lab's builds br0 within one, so for the ratio it rests so many milliseconds before. */
const SDN_STARTS = 5000;

const INPUT = [`iptables -w -I INPUT 1 -p 4 -s 10.20.30.1 -m comment --comment edge-ramp:${single.name} -j ACCEPT`];
const ROUTE = ['ip route add 10.3.92.216/32 dev tun1'];
const TUNNEL = [
  'ip tunnel add tun1 mode ipip remote 10.20.30.1 local any dev eth0',
  'ip link set tun1 up',
  'ip addr add 10.3.92.217/32 dev tun1',
  ...ROUTE,
];
const SOURCE = ['ip addr add 10.129.1.254/32 dev tun0'];
const FLOWS = ['ovs-ofctl -O OpenFlow13 --bundle add-flows br0 -'];

let site: KernelSite;
let empty: Holdings;
let right: Dumps;
const type = (line: string): Promise<string> => site.type(FIRST, line);
const dumps = (): Promise<Dumps> => lastingDumps(site);
const answers = async (): Promise<boolean> => (await echoes(site, BIGIP, [PODS.worker]))[0]! > 0;
const isWell = (): boolean => saidBy(site, FIRST) === 'ok';
const traffic = (from: string, to: string = PODS.worker) =>
  pings(site.hosts.machine, from, { to: [to], rate: RATE, patience: 5000 });

beforeAll(async () => {
  site = await kernelSite({ spec: single });
  empty = await holdings(site);
  await apply(site);
  await until('the keeper has looked', isWell);
  right = await dumps();
});
afterAll(() => site?.close());

/** The SDN finds its flows gone and builds br0 anew, with other ports and another tun0. */
async function restarted(): Promise<void> {
  await site.hosts.act(FIRST, 'restart-ovs');
  await site.hosts.network.settled(FIRST);
}

/** The same with an SDN that takes its time. */
async function restartedWithSlowSdn(): Promise<void> {
  const signal = (name: string) =>
    site.hosts.machine.run({ command: ['bash', '-c', `kill -${name} -- -$(</run/lab/${FIRST}/sdn.pid)`] });
  await signal('STOP');
  await site.hosts.act(FIRST, 'restart-ovs');
  await sleep(SDN_STARTS);
  await signal('CONT');
  await site.hosts.network.settled(FIRST);
}

/** Lines by which something is lost here; a keeper deletes nothing, and calls no systemctl. */
const LOST = [
  'ip tunnel del tun1',
  'ip route del 10.3.92.216 dev tun1',
  'ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x999/-1',
] as const;
const [NO_TUNNEL, NO_ROUTE, NO_FLOWS] = LOST;

/** Watches what a keeper does to a node. */
function watchKeeper(node = FIRST) {
  const seen = watch(site, node);
  const typed = (line: string): boolean =>
    LOST.some((lost) => lost === line) || /^systemctl |^iptables .* -D |^conntrack -F/.test(line);
  const healing = (): readonly string[] => seen.changes().filter((line) => !typed(line));
  return { ...seen, healing };
}

/** What is lost, what brings that about and waits until the SDN is there again, and the lines that put it back. */
type Loss = readonly [lost: string, loss: () => Promise<unknown>, healing: readonly string[]];
const LOSSES: readonly Loss[] = [
  ['its flows', () => site.hosts.act(FIRST, 'wipe-flows'), FLOWS],
  ['br0 by a restart of Open vSwitch', restarted, [...SOURCE, ...FLOWS]],
  ['the tunnel', () => type(NO_TUNNEL), TUNNEL],
  ['the route', () => type(NO_ROUTE), ROUTE],
  ['everything by a reboot', () => site.hosts.act(FIRST, 'reboot'), [...INPUT, ...TUNNEL, ...SOURCE, ...FLOWS]],
];

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const inSeconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/**
 * Something is lost on a node that is kept: it puts that back within some looks. And the tunnel answers so many looks later at most than the node's Pods,
 * which need no tunnel: that is told by the pings that each of them lost.
 */
async function putsBackItself([lost, loss, healing]: Loss): Promise<void> {
  const quiet = watchKeeper();
  await until('some looks have found nothing to do', () => quiet.looks() >= TO_KNOW_THE_RHYTHM);
  const mostLater = (LOOKS * quiet.rhythm() * RATE) / 1000;
  const [echo, control] = [await traffic(BIGIP), await traffic(podHost(WORKER, PODS.worker), PODS.ramp)];
  const seen = watchKeeper();
  await loss();
  const there = Date.now();
  await until('it is put back', () => seen.healing().length >= healing.length);
  await until('traffic answers', answers);
  const back = seen.lastChange();
  const [{ [PODS.worker]: tunnel }, { [PODS.ramp]: pods }] = await Promise.all([echo.stop(), control.stop()]);
  say(
    `lost ${lost}: put back ${inSeconds(back - there)} after the SDN was there; ${tunnel!.lost} of ${tunnel!.sent} pings lost, ${pods!.lost} of ${pods!.sent} to its Pods: ${tunnel!.lost - pods!.lost} pings later, at most ${mostLater.toFixed(0)}`,
  );
  expect(seen.healing()).toEqual(healing);
  expect(seen.looks({ from: there, to: back })).toBeLessThanOrEqual(LOOKS);
  expect(tunnel!.lost).toBeGreaterThan(0);
  expect(tunnel!.lost - pods!.lost).toBeLessThanOrEqual(mostLater);
  await allIsWell();
}

const allIsWell = async (): Promise<void> => {
  await until('all is well', isWell);
  expect(await differencesThatStay(right, dumps)).toEqual({});
};

describe('a program that goes on is heard on the node while it runs', () => {
  /** Starts it, makes the change up to 20 times until a line with the word comes, and ends it. */
  const hear = (program: string, change: string, word: string): Promise<string> =>
    type(`exec 8< <(exec 2>&1; ${program}); told=$!
      for ((i = 0; i < 20; i++)); do
        ${change}
        while IFS= read -r -t 1 -u 8 line; do [[ $line != *'${word}'* ]] || { echo "heard after $i" && break 2; }; done
      done
      kill "$told"`);

  test.each([
    [
      'ip monitor',
      'ip -o monitor link address route',
      'ip addr add 192.0.2.9/32 dev lo; ip addr del 192.0.2.9/32 dev lo',
      '192.0.2.9',
    ],
    [
      'ovs-ofctl monitor',
      "ovs-ofctl -O OpenFlow13 monitor br0 'watch:!initial,!add,!modify,!actions'",
      'ovs-ofctl -O OpenFlow13 add-flow br0 cookie=0x70,priority=1,arp,arp_tpa=192.0.2.9,actions=drop; ovs-ofctl -O OpenFlow13 del-flows br0 cookie=0x70/-1',
      'cookie=0x70',
    ],
  ])('%s', async (_, program, change, word) => expect(await hear(program, change, word)).toMatch(/^heard after/m));
});

describe('with the cloud switched off, a single ramp node', () => {
  beforeAll(() => site.switchCloudOff());
  afterAll(() => site.declare(single));

  test.each(LOSSES)(
    'that lost %s stays dead while no keeper runs, and answers once one does',
    async (_, loss, healing) => {
      await stopKeeper(site, FIRST);
      await loss();
      const seen = watchKeeper();
      expect(await answers()).toBe(false);
      expect(seen.healing()).toEqual([]);
      await startKeeper(site, FIRST);
      await until('traffic answers', answers);
      expect(seen.healing()).toEqual(healing);
      await allIsWell();
    },
  );

  test.each(LOSSES)('that lost %s puts it back itself within some looks, and answers', (...loss) =>
    putsBackItself(loss),
  );

  test('that lost its firewall rule puts it back, and no packet is lost', async () => {
    const echo = await traffic(BIGIP);
    const seen = watchKeeper();
    await type(INPUT[0]!.replace('-I INPUT 1', '-D INPUT'));
    await until('it is put back', () => seen.healing().length > 0);
    expect((await echo.stop())[PODS.worker]!.lost).toBe(0);
    expect(seen.healing()).toEqual(INPUT);
    await allIsWell();
  });

  test(`loses at most ${RATIO} times the packets by a restart of Open vSwitch that its Pods lose without a tunnel`, async () => {
    const both = [await traffic(BIGIP), await traffic(podHost(FIRST, PODS.ramp))];
    for (let i = 0; i < RESTARTS; i++) {
      await restartedWithSlowSdn();
      await until('traffic answers', answers);
      await until('all is well', isWell);
    }
    const [tunnel, pods] = (await Promise.all(both.map((each) => each.stop()))).map(
      (all) => all[PODS.worker]!.lost,
    ) as [number, number];
    say(`${RESTARTS} restarts of Open vSwitch: ${tunnel} pings lost through the tunnel, ${pods} between Pods`);
    expect(pods).toBeGreaterThan(0);
    expect(tunnel).toBeLessThanOrEqual(RATIO * pods);
  });
});

describe('where something is not simply missing, the keeper changes nothing and says why', () => {
  test.each([
    [
      'a foreign tunnel of that name',
      'ip tunnel change tun1 mode ipip remote 10.20.30.9 local any dev eth0',
      'ip tunnel change tun1 mode ipip remote 10.20.30.1 local any dev eth0',
      'tun1 is another tunnel',
    ],
    [
      'a route that leads elsewhere',
      'ip route replace 10.3.92.216/32 via 10.20.30.1 dev eth0',
      'ip route replace 10.3.92.216/32 dev tun1',
      'the route to 10.3.92.216 leads elsewhere',
    ],
  ])('%s', async (_, change, back, why) => {
    await type(change);
    await type(NO_FLOWS);
    const seen = watchKeeper();
    await until('it has looked several times', () => seen.looks() > SEVERAL);
    expect(seen.changes()).toEqual([]);
    expect(saidBy(site, FIRST)).toBe(`broken 4 of 4 flows are not in br0; ${why}`);
    await type(back);
    await until('the flows are put back', () => seen.healing().length > 1);
    expect(seen.healing()).toEqual([back, ...FLOWS]);
    await allIsWell();
  });
});

describe('beside runs', () => {
  test('one that has looked at the node holds the keeper back until it is over or dead', async () => {
    expect(await site.end()).toBe('Unchanged');
    await type(NO_ROUTE);
    const seen = watchKeeper();
    await until('it has looked several times', () => seen.looks() > SEVERAL);
    expect(seen.changes()).toEqual([]);
    expect(saidBy(site, FIRST)).toMatch(
      /^broken no route to 10\.3\.92\.216; not put back: a run worked on this node [0-9]+ s ago$/,
    );
    letRunBeOver(site, FIRST);
    await until('the route is put back', () => seen.healing().length > 0);
    expect(seen.healing()).toEqual(ROUTE);
    await allIsWell();
  });

  test('a teardown leaves nothing behind, also where the keeper was about to act', async () => {
    const torn = site.end({ action: 'teardown' });
    await site.hosts.act(FIRST, 'wipe-flows');
    expect(await torn).toMatch(/^TornDown/);
    // Of br0 only our flows: the SDN has made it anew since, with other ports, other flows and another MAC address.
    const remade = /: (flow (?!.*cookie=0x999)|switch |link tun0 )/;
    expect(remains(empty, await holdings(site)).filter((line) => !remade.test(line))).toEqual([]);
  });
});

describe('with the cloud switched off, a single ramp node with snat: gateway', () => {
  const RULE = `-s 10.3.92.216 -o tun0 -m comment --comment edge-ramp:${single.name} -j SNAT --to-source 10.129.0.1`;
  beforeAll(async () => {
    await site.declare({ ...single, snat: 'gateway' });
    await apply(site);
    await until('the keeper has looked', isWell);
    right = await dumps();
    await site.switchCloudOff();
  });

  test('that lost its rule of nat puts it back itself within some looks, and answers', () =>
    putsBackItself([
      'its rule of nat',
      async () => {
        await type(`iptables -w -t nat -D POSTROUTING ${RULE}`);
        await type('conntrack -F'); // connections that are known go on
      },
      [`iptables -w -t nat -I POSTROUTING 1 ${RULE}`],
    ]));
});

describe('with the cloud switched off, the node of a pair that has the virtual IP', () => {
  beforeAll(async () => {
    await site.declare(pair);
    await apply(site);
    await until('the first node has the address', () => holds(site, FIRST));
    await until('both keepers have looked', () => isWell() && saidBy(site, SECOND) === 'ok');
    right = await dumps();
    await site.switchCloudOff();
  });

  test('and lost its flows puts them back itself, and has the address in the end', async () => {
    const echo = await traffic(BIGIP);
    const seen = watchKeeper();
    await site.hosts.act(FIRST, 'wipe-flows');
    await until('they are put back', () => seen.healing().length >= FLOWS.length);
    await until('all is well, and the first node has the address', async () => isWell() && (await holds(site, FIRST)));
    await until('traffic answers', answers);
    const pinged = (await echo.stop())[PODS.worker]!;
    say(`a pair's node lost its flows: ${pinged.lost} of ${pinged.sent} pings lost`);
    expect(seen.healing()).toEqual(FLOWS);
    await allIsWell();
  });

  test('and is rebooted puts everything back itself, and has the address in the end', async () => {
    await site.hosts.act(FIRST, 'reboot');
    await until('all is well, and the first node has the address', async () => isWell() && (await holds(site, FIRST)));
    await until('traffic answers', answers);
    await allIsWell();
  });
});
