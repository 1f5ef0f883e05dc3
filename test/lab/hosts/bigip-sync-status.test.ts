import { closeAll, open, UNITS } from './bench';
import {
  A,
  B,
  details,
  openPair,
  pairOf,
  POOL,
  refusal,
  status,
  STATUS,
  SYNC,
  synced,
  type,
  word,
} from './bigip-pair-bench';

afterAll(closeAll);

describe('the sync status', () => {
  it('is told by both units, in lines and in fields', async () => {
    const hosts = await openPair();
    expect(await type(hosts, A, STATUS)).toBe(`
-----------------------------------
CM::Sync Status
-----------------------------------
Color    green
Status   In Sync
Mode     high-availability
Summary  All devices in the device group are in sync
Details  
         bigip2.example.com: connected
         edge-dg (In Sync): All devices in the device group are in sync
         device_trust_group (In Sync): All devices in the device group are in sync
`);
    await type(hosts, A, POOL);
    await type(hosts, B, POOL, 'modify ltm snatpool SDN_snatpool description newest');
    expect(await type(hosts, A, `${STATUS} field-fmt`)).toBe(`cm cmi-sync-status {
    color red
    details.0.details bigip2.example.com: connected
    details.1.details edge-dg (Changes Pending): There is a possible change conflict between bigip2.example.com and bigip1.example.com.
    details.2.details  - Recommended action: Synchronize bigip2.example.com to group edge-dg
    mode high-availability
    status Changes Pending
    summary There is a possible change conflict between bigip2.example.com and bigip1.example.com.
}
`);
  });

  it('recommends the unit that has something new', async () => {
    const hosts = await openPair();
    await type(hosts, B, POOL);
    for (const unit of UNITS)
      expect(await details(hosts, unit)).toContain(
        '- Recommended action: Synchronize bigip2.example.com to group edge-dg',
      );
  });

  it('awaits a first sync', async () => {
    const hosts = await openPair();
    delete pairOf(hosts).synced;
    expect(await word(hosts)).toBe('Awaiting Initial Sync');
    expect(await refusal(hosts, B, 'run cm config-sync from-group edge-dg')).toContain(
      'not allowed until a push has been done first',
    );
    await synced(hosts);
    expect(await word(hosts)).toBe('In Sync');
  });

  it('is the worst of all groups, and the own one has a line', async () => {
    const hosts = await openPair();
    pairOf(hosts).housekeeping = true;
    expect([await status(hosts), await word(hosts)]).toEqual(['Changes Pending', 'In Sync']);
    expect(await details(hosts)).toEqual([
      'bigip2.example.com: connected',
      'datasync-global-dg (Changes Pending): Changes pending',
      '- Recommended action: Synchronize bigip2.example.com to group datasync-global-dg',
      'edge-dg (In Sync): All devices in the device group are in sync',
    ]);
  });

  it('is Disconnected while the link between the units is cut, and then what their commits say', async () => {
    const hosts = await openPair();
    await hosts.act(B, 'cut-link');
    expect(await status(hosts)).toBe('Disconnected');
    expect(await details(hosts, B)).toContain('bigip1.example.com: disconnected');
    await type(hosts, A, POOL, SYNC);
    expect(await word(hosts)).toBe('Disconnected');
    await hosts.act(B, 'mend-link');
    expect(await word(hosts)).toBe('Changes Pending');
  });

  it('is Standalone on a BIG-IP of no pair, which knows no group', async () => {
    const hosts = await open();
    expect(await status(hosts, '10.3.88.66')).toBe('Standalone');
    expect(await refusal(hosts, '10.3.88.66', SYNC)).toBe(
      '01070734:3: Configuration error: Device group (edge-dg) not found in device group sync\n',
    );
  });
});
