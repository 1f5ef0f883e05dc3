import * as fc from 'fast-check';
import type { State } from '../../../../lib/tunnel/device/operation';
import { Refused } from '../../../../lib/tunnel/errors/errors';
import { tunnelAddress, type Tunnel } from '../../../../lib/tunnel/declaration/tunnel';
import { specs } from '../generators';
import { bridgeFlows } from '../pipelines';
import { EXAMPLE, Site } from '../site';
import { BRIDGE, freshWorld, publishedOnRamp } from '../world';
import { read, replies, SOURCE } from './observed-node';

const TUNNEL = 'tunnel tun1';
const ADDRESS = 'address tun1 10.3.91.217';
const ROUTE = `route ${SOURCE}`;

/** What a node is found to have, with a tunnel device that answers like this. */
function found(tunnel: string, addresses: readonly string[], routes: readonly string[], tun0 = '10.129.0.1/23') {
  const inet = (name: string, each: string): string =>
    `9: ${name}    inet ${each} ${name}\\       valid_lft forever preferred_lft forever`;
  return read(
    replies(bridgeFlows(BRIDGE), {
      'ip -o tunnel show tun1': [[`tun1: ip/ip remote 10.3.89.66 local any dev eth0 ${tunnel}`], 0],
      'ip -o -4 addr show dev tun1': [addresses.map((each) => inet('tun1', each)), 0],
      'ip -o -4 addr show dev tun0': [tun0.split(' ').map((each) => inet('tun0', `${each} scope global`)), 0],
      [`ip -4 route show ${SOURCE}`]: [routes, 0],
    }),
    {},
  );
}

describe('what an interface manager gives', () => {
  test.each([
    ['ttl inherit', ''],
    ['ttl 255', ' ttl 255'],
    ['ttl 64 tos inherit', ' ttl 64 tos inherit'],
    ['ttl inherit nopmtudisc', ' nopmtudisc'],
  ])('a tunnel is read: %s', (words, options) => {
    const { state, facts } = found(words, [], []);
    expect(state[TUNNEL]).toBe(`remote 10.3.89.66 local any dev eth0${options}`);
    expect(facts.unrestorable).toEqual({});
  });

  test.each([
    ['10.3.91.217/32 scope global', '/32'],
    ['10.3.91.217/24 scope global', '/24'],
    ['10.3.91.217/24 brd 10.3.91.255 scope global noprefixroute', '/24 brd 10.3.91.255 noprefixroute'],
    ['10.3.91.217 peer 10.3.91.216/32 scope global', 'peer 10.3.91.216/32'],
    ['10.3.91.217/32 scope link', '/32 scope link'],
  ])('an address is read: %s', (words, form) => expect(found('ttl inherit', [words], []).state[ADDRESS]).toBe(form));

  test("the kernel's own route by a peer belongs to the address", () => {
    const kernels = `${SOURCE} dev tun1 proto kernel scope link src 10.3.91.217 `;
    const peer = ['10.3.91.217 peer 10.3.91.216/32 scope global'];
    expect(found('ttl inherit', peer, [kernels]).state[ROUTE]).toBeUndefined();
    expect(
      found('ttl inherit', peer, [kernels, `${SOURCE} dev tun1 proto static scope link metric 425 `]),
    ).toMatchObject({ state: { [ROUTE]: 'dev tun1 proto static metric 425' }, facts: { unrestorable: {} } });
  });

  test('what could not be put back is told by its words', () => {
    const { facts } = found(
      'ttl inherit 6rd-prefix 2002::/16',
      ['10.3.91.217/32 scope global', '10.3.91.217/24 scope global'],
      [`${SOURCE} dev tun1 scope link `, `${SOURCE} dev tun1 proto static scope link metric 425 `],
    );
    expect(facts.unrestorable).toEqual({
      [TUNNEL]:
        '6rd-prefix 2002::/16, address 10.3.91.217 once more, as /24, a second route to 10.3.91.216: dev tun1 proto static metric 425',
    });
  });
});

test.each(['10.129.0.1/23 10.129.0.254/32', '10.129.0.254/32 10.129.0.1/23', '10.129.0.254/23 10.129.0.1/23'])(
  "tun0's gateway is the address with a network, whatever comes first: %s",
  (tun0) =>
    expect(found('ttl inherit', [], [], tun0).facts).toMatchObject({
      sdn: { gateway: '10.129.0.1', subnet: '10.129.0.0/23' },
      pipelineProblem: null,
    }),
);

/** A tunnel that an interface manager or the published procedure made, as it may be met on a node; parts of it may be missing. */
function managed(spec: Tunnel): fc.Arbitrary<State> {
  const [device, to] = [spec.tunnel.interface, tunnelAddress(spec)];
  const node = spec.ramp.nodes[0]!;
  return fc
    .record({
      options: fc.constantFrom('', ' ttl 255', ' ttl 64 tos inherit', ' nopmtudisc', ' 6rd-prefix 2002::/16'),
      form: fc.option(
        fc.constantFrom('/32', '/24', '/24 noprefixroute', `peer ${to}/32`, `peer ${to}/24`, 'peer 10.9.9.9/32'),
      ),
      route: fc.option(
        fc.constantFrom(`dev ${device}`, `dev ${device} proto static metric 425`, `dev ${device} proto 99`),
      ),
      further: fc.option(fc.constantFrom('/24', 'peer 10.9.9.1/32')),
      up: fc.boolean(),
      published: fc.nat({ max: 12 }),
      onTun0: fc.constantFrom('/32', '/23'),
    })
    .map(({ options, form, route, further, up, published, onTun0 }) => {
      const leftovers = publishedOnRamp(spec, BRIDGE).slice(0, published);
      return {
        ...Object.fromEntries(
          leftovers.map(([object, value]) => [object, object.startsWith('address tun0') ? onTun0 : value]),
        ),
        [`tunnel ${device}`]: `remote ${spec.bigip[0]!.address} local any dev ${node.interface}${options}`,
        ...(up || route !== null ? { [`link ${device}`]: 'up' } : {}), // a device that goes down loses its routes
        ...(form === null ? {} : { [`address ${device} ${spec.tunnel.node}`]: form }),
        ...(route === null ? {} : { [`route ${to}`]: route }),
        ...(further === null ? {} : { [`address ${device} 10.9.9.8`]: further }),
      };
    });
}

const met = specs.chain((spec) => managed(spec).map((ramp) => new Site(spec, { ...freshWorld(spec), ramp })));

/** Applies, unless that is refused before the first change. */
function applies(site: Site): boolean {
  try {
    site.apply();
    return true;
  } catch (error) {
    expect(error).toBeInstanceOf(Refused);
    return false;
  }
}

describe('whatever was on the node', () => {
  test('a teardown is never refused for something that an apply adopted, and leaves nothing', () =>
    fc.assert(
      fc.property(met, (site) => {
        fc.pre(applies(site));
        expect(site.plan().changes).toEqual([]);
        site.apply('absent');
        expect(site.world.ramp).toEqual({});
      }),
      { numRuns: 60 },
    ));

  test('an apply or a teardown that fails half-way is undone to the word', () =>
    fc.assert(
      fc.property(met, fc.constantFrom('declared', 'absent'), fc.nat(), (site, goal, n) => {
        if (goal === 'absent') fc.pre(applies(site));
        const before = site.world.ramp;
        let plan;
        try {
          plan = site.plan(goal);
        } catch (error) {
          expect(error).toBeInstanceOf(Refused);
          return;
        }
        site.carryOut(plan, n % (plan.operations + 1));
        site.before = plan.before;
        site.carryOut(site.plan('recorded'));
        expect(site.world.ramp).toEqual(before);
      }),
      { numRuns: 60 },
    ));

  test('what could not be put back is named before the first change', () => {
    const made = 'remote 10.3.89.66 local any dev eth0 6rd-prefix 2002::/16';
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), ramp: { [TUNNEL]: made } });
    expect(() => site.plan()).toThrow(
      /tun1 has what edge-ramp could not put back after a teardown \(6rd-prefix 2002::\/16\)/,
    );
  });

  test('an adopted tunnel keeps its forms: nothing of it is cut', () => {
    const ramp = {
      [TUNNEL]: 'remote 10.3.89.66 local any dev eth0 ttl 255',
      'link tun1': 'up',
      [ADDRESS]: 'peer 10.3.91.216/32',
      'address tun1 10.9.9.8': '/24',
    };
    const site = new Site(EXAMPLE, { ...freshWorld(EXAMPLE), ramp });
    expect(site.plan().interrupts).toEqual([]);
    site.apply();
    expect(site.world.ramp).toMatchObject(ramp);
    expect(site.world.ramp[ROUTE]).toBeUndefined();
  });
});
