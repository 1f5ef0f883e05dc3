import { attributes, PAUSES, run, throwing } from './support/run';
import { type Answers, EXECUTION } from './support/walk';

/*
 * What a pause and its end write, and whom they tell, by the definition: docs/adr/0033-a-node-keeps-its-own-part.md.
 */

describe('a pause', () => {
  test('is written down without a lease, and taken away again', async () => {
    const pause = { action: 'pause', until: '2999-01-01T00:00:00.000Z', reason: 'change 4711' };
    const paused = await run({}, pause);
    expect(paused.output).toMatchObject({ endState: 'Paused', action: 'pause' });
    expect(paused.output.sentence).toBe(
      'Automation leaves the tunnel alone until 2999-01-01T00:00:00.000Z: change 4711',
    );
    const { ExpressionAttributeValues: values } = paused.asked['Record pause']![0];
    expect(JSON.parse(values[':pausedValue'].S)).toEqual({
      until: pause.until,
      reason: pause.reason,
      at: expect.any(String),
      by: EXECUTION,
    });
    expect(paused.path).not.toContain('Take lease');
    const resumed = await run({}, { action: 'resume' });
    expect(resumed.output).toMatchObject({ endState: 'Resumed' });
    expect(resumed.asked['Record resume']![0].UpdateExpression).toMatch(/ REMOVE #paused$/);
  });

  const PAUSE = { action: 'pause', reason: 'change 4711' };
  const standing = (name: string, more: object): Answers => ({
    [name]: (args: any) =>
      attributes({ pauses: PAUSES, paused: args.ExpressionAttributeValues[':pausedValue'], ...more }),
  });

  test.each([
    ['stands', { wanted: { S: 'applied' } }],
    ['is being built', { owner: { S: 'arn:other' } }],
    ['was left half-way', { before: { S: '{}' } }],
  ])(
    'of a tunnel that %s is told to its ramp nodes, with what the table says then, and under no fence',
    async (_, more) => {
      const { output, asked, path } = await run(standing('Record pause', more), PAUSE);
      expect(output).toMatchObject({ endState: 'Paused', remarks: [] });
      expect(path.indexOf('Tell keepers')).toBeGreaterThan(path.indexOf('Record pause'));
      const { paused } = asked['Tell keepers']![0].Payload.pause;
      expect(asked['Tell keepers']![0].Payload).toMatchObject({ do: 'tell', fence: null, pause: { pauses: PAUSES } });
      expect(JSON.parse(paused.S)).toMatchObject({ reason: 'change 4711', by: EXECUTION });
    },
  );

  test('is over for the ramp nodes as well when the tunnel is resumed', async () => {
    const { output, asked } = await run(standing('Record resume', { wanted: { S: 'applied' } }), { action: 'resume' });
    expect(output).toMatchObject({ endState: 'Resumed', remarks: [] });
    expect(asked['Tell keepers']![0].Payload.pause).toEqual({ pauses: PAUSES });
  });

  test('of a tunnel that stands nowhere is told to nobody', async () => {
    for (const more of [{}, { wanted: { S: 'absent' } }])
      expect((await run(standing('Record pause', more), PAUSE)).path).not.toContain('Tell keepers');
  });

  test('holds though a node could not be told, which is named', async () => {
    const untold = ['ramp node i-1: its keeper could not be told'];
    const stands = standing('Record pause', { wanted: { S: 'applied' } });
    const answers = { ...stands, 'Tell keepers': () => ({ kind: 'ramp', ok: true, devices: [], untold }) };
    expect((await run(answers, PAUSE)).output).toMatchObject({ endState: 'Paused', remarks: untold });
  });

  test('holds though nobody could be told at all, and says why', async () => {
    const stands = standing('Record pause', { wanted: { S: 'applied' } });
    const { output } = await run({ ...stands, 'Tell keepers': throwing('Lambda.Unknown', 'out of memory') }, PAUSE);
    expect(output).toMatchObject({
      endState: 'Paused',
      remarks: ['the keepers of its ramp nodes could not be told, and may go on as before: out of memory'],
    });
  });

  test('is known to a run by the taking of its lease, and so to the keepers that it starts', async () => {
    const paused = { S: '{"reason":"x"}' };
    const { asked } = await run({ 'Take lease': () => attributes({ pauses: PAUSES, paused }) });
    expect(asked['Configure ramp nodes']![0].Payload.pause).toEqual({ pauses: PAUSES, paused });
  });

  test('that the table refuses is said to have failed', async () =>
    expect(await run({ 'Record pause': throwing('DynamoDB.X', 'no') }, { action: 'pause', reason: 'x' })).toMatchObject(
      {
        error: 'NotStarted',
      },
    ));
});
