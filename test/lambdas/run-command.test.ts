import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
} from '@aws-sdk/client-ssm';
import { fake, GONE, ORDER, outcome, serviceError } from './fake-ssm';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

test('a command is sent once, with document, parameters, delivery time-out and tag, and what it printed is the answer', async () => {
  const { adapter, sent } = fake({});
  expect(await outcome(adapter.run(ORDER))).toBe('ok: done');
  expect(sent(SendCommandCommand).map(({ input }) => input)).toEqual([
    {
      DocumentName: ORDER.document,
      InstanceIds: [ORDER.instance],
      Parameters: { Tunnel: ['edge-a'], Fence: ['7'] },
      TimeoutSeconds: 120,
      Comment: ORDER.tag,
    },
  ]);
  expect(sent(GetCommandInvocationCommand)[0]!.input).toEqual({ CommandId: 'sent', InstanceId: ORDER.instance });
  expect(sent(ListCommandsCommand)).toEqual([]);
});

test('a script that printed nothing has an empty answer', async () =>
  expect(await outcome(fake({ looks: [{ Status: 'Success' }] }).adapter.run(ORDER))).toBe('ok: '));

test('it is waited for while it is pending, delayed or in progress, and while Systems Manager does not know it yet', async () => {
  const looks = [
    GONE,
    GONE,
    ...['Pending', 'InProgress', 'Delayed', 'Cancelling'].map((Status) => ({ Status })),
    { Status: 'Success', StandardOutputContent: 'late' },
  ];
  expect(await outcome(fake({ looks }).adapter.run(ORDER))).toBe('ok: late');
});

test('an error while looking is no outcome: the command runs whether it can be seen or not', async () => {
  const looks = [
    serviceError('ThrottlingException'),
    serviceError('InternalServerError', 500),
    { Status: 'Success', StandardOutputContent: 'x' },
  ];
  expect(await outcome(fake({ looks }).adapter.run(ORDER))).toBe('ok: x');
});

describe('what became of it', () => {
  test.each([
    [{ Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut' }, 'NotDelivered', 'never started (DeliveryTimedOut)'],
    [{ Status: 'Timed Out', StatusDetails: 'Delivery Timed Out' }, 'NotDelivered', 'never started (DeliveryTimedOut)'],
    [{ Status: 'Delivery Timed Out', ResponseCode: -1 }, 'NotDelivered', 'never started (DeliveryTimedOut)'],
    [
      { Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', ExecutionStartDateTime: '2026-11-28T12:00:00.000Z' },
      'OutcomeUnknown',
      'whether it ran, and what it did, is not known',
    ],
    [
      { Status: 'Failed', StatusDetails: 'Undeliverable', ResponseCode: -1 },
      'OutcomeUnknown',
      'whether it ran, and what it did, is not known',
    ],
    [{ Status: 'Undeliverable' }, 'OutcomeUnknown', 'ended as Undeliverable'],
    [{ Status: 'Failed', StatusDetails: 'Terminated', ResponseCode: -1 }, 'OutcomeUnknown', 'ended as Terminated'],
    [{ Status: 'Failed', StatusDetails: 'Failed', ResponseCode: -1 }, 'OutcomeUnknown', 'without an exit code'],
    [{ Status: 'Failed' }, 'OutcomeUnknown', 'without an exit code'],
    [
      { Status: 'Failed', StatusDetails: 'Access Denied', ResponseCode: -1 },
      'DeviceRefused',
      'did not hand the command over (AccessDenied)',
    ],
    [{ Status: 'Failed', StatusDetails: 'InvalidPlatform', ResponseCode: -1 }, 'DeviceRefused', '(InvalidPlatform)'],
    [{ Status: 'TimedOut', StatusDetails: 'ExecutionTimedOut' }, 'OutcomeUnknown', 'stopped at its time-out'],
    [{ Status: 'Timed Out', StatusDetails: 'Execution Timed Out' }, 'OutcomeUnknown', 'stopped at its time-out'],
    [{ Status: 'TimedOut' }, 'OutcomeUnknown', 'stopped at its time-out'],
    [{ Status: 'Cancelled', StatusDetails: 'Cancelled' }, 'OutcomeUnknown', 'ended as Cancelled'],
    [
      {
        Status: 'Failed',
        ResponseCode: 20,
        StandardErrorContent:
          'noise\nedge-ramp: refused "create net self SDN" (exit code 1): 01070734:3: Configuration error\nfailed to run commands: exit status 20',
      },
      'DeviceRefused',
      'BIG-IP 10.3.88.66: refused "create net self SDN" (exit code 1): 01070734:3: Configuration error',
    ],
    [
      {
        Status: 'Failed',
        ResponseCode: 11,
        StandardErrorContent: 'edge-ramp: this command is from an overtaken run (fence 1, the device has seen 2)\n',
      },
      'DeviceRefused',
      'overtaken run (fence 1, the device has seen 2)',
    ],
    [
      {
        Status: 'Failed',
        ResponseCode: 23,
        StandardErrorContent: 'edge-ramp: ip tunnel add did not end within 20 s\n',
      },
      'OutcomeUnknown',
      'did not end within 20 s',
    ],
    [
      {
        Status: 'Failed',
        ResponseCode: 127,
        StandardErrorContent: 'bash: flock: command not found\nfailed to run commands: exit status 127',
      },
      'DeviceRefused',
      'the script failed: bash: flock: command not found (exit code 127)',
    ],
    [{ Status: 'Failed', ResponseCode: 1 }, 'DeviceRefused', 'the script failed and said nothing (exit code 1)'],
  ])('%j', async (invocation, name, words) => {
    const said = await outcome(fake({ looks: [{ Status: 'InProgress' }, invocation] }).adapter.run(ORDER));
    expect(said).toContain(`${name}: BIG-IP 10.3.88.66`);
    expect(said).toContain(words);
  });

  test('a status that nobody knows is no end: the command may still run', async () => {
    const looks = [{ Status: 'Queued' }, {}, { Status: 'Success', StandardOutputContent: 'done' }];
    expect(await outcome(fake({ looks }).adapter.run(ORDER))).toBe('ok: done');
    const said = await outcome(fake({ looks: [{ Status: 'Queued' }] }).adapter.run(ORDER));
    expect(said).toMatch(/^OutcomeUnknown: .*no result within 270 s \(its last status was Queued\)/);
  });

  test.each([
    { Status: 'Failed', StatusDetails: 'Undeliverable', ResponseCode: -1 },
    { Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', ExecutionStartDateTime: '2026-11-28T12:00:00.000Z' },
  ])('a look that was given up may be sent again, whether it ran or not: %j', async (invocation) => {
    const said = await outcome(fake({ looks: [invocation] }).adapter.run({ ...ORDER, looks: true }));
    expect(said).toMatch(/^NotDelivered: BIG-IP 10\.3\.88\.66 gave no answer/);
  });

  test.each([26, 27, 28, 29])(
    'a script that got no answer of the node behind it (%i) has an unknown outcome; one that only looks may be sent again',
    async (ResponseCode) => {
      const looks = [{ Status: 'Failed', ResponseCode, StandardErrorContent: 'edge-ramp: no answer\n' }];
      expect(await outcome(fake({ looks }).adapter.run(ORDER))).toMatch(/^OutcomeUnknown: .*no answer$/);
      expect(await outcome(fake({ looks }).adapter.run({ ...ORDER, looks: true }))).toMatch(
        /^NotDelivered: .*no answer$/,
      );
    },
  );

  test.each([24, 25])('one that sent nothing to the node (%i) was refused, looking or not', async (ResponseCode) => {
    const looks = [{ Status: 'Failed', ResponseCode, StandardErrorContent: 'edge-ramp: no\n' }];
    for (const only of [true, false])
      expect(await outcome(fake({ looks }).adapter.run({ ...ORDER, looks: only }))).toMatch(/^DeviceRefused: .*no$/);
  });

  test('a command with a deadline of its own is waited for so long', async () => {
    const { adapter } = fake({ looks: [{ Status: 'InProgress' }] });
    expect(await outcome(adapter.run({ ...ORDER, timeOuts: { delivery: 120, deadline: 330 } }))).toContain(
      'gave no result within 330 s',
    );
  });

  test('a result that Systems Manager never finds is lost after ten seconds, not after the deadline', async () => {
    const { adapter, sent } = fake({ looks: [GONE] });
    const said = await outcome(adapter.run(ORDER));
    expect(said).toMatch(/^OutcomeUnknown: BIG-IP 10\.3\.88\.66: Systems Manager has lost command sent/);
    expect(sent(GetCommandInvocationCommand).length).toBeLessThan(20);
    expect(sent(CancelCommandCommand)).toEqual([]);
  });

  test('a command without an end is cancelled at the deadline, and its outcome is unknown', async () => {
    const { adapter, sent } = fake({ looks: [{ Status: 'InProgress' }] });
    expect(await outcome(adapter.run(ORDER))).toMatch(
      /^OutcomeUnknown: .* gave no result within 270 s \(its last status was InProgress\) and was cancelled/,
    );
    expect(sent(CancelCommandCommand).map(({ input }) => input)).toEqual([
      { CommandId: 'sent', InstanceIds: [ORDER.instance] },
    ]);
  });
});

describe('what could not be sent', () => {
  test.each([
    [serviceError('ThrottlingException'), 'Throttled: Systems Manager asks to slow down'],
    [serviceError('TooManyRequestsException', 429), 'Throttled: '],
    [serviceError('RequestLimitExceeded'), 'Throttled: '],
    [
      serviceError('InvalidInstanceId'),
      'NotDelivered: BIG-IP 10.3.88.66 cannot be reached: i-0ba5710a0ba5710a0 is not connected to Systems Manager',
    ],
    [
      serviceError('InvalidParameters'),
      'DeviceRefused: Systems Manager refused the command for BIG-IP 10.3.88.66: InvalidParameters: InvalidParameters happened',
    ],
    [serviceError('AccessDeniedException'), 'DeviceRefused: Systems Manager refused the command'],
    [serviceError('MaxDocumentSizeExceeded'), 'DeviceRefused: '],
  ])('%s', async (send, expected) => {
    const { adapter, sent } = fake({ send });
    expect(await outcome(adapter.run(ORDER))).toContain(expected);
    expect(sent(GetCommandInvocationCommand)).toEqual([]);
    expect(sent(SendCommandCommand)).toHaveLength(1);
  });

  test.each([
    ['a lost answer', 'lost' as const],
    ['a failure inside the service', serviceError('InternalServerError', 500)],
  ])('%s: the command is looked for, and its outcome awaited when it was sent after all', async (_what, send) => {
    const there = fake({
      send,
      listed: [{ CommandId: 'sent-after-all', Comment: ORDER.tag, StatusDetails: 'InProgress' }],
    });
    expect(await outcome(there.adapter.run(ORDER))).toBe('ok: done');
    expect(there.sent(GetCommandInvocationCommand)[0]!.input.CommandId).toBe('sent-after-all');
    expect(there.sent(SendCommandCommand)).toHaveLength(1);
    const gone = fake({ send });
    expect(await outcome(gone.adapter.run(ORDER))).toMatch(
      /^OutcomeUnknown: BIG-IP 10\.3\.88\.66: .*whether it was sent is not known/,
    );
    expect(gone.sent(SendCommandCommand)).toHaveLength(1);
  });
});
