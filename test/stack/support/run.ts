import { contextOf } from '../../../lambdas/read-request/run-context';
import { withDeclaration } from '../../../lambdas/read-request/request';
import { readMemory } from '../../../lib/tunnel/run/memory';
import { readPairItem } from '../../../lib/tunnel/run/pair';
import { restoreInWords, verdictOf } from '../../../lib/tunnel/plan/verdict';
import { LEAST_REQUEST } from '../../lambdas/least-request';
import { machine } from './machine';
import { type Answers, EXECUTION, Mishap, walk } from './walk';

export const REQUEST = { ...LEAST_REQUEST, specDigest: '00000000000000aa', spec: { name: 'edge-a' } };
export const WORK = { instance: 'i-1', operations: ['x'] };
export const CHANGE = { device: 'BIG-IP 10.3.88.66', stage: 'shape', text: '+ tunnel SDN', interrupts: null };
export const NOBODY = { bigip: [], ramp: [], cluster: [] };
export const NO_WORK = { detach: NOBODY, prepare: NOBODY, shape: NOBODY, attach: NOBODY, clean: NOBODY };
export const PLAN = {
  contract: 10,
  digest: '0123456789abcdef',
  operations: 4,
  changes: [CHANGE],
  interrupts: [],
  remarks: [],
  healed: [],
  work: { ...NO_WORK, shape: { ...NOBODY, bigip: [WORK], ramp: [WORK] }, attach: { ...NOBODY, bigip: [WORK] } },
  prove: { ...NOBODY, bigip: [WORK], ramp: [WORK] },
  records: { original: '{"o":1}', before: '{"b":1}', applied: '{"a":1}' },
  verification: [],
  reachable: false,
  degraded: [],
  left: [],
  sentence: '4 changes on 2 devices',
};
export const NOTHING = {
  ...PLAN,
  operations: 0,
  changes: [],
  work: NO_WORK,
  prove: NOBODY,
  reachable: true,
  sentence: 'nothing to change',
};

export const attributes = (more: object = {}) => ({ Attributes: { fence: { N: '1700000000001' }, ...more } });
export const good = (kind: string) => () => ({ kind, ok: true, devices: [] });
export const lambdaError = (name: string, message: string) =>
  new Mishap(name, JSON.stringify({ errorType: name, errorMessage: message, trace: ['Error\n at x'] }));
export const throwing = (name: string, message: string) => () => {
  throw lambdaError(name, message);
};

/** The number of the pause that is written, as the item has it then. */
export const PAUSES = { N: '1700000000007' };

/** A run in which everything goes well; a case replaces what it is about. */
export const WELL: Answers = {
  'Take pair': () => attributes(),
  'Take lease': () => attributes(),
  'Tell people': () => ({ MessageId: 'm' }),
  'Is the instance connected?': () => ({ InstanceInformationList: [{ PingStatus: 'Online' }] }),
  'Record pause': (args) => attributes({ pauses: PAUSES, paused: args.ExpressionAttributeValues[':pausedValue'] }),
  'Record resume': () => attributes({ pauses: PAUSES }),
  'Tell keepers': () => ({ kind: 'ramp', ok: true, devices: [], untold: [] }),
  'Record look': () => ({}),
  Plan: () => PLAN,
  'Record before': (args) => attributes({ before: args.ExpressionAttributeValues[':beforeValue'] }),
  'New fence': (args) => attributes({ fence: args.ExpressionAttributeValues[':fenceValue'] }),
  'Plan restore': () => ({ ...NOTHING, left: [] }),
  ...Object.fromEntries(
    [
      'Observe BIG-IP',
      'Observe BIG-IP again',
      'Configure BIG-IP',
      'Restore BIG-IP',
      'Ping from BIG-IP',
      'Detach virtual servers',
      'Attach virtual servers',
      'Detach again',
      'Reattach virtual servers',
    ].map((name) => [name, good('bigip')]),
  ),
  ...Object.fromEntries(
    ['Observe cluster', 'Observe cluster again', 'Configure cluster', 'Restore cluster', 'Clean up cluster'].map(
      (name) => [name, good('cluster')],
    ),
  ),
  ...Object.fromEntries(
    [
      'Observe ramp nodes',
      'Observe ramp nodes again',
      'Configure ramp nodes',
      'Restore ramp nodes',
      'Ping from ramp nodes',
    ].map((name) => [name, good('ramp')]),
  ),
  ...Object.fromEntries(
    [
      'applied',
      'unchanged',
      'torn down',
      'restored',
      'planned',
      'not verified',
      'not started',
      'nothing to restore',
      'not restored',
    ].map((name) => [`Record ${name}`, () => attributes()]),
  ),
};

/** What stands around a run: the items of tunnel and pair, as they are read for the nth time, and how the run is that holds one; undefined: unknown. */
export interface World {
  readonly item?: (visit: number) => object;
  readonly pair?: (visit: number) => object;
  readonly owner?: string;
}

/** What the handler of Read request makes of a request. */
const opening =
  (request: any, { item = () => ({}), pair = () => ({}), owner }: World, execution: string) =>
  async ({ Payload: { waited } }: any, visit: number) => {
    const memory = readMemory(item(visit) as never);
    const sources = {
      describe: async (arn: string) =>
        owner === undefined ? undefined : { arn, status: owner, error: null, input: null, ended: null },
      pair: async () => readPairItem(pair(visit) as never),
      now: () => new Date(),
    };
    try {
      const whole =
        request.spec === null ? withDeclaration({ ...request, inline: undefined }, undefined, memory) : request;
      return await contextOf(whole, memory, { execution, waited }, sources);
    } catch (error) {
      throw lambdaError((error as Error).name, (error as Error).message);
    }
  };

/** What the handler of Plan makes of a plan. */
const planning = (goal: 'declared' | 'recorded', answer: Answers[string]) => (args: any, visit: number) => {
  const { changes, verification, left, healed, sentence, ...plan } = answer(args, visit) as any;
  return {
    ...plan,
    verdict: verdictOf(goal, args.Payload.request, plan, args.Payload.lookedAgain === false),
    report: { changes, verification, left, healed, sentence },
    words: restoreInWords({ left, changes }),
  };
};

/** Runs a case, and keeps what each named task was asked. */
export async function run(answers: Answers, request: object = {}, world: World = {}, execution = EXECUTION) {
  const asked: Record<string, any[]> = {};
  const merged: Answers = { ...WELL, ...answers };
  const all: Answers = {
    'Read request': opening({ ...REQUEST, ...request }, world, execution),
    ...merged,
    Plan: planning('declared', merged['Plan']!),
    'Plan restore': planning('recorded', merged['Plan restore']!),
  };
  const listening = Object.fromEntries(
    Object.entries(all).map(([name, answer]) => [
      name,
      (args: any, visit: number) => {
        (asked[name] ??= []).push(args);
        return answer(args, visit);
      },
    ]),
  );
  const walked = await walk(machine, listening, { tunnel: 'edge-a' }, execution);
  const result = (record: string) => JSON.parse(asked[record]![0].ExpressionAttributeValues[':lastResultValue'].S);
  return { ...walked, asked, result };
}
