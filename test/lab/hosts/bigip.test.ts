import { BIGIP, closeAll, NODE, open, transcript } from './bench';

afterAll(closeAll);

const TUNNEL =
  'create net tunnels tunnel SDN { description "OpenShift SDN" local-address 10.3.89.66 profile ipip remote-address 10.3.89.89 }';
const SELF = 'create net self SDN { address 10.3.91.216/24 allow-service all vlan SDN }';
const ROUTE = 'create net route 10.128.0.0/14 interface SDN';
const POOL = 'create ltm snatpool SDN_snatpool members add { 10.3.91.216 }';
const virtual = (name: string, translation: string) =>
  `modify ltm virtual ${name} source-address-translation { ${translation} }`;
const PUBLISHED = [
  TUNNEL,
  SELF,
  ROUTE,
  POOL,
  virtual('ose-vserver', 'type snat pool SDN_snatpool'),
  virtual('https-ose-vserver', 'type snat pool SDN_snatpool'),
];
const typed = { typed: { [BIGIP]: PUBLISHED } };

describe('tmsh', () => {
  it('lists what the published procedure makes', async () => {
    const hosts = await open();
    expect(await transcript(hosts, BIGIP, ...PUBLISHED)).toBe(PUBLISHED.map((line) => `$ ${line}\n[rc 0]\n`).join(''));
    const told = await transcript(
      hosts,
      BIGIP,
      'list net tunnels tunnel SDN',
      'list net self SDN',
      'list net route one-line',
      'list net route 10.128.0.0/14',
      'list ltm snatpool SDN_snatpool',
      'list ltm virtual ose-vserver source-address-translation',
      'list net self self-internal',
    );
    expect(told.replace(/^\$.*\n/gm, '')).toBe(`net tunnels tunnel SDN {
    description "OpenShift SDN"
    local-address 10.3.89.66
    profile ipip
    remote-address 10.3.89.89
}
[rc 0]
net self SDN {
    address 10.3.91.216/24
    allow-service all
    traffic-group traffic-group-local-only
    vlan SDN
}
[rc 0]
net route 10.128.0.0/14 { interface SDN network 10.128.0.0/14 }
net route default { gw 10.3.89.1 network default }
[rc 0]
net route 10.128.0.0/14 {
    interface SDN
    network 10.128.0.0/14
}
[rc 0]
ltm snatpool SDN_snatpool {
    members {
        10.3.91.216
    }
}
[rc 0]
ltm virtual ose-vserver {
    source-address-translation {
        pool SDN_snatpool
        type snat
    }
}
[rc 0]
net self self-internal {
    address 10.3.89.66/24
    allow-service {
        default
    }
    traffic-group traffic-group-local-only
    vlan internal
}
[rc 0]
`);
  });

  it('prints a named property at its default, and virtual servers differ in theirs', async () => {
    const hosts = await open();
    expect((await hosts.world.run(BIGIP, 'list ltm virtual ose-vserver source-address-translation')).out).toBe(
      'ltm virtual ose-vserver {\n    source-address-translation {\n        type none\n    }\n}\n',
    );
    expect((await hosts.world.run(BIGIP, 'list ltm virtual https-ose-vserver source-address-translation')).out).toMatch(
      'type automap',
    );
  });

  it.each([
    ['list net tunnels tunnel SDM', '01020036:3: '],
    ['delete net self SDM', '01020036:3: '],
    ['modify ltm snatpool SDM members replace-all-with { 10.3.91.216 }', '01020036:3: '],
    [virtual('ose-vserver', 'type snat pool SDM'), '01020036:3: '],
    [TUNNEL, '01020066:3: '],
    [POOL, '01020066:3: '],
    ['modify ltm snatpool SDN_snatpool members add { 10.3.91.216 }', '01020066:3: '],
    ['delete net tunnels tunnel SDN', '01070265:3: '],
    ['delete ltm snatpool SDN_snatpool', '01070320:3: Snatpool SDN_snatpool is still referenced by a virtual server.'],
    [
      'create net route other network 10.128.0.0/14 gw 10.3.89.1',
      '01070734:3: Configuration error: invalid static route, the dest/netmask pair 10.128.0.0/255.252.0.0 already exists for /Common/10.128.0.0/14',
    ],
    ['create net route other network 0.0.0.0/0 gw 10.3.89.1', '01070734:3: '],
    [
      'create net route other network 10.1.0.0/16 gw 10.9.9.1',
      '01070330:3: Static route gateway 10.9.9.1 is not directly connected via an interface.',
    ],
    ['create net route other network 10.1.0.0/16 interface SDM', '01070712:3: '],
    [
      virtual('ose-vserver', 'type snat'),
      '01071811:3: Virtual Server /Common/ose-vserver references non-existent snatpool <no name>.',
    ],
    ['modify net tunnels tunnel SDN profile gre', '01070734:3: '],
    ['modify net self SDN address 10.3.91.218/24', '01070734:3: '],
    ['modify net route 10.128.0.0/14 network 10.1.0.0/16', '01070734:3: '],
    ['create net self other vlan SDN allow-service all', '01070734:3: '],
    ['create net self other { address 10.3.92.1/24 vlan SDM }', '01070712:3: '],
    [
      'create net tunnels tunnel other { profile ipip local-address 10.3.89 }',
      'Syntax Error: "10.3.89" invalid address',
    ],
    ['modify net self SDN colour green', 'Syntax Error: "colour" unknown property'],
    ['list net route SDN one-line network', 'Syntax Error: "one-line" unknown property'],
    ['list net self /Common/all', '01020036:3: '],
    ['create net self all { address 10.3.92.1/24 vlan SDN }', 'Syntax Error: unexpected argument "all"'],
    ['modify ltm virtual none source-address-translation { type none }', 'Syntax Error: unexpected argument "none"'],
    ['delete net self recursive', 'Syntax Error: unexpected argument "recursive"'],
    ['tmsh list net self SDN', 'Syntax Error: unexpected argument "tmsh"'],
    ['modify net tunnels tunnel SDN description "OpenShift', 'usage: tmsh <options ...> <command>'],
  ])('refuses %s', async (line, says) => {
    const hosts = await open(typed);
    const before = hosts.dump(BIGIP);
    expect(await hosts.world.run(BIGIP, line)).toMatchObject({ code: 1, out: '', err: expect.stringContaining(says) });
    expect(hosts.dump(BIGIP)).toBe(before);
  });

  it('reads "all" as every object of a class, and behind a folder as a name', async () => {
    const hosts = await open(typed);
    const list = 'list ltm virtual all source-address-translation';
    expect((await hosts.world.run(BIGIP, list)).out.match(/^ltm virtual \S+/gm)).toEqual([
      'ltm virtual https-ose-vserver',
      'ltm virtual ose-vserver',
    ]);
    await hosts.world.run(BIGIP, virtual('all', 'type automap'));
    expect((await hosts.world.run(BIGIP, list)).out.match(/type \S+/g)).toEqual(['type automap', 'type automap']);
    await hosts.world.run(BIGIP, 'create net self /Common/all { address 10.3.92.1/24 vlan SDN }');
    expect((await hosts.world.run(BIGIP, 'list net self /Common/all recursive')).out).toMatch(/^net self all \{/);
    await hosts.world.run(BIGIP, 'delete net route all');
    expect((await hosts.world.run(BIGIP, 'list net route')).out).toBe('');
  });

  it('lists several objects that are named, or none where one of them is missing', async () => {
    const hosts = await open();
    const list = (...names: string[]) => `list ltm virtual ${names.join(' ')} source-address-translation`;
    const { out } = await hosts.world.run(BIGIP, list('/Common/ose-vserver', 'https-ose-vserver'));
    expect(out.match(/^ltm virtual \S+/gm)).toEqual(['ltm virtual ose-vserver', 'ltm virtual https-ose-vserver']);
    expect(await hosts.world.run(BIGIP, list('ose-vserver', 'other'))).toMatchObject({ code: 1, out: '' });
  });

  it('modifies what may be changed, also when the rest is repeated', async () => {
    const hosts = await open(typed);
    const told = await transcript(
      hosts,
      BIGIP,
      'modify net tunnels tunnel SDN { description edge-ramp:edge-a local-address 10.3.89.66 profile ipip remote-address 10.3.89.90 }',
      'modify net self SDN { address 10.3.91.216/24 allow-service default description edge-ramp:edge-a vlan SDN }',
      'modify net route 10.128.0.0/14 { description edge-ramp:edge-a gw 10.3.89.1 }',
      'modify ltm snatpool SDN_snatpool { description edge-ramp:edge-a members replace-all-with { 10.3.91.217 } }',
      'list net tunnels tunnel SDN one-line',
      'list net self SDN one-line',
      'list net route 10.128.0.0/14 one-line',
      'list ltm snatpool SDN_snatpool one-line',
    );
    expect(told.split('\n').filter((line) => /^(net|ltm)/.test(line))).toEqual([
      'net tunnels tunnel SDN { description edge-ramp:edge-a local-address 10.3.89.66 profile ipip remote-address 10.3.89.90 }',
      'net self SDN { address 10.3.91.216/24 allow-service { default } description edge-ramp:edge-a traffic-group traffic-group-local-only vlan SDN }',
      'net route 10.128.0.0/14 { description edge-ramp:edge-a gw 10.3.89.1 network 10.128.0.0/14 }',
      'ltm snatpool SDN_snatpool { description edge-ramp:edge-a members { 10.3.91.217 } }',
    ]);
  });

  it('cannot run the published removal while the virtual servers use the pool', async () => {
    const hosts = await open(typed);
    const removal = [
      'delete net route 10.128.0.0/14',
      'delete net self SDN',
      'delete net tunnels tunnel SDN',
      'delete ltm snatpool SDN_snatpool',
    ];
    const codes = [];
    for (const line of removal) codes.push((await hosts.world.run(BIGIP, line)).code);
    expect(codes).toEqual([0, 0, 0, 1]);
  });

  it('carries a transaction out as a whole or not at all', async () => {
    const hosts = await open();
    for (const line of PUBLISHED.slice(0, 4)) await hosts.world.run(BIGIP, line);
    const before = hosts.dump(BIGIP);
    const transaction = (...lines: string[]): string =>
      `create cli transaction; ${lines.join('; ')}; submit cli transaction`;
    const failed = await hosts.world.run(
      BIGIP,
      transaction(PUBLISHED[4]!, virtual('https-ose-vserver', 'type snat pool other')),
    );
    expect(failed).toMatchObject({ code: 1, err: expect.stringContaining('01020036:3') });
    expect(hosts.dump(BIGIP)).toBe(before);
    expect(hosts.journal().at(-1)).toMatchObject({ code: 1, writes: false });
    expect(await hosts.world.run(BIGIP, transaction(PUBLISHED[4]!, PUBLISHED[5]!))).toMatchObject({
      code: 0,
      out: '',
      err: '',
    });
    expect(hosts.dump(BIGIP).match(/ {8}pool SDN_snatpool/g)).toHaveLength(2);
    expect(hosts.journal().at(-1)).toMatchObject({ code: 0, writes: true });
  });

  it('keeps the saved configuration apart until it is saved', async () => {
    const hosts = await open();
    const saved = (): string => hosts.dump(BIGIP).split('# saved')[1]!;
    const before = saved();
    await hosts.world.run(BIGIP, TUNNEL);
    expect(saved()).toBe(before);
    expect((await hosts.world.run(BIGIP, 'save sys config')).out).toMatch('Saving running configuration...');
    expect(saved()).toMatch('net tunnels tunnel SDN {');
  });

  it('counts the connections through a translation, which end when no virtual server uses it any more', async () => {
    const hosts = await open(typed);
    const count = async (): Promise<string> =>
      /serverside\.cur-conns (\d+)/.exec(
        await transcript(hosts, BIGIP, 'show ltm snat-translation 10.3.91.216 field-fmt raw'),
      )![1]!;
    expect(await count()).toBe('0');
    const later = (): Promise<unknown> => new Promise((resolve) => setTimeout(resolve, 20)); // 20 s at this speed
    hosts.world.bigips[BIGIP]!.connections = { '10.3.91.216': { count: 5, endPerSecond: 1 } };
    await count();
    await later();
    expect(await count()).toBe('5');
    const off = (name: string) => virtual(name, 'type none');
    await transcript(hosts, BIGIP, off('ose-vserver'), off('https-ose-vserver'));
    await count();
    await later();
    expect(await count()).toBe('0');
    expect(await transcript(hosts, BIGIP, 'show ltm snat-translation 10.3.91.9 field-fmt raw')).toContain(
      '01020036:3:',
    );
  });

  it('says whether it is in a device group, and how it stands there', async () => {
    const hosts = await open();
    const status = async (): Promise<readonly string[]> =>
      (await transcript(hosts, BIGIP, 'show cm sync-status', 'show cm failover-status'))
        .split('\n')
        .filter((line) => /^(?:CM::|Status|\[rc)/.test(line));
    expect(await status()).toEqual([
      'CM::Sync Status',
      'Status   Standalone',
      '[rc 0]',
      'CM::Failover Status',
      'Status   ACTIVE',
      '[rc 0]',
    ]);
    hosts.world.bigips[BIGIP]!.group = { failover: 'STANDBY', sync: 'Changes Pending' };
    expect(await status()).toEqual(expect.arrayContaining(['Status   Changes Pending', 'Status   STANDBY']));
  });

  it('tells its state in field format', async () => {
    const hosts = await open();
    expect((await hosts.world.run(BIGIP, 'show sys mcp-state field-fmt')).out).toMatch('    phase running\n');
    expect((await hosts.world.run(BIGIP, 'show ltm virtual ose-vserver field-fmt')).out).toMatch(
      '    status.availability-state available\n',
    );
    hosts.world.bigips[BIGIP]!.offline.push('ose-vserver');
    expect((await hosts.world.run(BIGIP, 'show ltm virtual ose-vserver field-fmt')).out).toMatch(
      '    status.availability-state offline\n',
    );
    expect(await hosts.world.run(BIGIP, 'show ltm virtual other field-fmt')).toMatchObject({
      code: 1,
      err: expect.stringContaining('01020036:3'),
    });
  });

  it('refuses by name what is not modelled', async () => {
    const hosts = await open();
    expect(await hosts.world.run(BIGIP, 'list ltm pool')).toMatchObject({
      code: 127,
      err: 'tmsh: not modelled by the lab: ltm pool\n',
    });
  });
});

describe('the login shell', () => {
  it('is tmsh, which knows no tmsh command', async () => {
    const hosts = await open();
    expect(await hosts.world.run(BIGIP, 'tmsh -v')).toMatchObject({
      code: 1,
      err: 'Syntax Error: unexpected argument "tmsh"\n',
    });
  });

  it('or bash, where tmsh gets its line in quotes', async () => {
    const hosts = await open({ shell: 'bash' });
    expect(await hosts.world.run(BIGIP, 'tmsh -v')).toMatchObject({ code: 0, out: expect.stringMatching(/Version/) });
    expect(await hosts.world.run(BIGIP, `tmsh -a -q -c '${TUNNEL}'`)).toMatchObject({ code: 0, err: '' });
    expect((await hosts.world.run(BIGIP, "tmsh -a -q -c 'list net tunnels tunnel SDN'")).out).toMatch(
      '    description "OpenShift SDN"\n',
    );
    expect(await hosts.world.run(BIGIP, 'list net self')).toMatchObject({
      code: 127,
      err: expect.stringContaining('command not found'),
    });
    expect(hosts.journal()).toMatchObject([
      { host: BIGIP, line: 'tmsh -v', code: 0, writes: false },
      { host: BIGIP, line: TUNNEL, code: 0, writes: true },
      { host: BIGIP, line: 'list net tunnels tunnel SDN', code: 0, writes: false },
    ]);
  });

  it('may be set up beforehand with objects of others', async () => {
    const hosts = await open({
      typed: {
        [BIGIP]: ['create net route old network 10.128.0.0/14 gw 10.3.89.1'],
        [NODE]: ['ip addr add 10.9.9.9/32 dev eth0'],
      },
    });
    expect(hosts.dump(BIGIP)).toMatch('net route old {');
    expect(hosts.dump(NODE)).toMatch('address 10.9.9.9/32 dev eth0');
    expect(hosts.journal()).toEqual([]);
  });
});
