import { readSyncStatus } from '../../../../lib/tunnel/bigip/sync-status';
import { answered } from '../../../../lib/tunnel/device/answer';
import { ALL_IN_SYNC, CONFLICT, IN_SYNC, recommended, syncStatus } from '../bigip-pair';

const read = (lines: readonly string[], code = 0, complaint = '') =>
  readSyncStatus(answered(lines, complaint, code), 'edge-dg');

/** What is read of our group, whatever is said of others. */
const ours = (...lines: readonly string[]) => read(syncStatus('Changes Pending', ...lines)).sync;

describe("our group's own line", () => {
  test.each([
    ['In Sync', 'in sync'],
    ['Changes Pending', 'pending'],
    ['Awaiting Initial Sync', 'awaiting initial'],
    ['Not All Devices Synced', 'syncing'],
    ['Syncing', 'syncing'],
    ['Sync Failure', 'failed'],
    ['Sync Failed', 'failed'],
    ['Disconnected', 'disconnected'],
    ['Incompatible Version', 'unknown'],
    ['Unknown', 'unknown'],
  ])('%s', (status, is) => {
    const line = `edge-dg (${status}): as it says`;
    expect(ours(line)).toEqual({ is, said: line });
  });

  test('counts, and not the worst of all groups that stands above', () => {
    const lines = [
      'bigip2.example.com: connected',
      'datasync-global-dg (Changes Pending): Changes pending',
      recommended('bigip2', 'datasync-global-dg'),
      `edge-dg (In Sync): ${ALL_IN_SYNC}`,
    ];
    expect(read(syncStatus('Changes Pending', ...lines))).toEqual({
      sync: { is: 'in sync', said: lines.at(-1) },
      othersPending: ['datasync-global-dg (Changes Pending)'],
      disconnected: [],
    });
  });

  test('counts, and not the best of all groups', () =>
    expect(read(syncStatus('In Sync', 'edge-dg (Changes Pending): Changes pending')).sync.is).toBe('pending'));

  test('may begin behind "Details", and have its folder', () => {
    const lines = syncStatus('In Sync').slice(0, -1);
    expect(read([...lines, `Details  /Common/edge-dg (In Sync): ${ALL_IN_SYNC}`]).sync.is).toBe('in sync');
  });

  test('decides whatever the colour is', () =>
    expect(read(IN_SYNC.map((line) => line.replace('green', 'red'))).sync.is).toBe('in sync'));
});

describe('changes that are pending', () => {
  const pending = 'edge-dg (Changes Pending): Changes pending';

  test('have a source', () =>
    expect(ours(pending, recommended('bigip1'))).toEqual({
      is: 'pending',
      source: 'bigip1.example.com',
      said: `${pending} - Recommended action: Synchronize bigip1.example.com to group edge-dg`,
    }));

  test.each([
    ['two sources', [recommended('bigip1'), recommended('bigip2')]],
    ["another group's source", [recommended('bigip1', 'edge-dg-2')]],
    ["a source below another group's line", ['gtm (Changes Pending): Changes pending', recommended('bigip1')]],
    ['a source below a device', ['bigip2.example.com: connected', recommended('bigip1')]],
    ['nothing below it', []],
  ])('have no source by %s', (_, lines) => expect(ours(pending, ...lines)).not.toHaveProperty('source'));

  test('on more than one device are a conflict, also where a source is recommended', () =>
    expect(
      ours('bigip2.example.com: connected', `edge-dg (Changes Pending): ${CONFLICT}`, recommended('bigip1')),
    ).toMatchObject({ is: 'conflict', source: 'bigip1.example.com', said: expect.stringContaining(CONFLICT) }));

  test("are no conflict where another group's are", () =>
    expect(ours(pending, `gtm (Changes Pending): ${CONFLICT}`).is).toBe('pending'));
});

describe('a sync that failed', () => {
  const lines = [
    'edge-dg (Sync Failure): A validation error occurred while syncing to a remote device',
    ' - Sync error on failover02.local: Load failed from /Common/failover01.local',
  ];
  const error = '01070330:3: Static route gateway 10.0.0.1 is not directly connected via an interface.';

  test("is told with the peer's words, by which the script takes the answer for a refusal", () =>
    expect(read([...syncStatus('Sync Failure', ...lines), error], 1)).toMatchObject({
      sync: { is: 'failed', said: expect.stringContaining('Load failed from /Common/failover01.local 01070330:3:') },
    }));

  test('is one whatever the status in its line', () =>
    expect(ours(`edge-dg (Not All Devices Synced): x`, lines[1]!).is).toBe('failed'));
});

test('peers that are disconnected are known by name', () =>
  expect(
    read(syncStatus('Disconnected', '/Common/bigip2.example.com: disconnected', 'bigip3.example.com: connected'))
      .disconnected,
  ).toEqual(['bigip2.example.com']));

describe('nothing is known of the group from', () => {
  const unknown = { sync: { is: 'unknown' }, othersPending: [], disconnected: [] };
  const refusal = 'Syntax Error: "cm" unknown property';

  test.each<[string, Parameters<typeof read>]>([
    ['an answer that ends before the details', [IN_SYNC.slice(0, 6)]],
    ['an answer that ends with the word Details', [IN_SYNC.slice(0, 8)]],
    ['an answer that begins with the details', [IN_SYNC.slice(7)]],
    ['two answers in one', [[...IN_SYNC, ...IN_SYNC]]],
    ['a refusal', [[], 1, refusal]],
    ['a refusal in the middle', [IN_SYNC, 1, refusal]],
    ['nothing', [[]]],
    ['a unit that stands alone', [syncStatus('Standalone', 'Optional action: Add a device to the trust domain')]],
    [
      'the fields of another format',
      [['cm cmi-sync-status {', `    details.0.details edge-dg (In Sync): ${ALL_IN_SYNC}`, '    status In Sync', '}']],
    ],
  ])('%s', (_, args) => expect(read(...args)).toMatchObject(unknown));

  test.each([
    ['a line of another group whose name begins like it', [`edge-dg-2 (In Sync): ${ALL_IN_SYNC}`]],
    ['a line that was cut within the status', ['edge-dg (In Sy']],
    ['two lines of it', [`edge-dg (In Sync): ${ALL_IN_SYNC}`, 'edge-dg (Changes Pending): Changes pending']],
  ])('%s', (_, lines) => expect(ours(...lines).is).toBe('unknown'));
});
