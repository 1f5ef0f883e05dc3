import { closeAll, NODE, open, transcript } from './bench';

afterAll(closeAll);

describe('systemctl', () => {
  const FILE = '$EDGE_RAMP_ROOT/etc/systemd/system/x.service';

  it('refuses a service without a unit file', async () => {
    const hosts = await open();
    const lines = ['enable', 'disable', 'start', 'restart', 'stop', 'is-active', 'is-enabled', 'mask'];
    expect((await transcript(hosts, NODE, ...lines.map((verb) => `systemctl ${verb} x`))).replace(/^\$.*\n/gm, ''))
      .toBe(`Failed to execute operation: No such file or directory
[rc 1]
Failed to execute operation: No such file or directory
[rc 1]
Failed to start x.service: Unit not found.
[rc 5]
Failed to restart x.service: Unit not found.
[rc 5]
Failed to stop x.service: Unit x.service not loaded.
[rc 5]
inactive
[rc 3]
Failed to get unit file state for x.service: No such file or directory
[rc 1]
systemctl: not modelled by the lab: mask x
[rc 127]
`);
  });

  it('starts what is there, again and again, and leaves no trace of it in the end', async () => {
    const hosts = await open();
    const before = hosts.dump(NODE);
    await hosts.world.run(
      NODE,
      `printf '[Service]\\nExecStart=/bin/x\\n' >${FILE}; echo >$EDGE_RAMP_ROOT/var/lib/edge-ramp/x.keeper`,
    );
    expect(
      (
        await transcript(
          hosts,
          NODE,
          'systemctl daemon-reload',
          'systemctl is-enabled x',
          'systemctl enable --now x.service 2>/dev/null',
          'systemctl enable x',
          'systemctl start x',
          'systemctl restart x',
          'systemctl is-active x.service',
          'systemctl is-active --quiet x',
        )
      ).replace(/^\$.*\n/gm, ''),
    ).toBe('[rc 0]\ndisabled\n[rc 1]\n[rc 0]\n[rc 0]\n[rc 0]\n[rc 0]\nactive\n[rc 0]\n[rc 0]\n');
    expect(
      hosts
        .dump(NODE)
        .split('\n')
        .filter((line) => !before.includes(line))
        .map((line) => line.replace(/[0-9a-f]{64}/, 'DIGEST')),
    ).toEqual([
      'unit x enabled active',
      'file /etc/systemd/system/x.service DIGEST',
      'file /var/lib/edge-ramp/x.keeper DIGEST',
    ]);
    await hosts.world.run(NODE, `systemctl disable --now x; rm ${FILE} $EDGE_RAMP_ROOT/var/lib/edge-ramp/x.keeper`);
    expect(hosts.dump(NODE)).toBe(before);
  });
});
