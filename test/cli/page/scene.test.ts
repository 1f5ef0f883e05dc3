import { sceneOf } from '../../../cli/page/model/scene';
import { devicesOfRun, type DeviceRows } from '../../../cli/page/model/states';
import { evidenceIn, type PlanTold } from '../../../cli/page/model/evidence';
import { History } from '../../../cli/aws/history';
import type { Probe } from '../../../lib/tunnel/device/observation';
import { declared } from '../../examples';
import { BIGIP, carriedOut, PING, PLAN, planned } from './runs';
import type { Told } from '../aws/told';

const probe = (from: string, held: NonNullable<Probe['held']>, holds: boolean, detail: string): Probe => ({
  from,
  to: 'there',
  what: 'whatever a person reads',
  ok: true,
  detail,
  held,
  holds,
});

describe('the picture', () => {
  test('of a pair of ramp nodes says who has the virtual IP', () => {
    const { bigips, tunnel, nodes } = sceneOf(
      declared('edge-b'),
      [],
      [
        probe('ramp node mi-0a4e90b20a4e90b20', 'virtual-ip', false, 'stands by: another node has it'),
        probe('ramp node mi-0a4e90b30a4e90b30', 'virtual-ip', true, 'has it'),
      ],
    );
    expect(bigips.map(({ name }) => name)).toEqual(['10.3.88.67']);
    expect(tunnel).toMatchObject({ f5: '10.20.30.1', ramp: '10.20.30.4', virtual: true, words: 'carries' });
    expect(nodes.map(({ name, holds }) => [name, holds?.words, holds?.is])).toEqual([
      ['mi-0a4e90b20a4e90b20', 'stands by', false],
      ['mi-0a4e90b30a4e90b30', 'has the virtual IP', true],
    ]);
  });

  test('of a pair of BIG-IPs says which is active, and where each has its own addresses', () => {
    const { bigips } = sceneOf(
      declared('edge-e'),
      [],
      [
        probe('BIG-IP 10.3.88.71', 'active-role', true, 'ACTIVE'),
        probe('BIG-IP 10.3.88.72', 'active-role', false, 'STANDBY'),
      ],
    );
    expect(bigips.map(({ holds }) => holds?.words)).toEqual(['active', 'standby']);
    expect(bigips[0]!.addresses.map(([what]) => what)).toEqual(['own address', 'in the tunnel']);
  });

  test('of a balancer has no tunnel', () => {
    const { bigips, tunnel, nodes } = sceneOf(declared('edge-lb'), [], []);
    expect([bigips, tunnel, nodes[0]!.title]).toEqual([[], null, 'balancer']);
  });

  test('says that a tunnel does not carry, and does not say that one carries which nobody has tried', () => {
    const words = (...probes: Probe[]) => sceneOf(declared('edge-a'), [], probes).tunnel!.words;
    expect(words(PING, { ...PING, ok: false })).toBe('does not carry');
    expect(words()).toBe('not proven');
  });

  test('gathers objects of a kind, with the fate that presses most', () => {
    const row = (object: string, fate: 'kept' | 'left') => ({ object, before: 'x', after: 'x', fate });
    const devices: DeviceRows[] = [
      {
        device: `BIG-IP ${BIGIP}`,
        unreachable: null,
        rows: [
          row('virtual a', 'kept'),
          row('virtual b', 'left'),
          row('self SDN', 'kept'),
          row('config saved', 'kept'),
        ],
      },
    ];
    expect(sceneOf(declared('edge-a'), devices, []).bigips[0]!.objects).toEqual([
      { text: 'virtual ×2', fate: 'left' },
      { text: 'self SDN', fate: 'kept' },
    ]);
  });
});

describe('what became of each object', () => {
  function fates(status: string, told: Told) {
    const history = new History();
    told.events.forEach((event) => history.add(event));
    const [device] = devicesOfRun(status, evidenceIn(history));
    return Object.fromEntries(device!.rows.map(({ object, fate }) => [object, fate]));
  }

  test('a run that ended well has made what was planned', () => {
    expect(fates('Applied', carriedOut())).toEqual({
      'self SDN': 'kept',
      'tunnel SDN': 'made',
      'virtual ose-vserver': 'changed',
    });
  });

  test('of a plan, that is still to be done', () => {
    expect(fates('Planned', planned())).toMatchObject({ 'tunnel SDN': 'to make', 'virtual ose-vserver': 'to change' });
  });

  test('after a failure it is what was found: put back, or left', () => {
    const again = {
      'virtual ose-vserver': 'type none',
      'self SDN': 'address 10.3.91.216/24',
      'tunnel SDN': 'profile ipip',
    };
    expect(fates('RollbackFailed', carriedOut({ error: 'DeviceRefused', again }))).toEqual({
      'self SDN': 'kept',
      'tunnel SDN': 'left',
      'virtual ose-vserver': 'put back',
    });
  });

  test('what one BIG-IP of a pair syncs is made on the other, too', () => {
    const operations = ['create~tunnel SDN~-~profile ipip', 'sync~group dg~-~-'];
    const look = (name: string) => ({
      kind: 'bigip' as const,
      name,
      observation: { facts: { unrestorable: {} }, state: {}, probes: [] },
    });
    const work = {
      ...PLAN.work,
      shape: { bigip: [{ device: '10.0.0.1', operations }] },
    } as unknown as PlanTold['work'];
    const plan = { ...PLAN, work } as unknown as PlanTold;
    const evidence = { declared: null, applied: null, plan, first: [look('10.0.0.1'), look('10.0.0.2')], last: null };
    expect(devicesOfRun('Applied', evidence).map(({ rows }) => rows.map(({ object, fate }) => [object, fate]))).toEqual(
      [[['tunnel SDN', 'made']], [['tunnel SDN', 'made']]],
    );
  });

  test('of a run that was stopped nobody knows it', () => {
    expect(fates('Interrupted', carriedOut())).toEqual({
      'self SDN': 'kept',
      'tunnel SDN': 'unknown',
      'virtual ose-vserver': 'unknown',
    });
  });

  test('a device that was not reached has no states', () => {
    const unreached = { kind: 'ramp' as const, name: 'i-1', unreachable: 'it is off' };
    const evidence = { declared: null, applied: null, plan: null, first: [unreached], last: null };
    expect(devicesOfRun('Applied', evidence)).toEqual([
      { device: 'ramp node i-1', rows: [], unreachable: 'it is off' },
    ]);
  });
});
