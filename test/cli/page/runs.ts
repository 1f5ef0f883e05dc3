import type { Probe } from '../../../lib/tunnel/device/observation';
import type { Declared } from '../../../lib/tunnel/declaration/tunnel';
import { arnOf, items, parameters, pastExecutions, type Answers, type Input } from '../aws/answers';
import { Told } from '../aws/told';

export const BIGIP = '10.3.88.66';
export const NODE = 'i-0a4e90de0a4e90de0';

/** edge-a, as far as pages look at it. */
export const DECLARED = {
  kind: 'ramp',
  name: 'edge-a',
  watch: 5,
  bigip: [{ management: BIGIP, bastion: 'i-0ba5710a0ba5710a0', address: '10.3.89.66' }],
  ramp: { nodes: [{ instance: NODE, address: '10.3.89.89', interface: 'eth0' }] },
  tunnel: { bigip: '10.3.91.216/24', node: '10.3.91.217', interface: 'tun1' },
  clusterNetworks: ['10.128.0.0/14'],
  virtualServers: ['ose-vserver'],
  probe: '10.130.0.7',
} as unknown as Declared;

export const PING: Probe = {
  from: `BIG-IP ${BIGIP}`,
  to: '10.3.91.217',
  what: 'ping through the tunnel',
  ok: true,
  detail: '3 of 3 packets came back',
};

/** One line of the diff, and the operation that makes it. */
const CHANGE = {
  device: `BIG-IP ${BIGIP}`,
  stage: 'shape',
  text: '+ tunnel SDN: profile ipip',
  interrupts: null,
} as const;
const OPERATIONS = [
  'keep~self SDN~-~-',
  'create~tunnel SDN~-~profile ipip',
  'modify~virtual ose-vserver~type none~type snat pool SDN',
];

export const PLAN = {
  digest: '5ad34b65026d90bb',
  interrupts: [] as readonly string[],
  remarks: ['ramp node i-1: its keeper put back one object'],
  degraded: [],
  work: {
    detach: {},
    prepare: {},
    shape: { bigip: [{ device: BIGIP, operations: OPERATIONS }] },
    attach: {},
    clean: {},
  },
  report: { changes: [CHANGE] as readonly object[], verification: [] as readonly Probe[] },
};

const BEFORE = { 'virtual ose-vserver': 'type none', 'self SDN': 'address 10.3.91.216/24' };

/** The history of a run on edge-a up to its plan. */
export function planned({ plan = PLAN, state = BEFORE } = {}): Told {
  const told = new Told();
  told.add('ExecutionStarted');
  look(told, 'Observe BIG-IP', state);
  told.enter('Task', 'Plan');
  told.attempt({ phase: 'forward', request: { spec: DECLARED } }, { answer: plan });
  told.leave('Task', 'Plan');
  return told;
}

/** The same with one step on BIG-IP after it, which ends well or fails; then everything is looked at again. */
export function carriedOut(
  outcome: { readonly error?: string; readonly again?: Readonly<Record<string, string>> } = {},
): Told {
  const told = planned();
  told.enter('Task', 'Configure BIG-IP');
  told.attempt({ do: 'shape' }, outcome.error === undefined ? { answer: { devices: [] } } : { error: outcome.error });
  told.leave('Task', 'Configure BIG-IP');
  if (outcome.again) look(told, 'Observe BIG-IP again', outcome.again);
  return told;
}

function look(told: Told, name: string, state: Readonly<Record<string, string>>): void {
  const request = { spec: DECLARED };
  told.enter('Task', name);
  told.attempt(
    { do: 'observe', request, applied: null },
    {
      answer: {
        kind: 'bigip',
        devices: [{ kind: 'bigip', name: BIGIP, observation: { facts: {}, state, probes: [] } }],
      },
    },
  );
  told.leave('Task', name);
}

/** What AWS answers of one run on edge-a. */
export function account(
  name: string,
  history: Told,
  run: Input,
  item: Readonly<Record<string, string | number>> = {},
): Answers {
  const all = {
    [name]: { input: JSON.stringify({ tunnel: 'edge-a', action: 'apply' }), startDate: 1, stopDate: 13.5, ...run },
  };
  history.add(run['status'] === 'FAILED' ? 'ExecutionFailed' : 'ExecutionSucceeded');
  const events = history.events.map((event) => ({ ...event, timestamp: event.timestamp!.getTime() / 1000 }));
  return {
    ...parameters({ '/edge-ramp/tunnels/edge-a': DECLARED }),
    ...items({ 'edge-a': item }),
    ...pastExecutions(all),
    GetExecutionHistory: () => ({ events: events.toReversed() }),
  };
}

/** A run that failed and put everything back, with what it wrote down. */
export function rolledBack(cause: string): Answers {
  const failure = { state: 'Configure BIG-IP', error: 'DeviceRefused', cause };
  const lastResult = JSON.stringify({
    execution: arnOf('edge-a-apply-1'),
    endState: 'RolledBack',
    failure,
    changes: [CHANGE],
    verification: [{ ...PING, ok: false, detail: cause }],
  });
  const run = { status: 'FAILED', error: 'RolledBack', cause };
  return account('edge-a-apply-1', carriedOut({ error: 'DeviceRefused', again: BEFORE }), run, { lastResult });
}

/** A run that ended well. */
export function applied(): Answers {
  const output = JSON.stringify({ endState: 'Applied', changes: [CHANGE], verification: [PING], digest: PLAN.digest });
  return account('edge-a-apply-1', carriedOut(), { status: 'SUCCEEDED', output });
}
