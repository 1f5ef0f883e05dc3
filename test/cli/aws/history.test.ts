import { History } from '../../../cli/aws/history';
import { Told } from './told';

/** What a history tells: kind and path of each event, with the error where there is one. */
function read(told: Told): readonly string[] {
  const history = new History();
  return told.events
    .flatMap((event) => history.add(event))
    .map(({ kind, path, error }) => [kind, path, error].filter((word) => word !== undefined).join(' '));
}

describe('the history of an execution', () => {
  test('is told state by state', () => {
    const told = new Told();
    told.add('ExecutionStarted');
    told.enter('Task', 'Plan');
    told.attempt({}, { answer: {} });
    told.leave('Task', 'Plan');
    told.enter('Choice', 'Anything?');
    told.leave('Choice', 'Anything?');
    told.enter('Succeed', 'Unchanged');
    told.leave('Succeed', 'Unchanged');
    told.add('ExecutionSucceeded');
    expect(read(told)).toEqual([
      'entered Plan',
      'exited Plan',
      'entered Anything?',
      'exited Anything?',
      'entered Unchanged',
      'exited Unchanged',
    ]);
  });

  test('knows which branch of a Parallel an interleaved event belongs to', () => {
    const told = new Told();
    told.add('ExecutionStarted');
    told.enter('Parallel', 'Observe');
    const begun = told.add('ParallelStateStarted');
    const bigip = told.enter('Task', 'Observe BIG-IP', begun);
    const ramp = told.enter('Task', 'Observe ramp nodes', begun);
    const first = told.attempt({}, { answer: 1 }, ramp);
    const second = told.attempt({}, { answer: 2 }, bigip);
    told.leave('Task', 'Observe ramp nodes', {}, first);
    told.leave('Task', 'Observe BIG-IP', {}, second);
    told.add('ParallelStateSucceeded');
    told.leave('Parallel', 'Observe');
    told.enter('Task', 'Plan');
    expect(read(told)).toEqual([
      'entered Observe',
      'entered Observe/Observe BIG-IP',
      'entered Observe/Observe ramp nodes',
      'exited Observe/Observe ramp nodes',
      'exited Observe/Observe BIG-IP',
      'exited Observe',
      'entered Plan',
    ]);
  });

  test('a branch of several states stays a branch', () => {
    const told = new Told();
    told.enter('Parallel', 'Configure');
    told.add('ParallelStateStarted');
    told.enter('Choice', 'Cluster?');
    told.leave('Choice', 'Cluster?');
    told.enter('Pass', 'Cluster: nothing');
    told.leave('Pass', 'Cluster: nothing');
    told.add('ParallelStateSucceeded');
    told.leave('Parallel', 'Configure');
    expect(read(told).filter((line) => line.startsWith('entered'))).toEqual([
      'entered Configure',
      'entered Configure/Cluster?',
      'entered Configure/Cluster: nothing',
    ]);
  });

  test('a try after a failure is a retry; a state that is left after one was caught', () => {
    const told = new Told();
    told.enter('Task', 'Plan');
    told.attempt({}, { error: 'Throttled' });
    told.attempt({}, { error: 'Refused' });
    told.leave('Task', 'Plan');
    expect(read(told)).toEqual(['entered Plan', 'retried Plan Throttled', 'caught Plan Refused']);
  });

  test('a failed branch fails its Parallel, which may catch it', () => {
    const told = new Told();
    told.enter('Parallel', 'Observe');
    told.add('ParallelStateStarted');
    told.enter('Task', 'Observe BIG-IP');
    told.attempt({}, { error: 'Broken' });
    told.add('ParallelStateFailed');
    told.leave('Parallel', 'Observe');
    expect(read(told)).toEqual([
      'entered Observe',
      'entered Observe/Observe BIG-IP',
      'failed Observe/Observe BIG-IP Broken',
      'caught Observe Broken',
    ]);
  });

  test('what ends a failed execution failed: a Fail state, or a Task that nobody catches', () => {
    const ended = new Told();
    ended.enter('Fail', 'RolledBack');
    ended.add('ExecutionFailed', { executionFailedEventDetails: { error: 'RolledBack', cause: 'c' } });
    expect(read(ended)).toEqual(['entered RolledBack', 'failed RolledBack RolledBack']);

    const broken = new Told();
    broken.enter('Task', 'Plan');
    broken.attempt({}, { error: 'Odd' });
    broken.add('ExecutionFailed', { executionFailedEventDetails: { error: 'Odd' } });
    expect(read(broken)).toEqual(['entered Plan', 'failed Plan Odd']);
  });

  test('an expression that cannot be evaluated is a failure like any other', () => {
    const told = new Told();
    told.enter('Task', 'Plan');
    told.add('EvaluationFailed', {
      evaluationFailedEventDetails: { error: 'States.QueryEvaluationError', state: 'Plan' },
    });
    told.leave('Task', 'Plan');
    expect(read(told)).toEqual(['entered Plan', 'caught Plan States.QueryEvaluationError']);
  });

  test.each(['ExecutionSucceeded', 'ExecutionFailed', 'ExecutionAborted', 'ExecutionTimedOut'])(
    '%s ends it',
    (type) => {
      const history = new History();
      const told = new Told();
      told.enter('Task', 'Plan');
      told.add(type);
      const [first, last] = told.events;
      history.add(first!);
      expect([history.over, history.read]).toEqual([false, 1]);
      history.add(last!);
      expect([history.over, history.read]).toEqual([true, 2]);
    },
  );

  test('states that only decide are not worth a line', () => {
    const history = new History();
    const told = new Told();
    for (const type of ['Task', 'Choice', 'Pass', 'Wait', 'Parallel', 'Succeed', 'Fail']) told.enter(type, type);
    const entered = told.events.flatMap((event) => history.add(event));
    expect(entered.filter(({ works }) => works).map(({ state }) => state)).toEqual(['Task', 'Wait', 'Parallel']);
  });
});
