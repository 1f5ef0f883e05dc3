import { GetCommandInvocationCommand, ListCommandsCommand, SendCommandCommand } from '@aws-sdk/client-ssm';
import type { DeviceCommand } from '../../lambdas/run-command/ssm';
import { fake, ORDER, outcome, serviceError } from './fake-ssm';

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());

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
