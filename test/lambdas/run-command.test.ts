import {
  CancelCommandCommand,
  GetCommandInvocationCommand,
  ListCommandsCommand,
  SendCommandCommand,
  SSMClient,
} from '@aws-sdk/client-ssm';
import { SsmRunCommand } from '../../lambdas/run-command/ssm';
import type { DeviceCommand, Trip } from '../../lambdas/run-command/ssm';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

const ORDER: DeviceCommand = {
  device: 'BIG-IP 10.3.88.66',
  instance: 'i-0ba5710a0ba5710a0',
  document: 'edge-ramp-bigip-apply-0123456789abcdef',
  parameters: { Tunnel: 'edge-a', Fence: '7' },
  tag: 'edge-ramp 0123456789abcdef edge-a: Configure BIG-IP',
  again: false,
  looks: false,
};

function serviceError(name: string, status = 400): Error {
  return Object.assign(new Error(`${name} happened`), { name, $metadata: { httpStatusCode: status } });
}

interface Fake {
  /** What SendCommand gives: nothing, or an error. */
  readonly send?: Error | 'lost';
  /** What each look at the invocation gives, the last one over and over; a number of looks that find nothing first. */
  readonly looks?: readonly (object | Error)[];
  readonly listed?: readonly object[] | Error;
  /** What ListCommands gives behind the first page. */
  readonly more?: readonly object[];
}

/** Systems Manager, as far as the adapter speaks to it. Each call takes no time. */
function fake({ send, looks = [{ Status: 'Success', StandardOutputContent: 'done' }], listed = [], more }: Fake) {
  const calls: unknown[] = [];
  let look = 0;
  const client = Object.assign(Object.create(SSMClient.prototype) as SSMClient, {
    send: async (command: object & { readonly input: object }): Promise<unknown> => {
      // A copy: a paginator sends one input for all pages.
      calls.push(
        Object.assign(Object.create(Object.getPrototypeOf(command) as object) as object, {
          input: { ...command.input },
        }),
      );
      if (command instanceof SendCommandCommand) {
        if (send === 'lost') throw Object.assign(new Error('socket hang up'), { name: 'TimeoutError' });
        if (send) throw send;
        return { Command: { CommandId: 'sent' } };
      }
      if (command instanceof ListCommandsCommand) {
        if (listed instanceof Error) throw listed;
        if (command.input.NextToken) return { Commands: more };
        return { Commands: listed, ...(more ? { NextToken: 'more' } : {}) };
      }
      if (command instanceof GetCommandInvocationCommand) {
        const found = looks[Math.min(look++, looks.length - 1)]!;
        if (found instanceof Error) throw found;
        return found;
      }
      return {};
    },
  });
  const sent = <T extends object>(type: abstract new (...args: never[]) => T): T[] =>
    calls.filter((call): call is T => call instanceof type);
  const trips: Trip[] = [];
  const adapter = new SsmRunCommand(client, { delivery: 120, deadline: 270 }, (trip) => trips.push(trip));
  return { adapter, sent, calls, trips };
}

/** The outcome, with all waiting passed at once. */
async function outcome(run: Promise<string>): Promise<string> {
  const settled = run.then(
    (text) => `ok: ${text}`,
    (error: Error) => `${error.name}: ${error.message}`,
  );
  await jest.advanceTimersByTimeAsync(600_000);
  return settled;
}

const GONE = serviceError('InvocationDoesNotExist');

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
    expect(await outcome(adapter.run({ ...ORDER, deadline: 330 }))).toContain('gave no result within 330 s');
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

describe('tried again', () => {
  const again: DeviceCommand = { ...ORDER, again: true };

  test('a command of the same tag is found and awaited, not sent twice', async () => {
    const { adapter, sent } = fake({
      listed: [
        { CommandId: 'other', Comment: 'edge-ramp ffffffffffffffff edge-a: Observe', StatusDetails: 'Success' },
        { CommandId: 'earlier', Comment: ORDER.tag, StatusDetails: 'InProgress' },
      ],
    });
    expect(await outcome(adapter.run(again))).toBe('ok: done');
    expect(sent(SendCommandCommand)).toEqual([]);
    expect(sent(ListCommandsCommand)[0]!.input).toMatchObject({
      InstanceId: ORDER.instance,
      Filters: [
        { key: 'DocumentName', value: ORDER.document },
        // In the form of the API's reference, without fractions.
        { key: 'InvokedAfter', value: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) },
      ],
    });
    expect(sent(GetCommandInvocationCommand)[0]!.input.CommandId).toBe('earlier');
  });

  const never = { Status: 'TimedOut', StatusDetails: 'DeliveryTimedOut', ResponseCode: -1 };
  const undeliverable = { Status: 'Failed', StatusDetails: 'Undeliverable', ResponseCode: -1 };
  const done = { Status: 'Success', StandardOutputContent: 'done' };

  test('one that was never started is sent anew, whatever the list says of it', async () => {
    const listed = [{ CommandId: 'earlier', Comment: ORDER.tag, Status: 'Incomplete', StatusDetails: 'Incomplete' }];
    const { adapter, sent } = fake({ listed, looks: [never, done] });
    expect(await outcome(adapter.run(again))).toBe('ok: done');
    expect(sent(SendCommandCommand)).toHaveLength(1);
  });

  test('one that Systems Manager gave up may have run: it is not sent again, unless it only looks', async () => {
    const listed = [{ CommandId: 'earlier', Comment: ORDER.tag, StatusDetails: 'Undeliverable' }];
    const change = fake({ listed, looks: [undeliverable] });
    expect(await outcome(change.adapter.run(again))).toMatch(/^OutcomeUnknown: /);
    expect(change.sent(SendCommandCommand)).toEqual([]);
    const look = fake({ listed, looks: [undeliverable, done] });
    expect(await outcome(look.adapter.run({ ...again, looks: true }))).toBe('ok: done');
    expect(look.sent(SendCommandCommand)).toHaveLength(1);
  });

  test('of several tries each is looked at: one that may have run counts behind one that never started', async () => {
    const listed = ['third', 'second'].map((CommandId) => ({ CommandId, Comment: ORDER.tag }));
    const { adapter, sent } = fake({ listed, looks: [never, undeliverable] });
    expect(await outcome(adapter.run(again))).toMatch(/^OutcomeUnknown: /);
    expect(sent(GetCommandInvocationCommand).map(({ input }) => input.CommandId)).toEqual(['third', 'second']);
    expect(sent(SendCommandCommand)).toEqual([]);
  });

  test('an earlier command is found on whatever page of the list it stands', async () => {
    const { adapter, sent } = fake({ more: [{ CommandId: 'earlier', Comment: ORDER.tag }] });
    expect(await outcome(adapter.run(again))).toBe('ok: done');
    expect(sent(ListCommandsCommand).map(({ input }) => input.NextToken)).toEqual([undefined, 'more']);
    expect(sent(SendCommandCommand)).toEqual([]);
  });

  test('one that failed on the device has failed: it is not sent again', async () => {
    const { adapter, sent } = fake({
      listed: [{ CommandId: 'earlier', Comment: ORDER.tag, StatusDetails: 'Failed' }],
      looks: [{ Status: 'Failed', ResponseCode: 22, StandardErrorContent: 'edge-ramp: changed\n' }],
    });
    expect(await outcome(adapter.run(again))).toContain('DeviceRefused: BIG-IP 10.3.88.66: changed');
    expect(sent(SendCommandCommand)).toEqual([]);
  });

  test('one that met a busy device came no further: it is tried again, and sent anew', async () => {
    const busy = {
      Status: 'Failed',
      ResponseCode: 12,
      StandardErrorContent: 'edge-ramp: another command has held it\n',
    };
    const first = fake({ looks: [busy] });
    expect(await outcome(first.adapter.run(ORDER))).toBe('Throttled: BIG-IP 10.3.88.66: another command has held it');
    const listed = [{ CommandId: 'earlier', Comment: ORDER.tag, StatusDetails: 'Failed' }];
    const second = fake({ listed, looks: [busy, { Status: 'Success', StandardOutputContent: 'done' }] });
    expect(await outcome(second.adapter.run(again))).toBe('ok: done');
    expect(second.sent(SendCommandCommand)).toHaveLength(1);
  });

  test('when nothing can be looked up, nothing is sent', async () => {
    const { adapter, sent } = fake({ listed: serviceError('ThrottlingException') });
    expect(await outcome(adapter.run(again))).toMatch(/^Throttled: /);
    expect(sent(SendCommandCommand)).toEqual([]);
  });
});

describe('of each trip is told, when it has ended', () => {
  const TOLD = {
    tunnel: 'edge-a',
    device: ORDER.device,
    instance: ORDER.instance,
    document: ORDER.document,
    command: 'sent',
    milliseconds: 400,
  };

  test('where it went, as which command, and how long it took: neither parameters nor answer', async () => {
    const { adapter, trips } = fake({});
    await outcome(adapter.run(ORDER));
    expect(trips).toEqual([{ ...TOLD, failure: undefined }]);
    expect(Object.keys(trips[0]!)).toEqual([...Object.keys(TOLD), 'failure']);
  });

  test('what a trip failed with, with the command’s id as soon as there was one', async () => {
    const refused = fake({ looks: [{ Status: 'Failed', ResponseCode: 20 }] });
    await outcome(refused.adapter.run(ORDER));
    expect(refused.trips).toEqual([{ ...TOLD, failure: expect.objectContaining({ name: 'DeviceRefused' }) }]);

    const unsent = fake({ send: serviceError('InvalidInstanceId') });
    await outcome(unsent.adapter.run(ORDER));
    expect(unsent.trips).toEqual([
      { ...TOLD, command: undefined, milliseconds: 0, failure: expect.objectContaining({ name: 'NotDelivered' }) },
    ]);
  });

  test('the command of an earlier try by its own id', async () => {
    const { adapter, trips } = fake({ listed: [{ CommandId: 'earlier', Comment: ORDER.tag }] });
    await outcome(adapter.run({ ...ORDER, again: true }));
    expect(trips).toMatchObject([{ command: 'earlier' }]);
  });
});
