import { CONTRACT } from '../../lib/tunnel/run/outcome';
import { callAws, items, MACHINE, parameters, TOPIC, type Answers } from './aws/fake-aws';

const DECLARED = { kind: 'ramp', name: 'edge-a', example: false };
const account = (item: Record<string, string>): Answers => ({
  ...parameters({ '/edge-ramp/tunnels/edge-a': DECLARED }),
  ...items({ 'edge-a': item }),
  PutEvents: () => ({ FailedEntryCount: 0, Entries: [{ EventId: 'e' }] }),
});

describe('event', () => {
  test('is the one that the rule waits for; it says what follows and where to look', async () => {
    const { code, out, asked } = await callAws(
      ['event', 'edge-a', '--region', 'eu-west-1'],
      account({ wanted: 'applied' }),
    );
    expect(code).toBe(0);
    expect(out).toBe(
      'Asked to apply edge-a again; a run follows within seconds, or is skipped if one has looked meanwhile. ' +
        'To see it: npx edge-ramp history edge-a --region eu-west-1\n',
    );
    expect(asked.at(-1)).toEqual([
      'PutEvents',
      {
        Entries: [
          { Source: 'edge-ramp', DetailType: 'Reapply requested', Detail: JSON.stringify({ tunnel: 'edge-a' }) },
        ],
      },
    ]);
  });

  test('goes to the deployment that is named, which is found by its own parameters and has rules of its own', async () => {
    const staging = {
      '/edge-ramp-staging/deployment': { contract: CONTRACT, stateMachine: MACHINE, table: 'Tunnels', notices: TOPIC },
      '/edge-ramp-staging/tunnels/edge-a': DECLARED,
    };
    const { code, out, asked } = await callAws(['event', 'edge-a', '--stack', 'staging'], {
      ...account({ wanted: 'applied' }),
      ...parameters(staging),
    });
    expect([code, out]).toEqual([0, expect.stringContaining('npx edge-ramp history edge-a --stack staging\n')]);
    const names = asked.filter(([operation]) => operation === 'GetParameter').map(([, { Name: name }]) => name);
    expect(names).toEqual(Object.keys(staging));
    expect(asked.at(-1)![1]).toMatchObject({ Entries: [{ Source: 'edge-ramp-staging' }] });
  });

  test('says when nothing will follow, and why', async () => {
    const { out } = await callAws(['event', 'edge-a'], account({ wanted: 'absent' }));
    expect(out).toContain('it will be left alone: the tunnel is not wanted.');
  });

  test('is not sent for what is not declared', async () => {
    const { code, err, asked } = await callAws(['event', 'edge-z'], account({}));
    expect([code, err]).toEqual([
      1,
      'edge-ramp: edge-z is not declared in eu-central-1, so that nobody answers an event for it.\n',
    ]);
    expect(asked.map(([operation]) => operation)).not.toContain('PutEvents');
  });

  test('that EventBridge did not take is an error', async () => {
    const refused = { FailedEntryCount: 1, Entries: [{ ErrorCode: 'InternalFailure', ErrorMessage: 'later' }] };
    const { code, err } = await callAws(['event', 'edge-a'], { ...account({}), PutEvents: () => refused });
    expect([code, err]).toEqual([1, 'edge-ramp: EventBridge did not take the event: InternalFailure: later.\n']);
  });
});
