import * as fc from 'fast-check';
import { NotUnderstood } from '../../../../lib/tunnel/errors/errors';
import { flowObject, flowValue, parseFlow } from '../../../../lib/tunnel/sdn/openflow';

const address = fc.tuple(fc.nat(255), fc.nat(255)).map(([a, b]) => `10.129.${a}.${b}`);
const field = fc.oneof(
  fc.constantFrom('in_port=2', 'in_port=1', 'ct_state=-trk', 'reg0=0'),
  address.map((each) => `nw_src=${each}`),
  address.map((each) => `nw_dst=${each}/23`),
);
const action = fc.oneof(
  fc.constantFrom(
    'output:2',
    'goto_table:30',
    'load:0->NXM_NX_REG0[]',
    'resubmit(,0)',
    'ct(table=70,nat)',
    'note:02.07.00',
    'IN_PORT',
  ),
  address.map((each) => `mod_nw_src:${each}`),
  address.map((each) => `set_field:${each}->ip_dst`),
  fc.constant('set_field:4e:1f:a2:00:00:01->eth_dst'),
);
const line = fc
  .record({
    cookie: fc.option(fc.nat(0xfff)),
    table: fc.option(fc.nat(253)),
    priority: fc.option(fc.nat(65535)),
    protocol: fc.constantFrom('ip', 'arp', 'tcp'),
    fields: fc.uniqueArray(field, { selector: (text) => text.split('=')[0], maxLength: 3 }),
    actions: fc.array(action, { minLength: 1, maxLength: 4 }),
    statistics: fc.boolean(),
  })
  .map(
    ({ cookie, table, priority, protocol, fields, actions, statistics }) =>
      [
        ...(cookie === null ? [] : [`cookie=0x${cookie.toString(16)}`]),
        ...(statistics ? ['duration=1.5s'] : []),
        ...(table === null ? [] : [`table=${table}`]),
        ...(statistics ? ['n_packets=1, n_bytes=98, idle_age=3'] : []),
        ...(priority === null ? [] : [`priority=${priority}`]),
        [protocol, ...fields].join(','),
      ].join(', ') + ` actions=${actions.join(',')}`,
  );

test('the canonical spelling of a flow reads back as the same flow', () =>
  fc.assert(
    fc.property(line, (text) => {
      const flow = parseFlow(text, '2');
      const [cookie, actions] = flowValue(flow).split(' ') as [string, string];
      expect(parseFlow(`${cookie},${flowObject(flow).slice('flow '.length)},${actions}`, '2')).toEqual(flow);
    }),
    { numRuns: 200 },
  ));

test('fields in any order, with or without statistics, are the same flow', () => {
  const flow = parseFlow('table=0,priority=2000,ip,in_port=2,nw_src=10.3.91.216,actions=output:2', '2');
  expect(
    parseFlow(
      ' cookie=0x0, duration=5.1s, table=0, n_packets=3, n_bytes=294, priority=2000,ip,nw_src=10.3.91.216,in_port=2 actions=output:2',
      '2',
    ),
  ).toEqual(flow);
  expect(flowObject(flow)).toBe('flow table=0,priority=2000,ip,in_port=2,nw_src=10.3.91.216');
});

test('a dump without statistics leaves out table 0, no cookie and the usual priority', () =>
  expect(parseFlow(' ip,nw_src=10.3.91.216 actions=mod_nw_src:10.129.0.254,resubmit(,0)', '2')).toEqual({
    table: 0,
    priority: 32768,
    cookie: '0x0',
    match: 'ip,nw_src=10.3.91.216',
    actions: 'mod_nw_src:10.129.0.254,resubmit(,0)',
  }));

test.each([
  ['set_field:10.131.0.254->ip_src', 'mod_nw_src:10.131.0.254'],
  ['set_field:10.3.91.216->ip_dst', 'mod_nw_dst:10.3.91.216'],
  ['set_field:4e:1f:a2:00:00:01->eth_dst', 'mod_dl_dst:4e:1f:a2:00:00:01'],
  ['set_field:4e:1f:a2:00:00:01->eth_src', 'mod_dl_src:4e:1f:a2:00:00:01'],
  ['set_field:10.3.89.91->tun_dst', 'set_field:10.3.89.91->tun_dst'],
  ['output:tun0', 'output:2'],
  ['output:"tun0"', 'output:2'],
  ['output:vxlan0', 'output:1'],
  ['output:NXM_NX_REG2[]', 'output:NXM_NX_REG2[]'],
])('%s, as dumped, is %s, as sent', (dumped, sent) =>
  expect(parseFlow(`table=0,ip,actions=${dumped}`, '2').actions).toBe(sent),
);

test.each([
  ['in_port=tun0', 'in_port=2'],
  ['in_port="tun0"', 'in_port=2'],
  ['in_port=vxlan0', 'in_port=1'],
  ['in_port=7', 'in_port=7'],
])('a port by its name is its number: %s', (dumped, number) =>
  expect(parseFlow(`priority=200,ip,${dumped} actions=goto_table:30`, '2').match).toBe(`ip,${number}`),
);

test.each([
  '',
  'OFPST_FLOW reply (OF1.3) (xid=0x6):',
  'table=0,ip',
  'table=x,ip actions=drop',
  'priority=1.5 actions=drop',
])('not understood as a flow: "%s"', (text) => expect(() => parseFlow(text, '2')).toThrow(NotUnderstood));
