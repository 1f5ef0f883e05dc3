import { App, Stack } from 'aws-cdk-lib';
import { Pass, Succeed } from 'aws-cdk-lib/aws-stepfunctions';
import { States } from '../../lib/stack/workflow/states';

/** States of which `first` leads to a name, and some more. */
function states(next: string, ...ends: readonly string[]): States {
  const run = new States(new Stack(new App(), 'Stack'));
  run.goOn(Pass.jsonata(run.scope, 'first'), next);
  for (const name of ends) run.end(Succeed.jsonata(run.scope, name));
  return run;
}

test('states lead to each other by name, whichever is written first', () =>
  expect(states('end', 'end').startingAt('first').startState.id).toBe('first'));

test('a name that no state has is a mistake', () =>
  expect(() => states('End', 'end').startingAt('first')).toThrow('state "first" leads to "End", which is no state'));

test('a state to which none leads is a mistake: CDK would leave it out without a word', () =>
  expect(() => states('end', 'end', 'another').startingAt('first')).toThrow('no state leads to "another"'));
