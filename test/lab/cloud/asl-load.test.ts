import { load } from '../../../lab/cloud/asl/load';
import { type Json, services, task, machine } from './asl-machine';

const refused =
  (states: Record<string, Json>, rest: Json = {}) =>
  () =>
    load(machine(states, rest), services());

describe('loading refuses by name', () => {
  const pass = { Type: 'Pass', End: true };
  const cases: [string, () => unknown, RegExp][] = [
    ['a machine in JSONPath', refused({ A: pass }, { QueryLanguage: 'JSONPath' }), /QueryLanguage JSONPath/],
    ['a Map', refused({ A: { Type: 'Map', End: true } }), /"A": Type Map/],
    ['an unknown field', refused({ A: { ...pass, ResultPath: '$.x' } }), /ResultPath/],
    ['a heartbeat', refused({ A: task('echo', { HeartbeatSeconds: 5 }) }), /HeartbeatSeconds/],
    [
      'another resource',
      refused({ A: task('echo', { Resource: 'arn:aws:states:::sqs:sendMessage' }) }),
      /sqs:sendMessage/,
    ],
    [
      'another argument',
      refused({ A: task('echo', { Arguments: { FunctionName: 'echo', InvocationType: 'Event' } }) }),
      /InvocationType/,
    ],
    ['an unknown function', refused({ A: { ...pass, Output: '{% $shout("a") %}' } }), /\$shout/],
    ['$eval', refused({ A: { ...pass, Output: '{% $eval("1") %}' } }), /\$eval/],
    ['a variable nobody assigns', refused({ A: { ...pass, Output: '{% $typo %}' } }), /\$typo/],
    ['a bare field', refused({ A: { ...pass, Output: '{% tunnel %}' } }), /"tunnel" refers to no document/],
    [
      'a result before there is one',
      refused({ A: task('echo', { Arguments: '{% $states.result %}' }) }),
      /\$states.result/,
    ],
    ['another context field', refused({ A: { ...pass, Output: '{% $states.context.Task.Token %}' } }), /Task.Token/],
    ['broken JSONata', refused({ A: { ...pass, Output: '{% 1 + %}' } }), /Output: no JSONata/],
    ['a Next to nowhere', refused({ A: { Type: 'Pass', Next: 'B' } }), /no state "B"/],
    [
      'a Catch without Next',
      refused({ A: task('echo', { Catch: [{ ErrorEquals: ['States.ALL'] }] }) }),
      /no state "undefined"/,
    ],
    ['neither Next nor End', refused({ A: { Type: 'Pass' } }), /Next or "End"/],
    [
      'States.ALL beside others',
      refused({ A: task('echo', { Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] }) }),
      /stand alone/,
    ],
    [
      'States.ALL before others',
      refused({ A: task('echo', { Retry: [{ ErrorEquals: ['States.ALL'] }, { ErrorEquals: ['X'] }] }) }),
      /come last/,
    ],
    [
      'an unknown States error',
      refused({ A: task('echo', { Retry: [{ ErrorEquals: ['States.BranchFailed'] }] }) }),
      /States.BranchFailed/,
    ],
    ['an unknown Retry field', refused({ A: task('echo', { Retry: [{ ErrorEquals: ['X'], Jitter: 1 }] }) }), /Jitter/],
  ];
  test.each(cases)('%s', (_, loading, message) => expect(loading).toThrow(message));
});
