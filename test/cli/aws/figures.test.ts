import { figuresFrom } from '../../../cli/aws/figures';
import { History } from '../../../cli/aws/history';
import { declared } from '../../examples';
import { Told } from './told';

const PAIR = declared('edge-b');

function figures(told: Told) {
  const history = new History();
  told.events.forEach((event) => history.add(event));
  return figuresFrom(history.tries, 9);
}

/** Two kinds of device, side by side: what each is told and what comes of it. */
function sideBySide(
  told: Told,
  does: string,
  ...branches: readonly (readonly [string, object, Parameters<Told['attempt']>[1]])[]
) {
  told.enter('Parallel', does);
  const begun = told.add('ParallelStateStarted');
  const entered = branches.map(([kind]) => told.enter('Task', `${does} ${kind}`, begun));
  const tried = branches.map(([, payload, outcome], i) => told.attempt({ do: does, ...payload }, outcome, entered[i]));
  branches.forEach(([kind], i) => told.leave('Task', `${does} ${kind}`, { kind, ok: true, devices: [] }, tried[i]));
  told.add('ParallelStateSucceeded');
  told.leave('Parallel', does);
}

const devices = (...operations: readonly number[]) => ({
  answer: { devices: operations.map((each, i) => ({ name: `d${i}`, operations: each })) },
});

describe('what a run on AWS cost', () => {
  test('a trip is a device; what goes on at once is one in the chain; a look writes nothing', () => {
    const told = new Told();
    sideBySide(
      told,
      'observe',
      ['bigip', { request: { spec: PAIR } }, devices(0)],
      ['ramp', { request: { spec: PAIR } }, devices(0, 0)],
    );
    told.enter('Task', 'Plan');
    told.attempt({ phase: 'forward' }, { answer: {} });
    told.leave('Task', 'Plan');
    expect(figures(told)).toEqual({ ssmRoundTrips: 3, criticalPathTrips: 2, stateTransitions: 9, deviceWrites: 0 });
  });

  test('what was changed is counted in operations: how many lines that took, only the devices know', () => {
    const told = new Told();
    told.enter('Task', 'Detach');
    told.attempt({ do: 'detach', work: [{ device: 'a' }] }, devices(3));
    told.leave('Task', 'Detach');
    told.enter('Task', 'Attach');
    told.attempt({ do: 'attach', work: [{ device: 'a' }, { device: 'b' }] }, devices(2, 1));
    told.leave('Task', 'Attach');
    expect(figures(told)).toEqual({
      ssmRoundTrips: 3,
      criticalPathTrips: 2,
      stateTransitions: 9,
      deviceWrites: null,
      deviceOperations: 6,
    });
  });

  test('a device that is changed and proven in one step takes two trips at once, and one that only proves takes one', () => {
    const step = (...operations: readonly string[]): Told => {
      const told = new Told();
      told.enter('Task', 'Configure');
      told.attempt({ do: 'shape', work: [{ device: 'a', operations, proves: true }] }, devices(operations.length));
      told.leave('Task', 'Configure');
      return told;
    };
    expect(figures(step('create~link tun1~-~up'))).toMatchObject({ ssmRoundTrips: 2, criticalPathTrips: 1 });
    expect(figures(step())).toMatchObject({ ssmRoundTrips: 1, criticalPathTrips: 1, deviceOperations: 0 });
  });

  test('the rounds of a step follow one another in the chain, the devices of a round do not', () => {
    const told = new Told();
    told.enter('Task', 'Configure');
    const work = [
      { device: 'a', round: 1 },
      { device: 'a', round: 2 },
      { device: 'b', round: 2 },
      { device: 'a', round: 3 },
    ];
    told.attempt({ do: 'shape', work }, devices(4, 1));
    told.leave('Task', 'Configure');
    expect(figures(told)).toMatchObject({ ssmRoundTrips: 4, criticalPathTrips: 3 });
  });

  test('a look that failed was sent to every device of its kind', () => {
    const told = new Told();
    told.enter('Task', 'Observe ramp nodes');
    told.attempt({ do: 'observe', request: { spec: PAIR }, applied: null, work: [] }, { error: 'OutcomeUnknown' });
    told.leave('Task', 'Observe ramp nodes', { kind: 'ramp', ok: false, devices: [] });
    expect(figures(told).ssmRoundTrips).toBe(2);
  });

  test('a step that was tried again counts again, and one that has not ended counts', () => {
    const told = new Told();
    told.enter('Task', 'Detach');
    told.attempt({ do: 'detach', work: [{ device: 'a' }] }, { error: 'NotDelivered' });
    told.attempt({ do: 'detach', work: [{ device: 'a' }] }, devices(1));
    told.leave('Task', 'Detach');
    told.enter('Task', 'Attach');
    told.attempt({ do: 'attach', work: [{ device: 'a' }] }, devices(1));
    told.events.pop();
    expect(figures(told)).toMatchObject({ ssmRoundTrips: 3, criticalPathTrips: 3, deviceOperations: 1 });
  });
});
