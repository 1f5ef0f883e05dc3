import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { edgeRampApp } from '../../lib/stack/app';
import { PARAMETERS } from '../../lib/stack/document-parameters';
import * as timeOuts from '../../lib/stack/time-outs';
import { parseDeclaration } from '../../lib/tunnel/declaration/parse';
import type { Tunnel } from '../../lib/tunnel/declaration/tunnel';
import { EXAMPLE } from '../lib/tunnel/site';
import { cells, current } from './support/documents';
import { rightsTable } from './support/rights';
import { synthesize } from './support/synthesized';
import { PROJECT, plain, resourcesOf } from './support/template';

/** A tunnel whose declaration has so many bytes as JSON. */
const tunnelOf = (name: string, bytes: number) => {
  const empty = JSON.stringify({ name, filler: '' }).length;
  return { name, filler: 'x'.repeat(bytes - empty) };
};

const TUNNELS = [tunnelOf('small', 200), tunnelOf('full', 4096), tunnelOf('large', 4097), tunnelOf('largest', 8192)];
const synthesized = synthesize(TUNNELS);
const only = (type: string) => resourcesOf(synthesized, type)[0]![1];

describe('the table', () => {
  test('outlives the stack, every second of it can be recovered, and nobody deletes it in passing', () => {
    const table = only('AWS::DynamoDB::Table');
    expect(table.DeletionPolicy).toBe('Retain');
    expect(table.Properties).toMatchObject({
      KeySchema: [{ AttributeName: 'tunnel', KeyType: 'HASH' }],
      BillingMode: 'PAY_PER_REQUEST',
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      DeletionProtectionEnabled: true,
    });
  });
});

describe('the declared tunnels', () => {
  const parameters = new Map(
    resourcesOf(synthesized, 'AWS::SSM::Parameter').map(([, { Properties: p }]) => [p.Name, p]),
  );

  test.each([
    ['small', 'Standard'],
    ['full', 'Standard'],
    ['large', 'Advanced'],
    ['largest', 'Advanced'],
  ])('%s is one parameter of tier %s', (name, tier) => {
    const parameter = parameters.get(`/edge-ramp/tunnels/${name}`);
    expect(parameter).toMatchObject({ Type: 'String', Tier: tier });
    expect(JSON.parse(parameter.Value)).toEqual(TUNNELS.find((tunnel) => tunnel.name === name));
  });

  test('that is too large is refused by name, with what to do', () => {
    expect(() => edgeRampApp([tunnelOf('huge', 8193)])).toThrow(
      /^tunnel huge: the declaration has 8193 bytes as JSON; .* 8192\. Declare fewer .* split it/,
    );
  });
});

/** A script without what it finds in variables: a digest, or the text of another script. */
function withoutVariables(text: string): string {
  return text
    .replace(
      /^#!\/bin\/bash\nIFS= read -r -N \d+ shared <<'END-OF-SHARED'\n([^]*?)^END-OF-SHARED\neval "\$shared"\n/m,
      '$1',
    )
    .replace(/^IFS= read -r -N \d+ (\w+) <<'(END-OF-\w+)'\n[^]*?^\2\n/gm, '')
    .replace(/^\w+_digest=[0-9a-f]{64}\n/gm, '');
}

describe('the command documents', () => {
  const documents = resourcesOf(synthesized, 'AWS::SSM::Document').map(([, { Properties }]) => Properties);
  const named = (kind: string) => documents.find(({ Name }) => Name.startsWith(`edge-ramp-${kind}-`))!;
  const reach = ['Management', 'User', 'Secret', 'HostKey'];
  const RAMP = ['prelude', 'ramp-objects', 'keeper-unit'];

  test.each([
    [
      'bigip-observe',
      ['prelude', 'bigip-listing', 'bigip-session', 'bigip-group', 'bigip-observe'],
      ['Tunnel', 'Fence', 'Questions', ...reach],
      '60',
    ],
    [
      'bigip-apply',
      ['prelude', 'bigip-listing', 'bigip-session', 'bigip-group', 'bigip-apply'],
      ['Tunnel', 'Fence', 'Digest', 'Operations', ...reach, 'Saved'],
      '120',
    ],
    ['ramp-observe', [...RAMP, 'ramp-observe'], ['Tunnel', 'Fence', 'Questions'], '60'],
    [
      'ramp-apply',
      ['prelude', 'ramp-objects', 'ramp-make', 'keeper-unit', 'ramp-apply'],
      ['Tunnel', 'Fence', 'Digest', 'Operations'],
      '120',
    ],
    [
      'cluster-observe',
      ['prelude', 'vip-check', 'cluster-objects', 'cluster-observe'],
      ['Tunnel', 'Fence', 'Questions', 'Kubeconfig'],
      '60',
    ],
    [
      'cluster-apply',
      ['prelude', 'vip-check', 'cluster-objects', 'cluster-apply'],
      ['Tunnel', 'Fence', 'Digest', 'Operations', 'Kubeconfig'],
      '120',
    ],
  ])('%s runs exactly what stands in documents/', (kind, scripts, parameters, seconds) => {
    const { Name, DocumentType, Content } = named(kind);
    expect(Name).toMatch(/-[0-9a-f]{16}$/);
    expect(DocumentType).toBe('Command');
    expect(Content.schemaVersion).toBe('2.2');
    const [step, ...more] = Content.mainSteps;
    expect(more).toEqual([]);
    expect(step).toMatchObject({ action: 'aws:runShellScript', inputs: { timeoutSeconds: seconds } });
    const text = scripts.map((script) => readFileSync(join(PROJECT, 'documents', `${script}.sh`), 'utf8')).join('');
    expect(withoutVariables(step.inputs.runCommand.join('\n'))).toBe(text);
    expect(step.inputs.runCommand[0]).toBe('#!/bin/bash');
    expect(Object.keys(Content.parameters)).toEqual(parameters);
  });

  test("a node's documents have its keeper as data: its text where it is put there, its digest where it is looked at", () => {
    const textOf = (...files: readonly string[]): string =>
      files.map((script) => readFileSync(join(PROJECT, 'documents', `${script}.sh`), 'utf8')).join('');
    const [shared, keeper] = [
      textOf('prelude', 'ramp-objects', 'ramp-make'),
      textOf('keeper-listens', 'keeper-looks', 'keeper'),
    ];
    const digest = `\nkeeper_digest=${createHash('sha256').update(shared).update(keeper).digest('hex')}\n`;
    const [observe, apply] = ['ramp-observe', 'ramp-apply'].map((kind): string =>
      named(kind).Content.mainSteps[0].inputs.runCommand.join('\n'),
    );
    expect(apply).toContain(`\nIFS= read -r -N ${shared.length} shared <<'END-OF-SHARED'\n${shared}END-OF-SHARED\n`);
    expect(apply).toContain(
      `${digest}IFS= read -r -N ${keeper.length} keeper <<'END-OF-KEEPER'\n${keeper}END-OF-KEEPER\n`,
    );
    expect(apply!.split(shared)).toHaveLength(2);
    expect(observe).toContain(digest);
    expect(observe).not.toContain('END-OF-KEEPER');
  });

  test('take every value as an environment variable, checked by its pattern', () => {
    expect(documents).toHaveLength(8);
    for (const { Content } of documents)
      for (const [name, parameter] of Object.entries<any>(Content.parameters)) {
        expect(parameter).toMatchObject({ type: 'String', interpolationType: 'ENV_VAR' });
        expect(parameter.allowedPattern).toBe(PARAMETERS[name as keyof typeof PARAMETERS].pattern);
        expect(parameter.description).not.toBe('');
        expect(parameter).not.toHaveProperty('default');
      }
  });

  const EXAMPLES: Record<keyof typeof PARAMETERS, string> = {
    Tunnel: 'edge-a',
    Kubeconfig: '/etc/origin/master/admin.kubeconfig',
    Node: 'ip-10-0-141-105.ec2.internal',
    Fence: '1790000000000',
    Digest: '0123456789abcdef',
    Management: '10.3.88.66',
    User: 'edge-ramp',
    Secret: 'edge-ramp/edge-a/ssh-key',
    HostKey: `ssh-ed25519 ${'A'.repeat(68)}`,
    Saved: '0123456789abcdef',
    Questions: 'tunnel SDN|routes 10.|virtual /Common/ose-vserver|ping 10.3.91.217',
    Operations:
      'delete~flow table=0,priority=32768,ip,nw_src=10.3.91.216~cookie=0x999 actions=mod_nw_src:10.129.0.254,resubmit(,0)~-',
  };

  describe.each(Object.entries(PARAMETERS))('%s', (name, { pattern }) => {
    const regular = new RegExp(pattern);
    const example = EXAMPLES[name as keyof typeof PARAMETERS];

    test('admits what it is for', () => expect(example).toMatch(regular));

    test.each([`'`, '"', '\\', '$', '`', ';', '{', '}', '\n', '(', ')', '&', '<', '*', '?', '!', '#', '\t', 'é'])(
      'refuses %j anywhere',
      (character) => {
        if (name === 'Operations' && '()'.includes(character)) return; // a published flow has resubmit(,0)
        for (const value of [
          character + example,
          example + character,
          example.slice(0, 3) + character + example.slice(3),
        ])
          expect(value).not.toMatch(regular);
      },
    );

    test("compiles on the agent: Go's regexp refuses to repeat more than 1000 times", () => {
      expect(pattern).toMatch(/^\^.*\$$/);
      for (const [, most] of pattern.matchAll(/\{\d+,?(\d*)\}/g)) expect(Number(most)).toBeLessThanOrEqual(1000);
    });
  });

  test.each(['256.1.1.1', '10.3.88', '10.3.88.66.1', '010.3.88.66', ''])('Management refuses %j', (value) => {
    expect(value).not.toMatch(new RegExp(PARAMETERS.Management.pattern));
  });
});

describe('the handlers', () => {
  const functions = resourcesOf(synthesized, 'AWS::Lambda::Function').map(
    ([id, { Properties }]) => [id, Properties] as const,
  );
  const sending = { NAMESPACE: 'edge-ramp', DELIVERY_TIMEOUT_SECONDS: '120', POLL_DEADLINE_SECONDS: '270' };
  const name = expect.stringMatching(/^edge-ramp-(bigip|ramp)-(observe|apply)-[0-9a-f]{16}$/);
  const documents = { DOCUMENT_OBSERVE: name, DOCUMENT_APPLY: name };
  const byOc = expect.stringMatching(/^edge-ramp-ramp-oc-(observe|apply)-[0-9a-f]{16}$/);

  test.each([
    ['ReadRequest', 30, { TUNNELS_PREFIX: '/edge-ramp/tunnels/', TABLE: { Ref: expect.stringMatching(/^Tunnels/) } }],
    ['Plan', 30, undefined],
    ['BigIp', 840, { DEVICE: 'bigip', ...documents, ...sending }],
    [
      'RampNodes',
      840,
      {
        DEVICE: 'ramp',
        ...documents,
        ...sending,
        DOCUMENT_OBSERVE_BY_OC: byOc,
        DOCUMENT_APPLY_BY_OC: byOc,
        POLL_DEADLINE_BY_OC_SECONDS: '330',
      },
    ],
  ])('%s is small, recent, traced, and has a log of its own', (handler, seconds, variables) => {
    const [, properties] = functions.find(([id]) => id.startsWith(`Steps${handler}Function`))!;
    expect(properties).toMatchObject({
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      MemorySize: 256,
      Timeout: seconds,
      TracingConfig: { Mode: 'Active' },
    });
    expect(plain(properties.LoggingConfig.LogGroup)).toMatch(new RegExp(`^<Steps${handler}Logs`));
    expect(properties.Environment?.Variables).toEqual(variables);
  });

  test('know the documents of their own kind', () => {
    for (const [id, properties] of functions.filter(([id]) => id.startsWith('Steps')))
      for (const value of Object.values<unknown>(properties.Environment?.Variables ?? {}))
        if (typeof value === 'string' && value.startsWith('edge-ramp-'))
          expect(value).toContain(id.startsWith('StepsBigIp') ? '-bigip-' : '-ramp-');
  });

  test('keep their logs for a month', () => {
    const groups = resourcesOf(synthesized, 'AWS::Logs::LogGroup');
    expect(groups).toHaveLength(functions.length + 1); // and the state machine's
    expect(new Set(groups.map(([, { Properties }]) => Properties.RetentionInDays))).toEqual(new Set([30]));
  });
});

describe('the time-outs', () => {
  test('grow from the inside out, so that the innermost speaks first', () => {
    const { DELIVERY, OBSERVE_EXECUTION, APPLY_EXECUTION, POLL_DEADLINE, SENDING_HANDLER, SENDING_TASK, MACHINE } =
      timeOuts;
    const order = [DELIVERY.plus(APPLY_EXECUTION), POLL_DEADLINE, SENDING_HANDLER, SENDING_TASK, MACHINE].map((d) =>
      d.toSeconds(),
    );
    expect(order).toEqual([...order].sort((a, b) => a - b));
    expect(new Set(order).size).toBe(order.length);
    expect(OBSERVE_EXECUTION.toSeconds()).toBeLessThanOrEqual(APPLY_EXECUTION.toSeconds());
    expect(timeOuts.COMPUTING_HANDLER.toSeconds()).toBeLessThan(timeOuts.COMPUTING_TASK.toSeconds());
    const { WATCH_DELIVERY, WATCH_POLL_DEADLINE, WATCH_HANDLER, WATCH_TICK } = timeOuts;
    const { BY_OC_EXECUTION, POLL_DEADLINE_BY_OC, WATCH_POLL_DEADLINE_BY_OC } = timeOuts;
    const isOrdered = (...each: readonly { toSeconds(): number }[]): void =>
      each.slice(1).forEach((outer, i) => expect(each[i]!.toSeconds()).toBeLessThan(outer.toSeconds()));
    isOrdered(DELIVERY.plus(BY_OC_EXECUTION), POLL_DEADLINE_BY_OC, SENDING_HANDLER);
    isOrdered(WATCH_DELIVERY.plus(BY_OC_EXECUTION), WATCH_POLL_DEADLINE_BY_OC, WATCH_HANDLER, WATCH_TICK);
    const watching = [WATCH_DELIVERY.plus(OBSERVE_EXECUTION), WATCH_POLL_DEADLINE, WATCH_HANDLER, WATCH_TICK];
    isOrdered(...watching);
  });

  test('leave a script that waits for connections time to fail by itself', () => {
    const constant = (file: string, name: string): number =>
      Number(new RegExp(`^${name}=([0-9]+)$`, 'm').exec(readFileSync(join(PROJECT, 'documents', file), 'utf8'))![1]);
    const waiting = constant('bigip-group.sh', 'patience');
    expect(waiting + constant('prelude.sh', 'limit')).toBeLessThan(timeOuts.APPLY_EXECUTION.toSeconds());
    const { drain } = parseDeclaration({ ...EXAMPLE, drain: 90 }, 'test') as Tunnel;
    expect(drain).toBeLessThan(waiting);
    expect(() => parseDeclaration({ ...EXAMPLE, drain: 91 }, 'test')).toThrow('drain');
  });

  test('leave the script that goes to a node by oc time to remove its Pod, with the longest wait for each call', () => {
    const script = readFileSync(join(PROJECT, 'documents/node-by-oc.sh'), 'utf8');
    const [, call, patience, longest] = /^call=(\d+) patience=(\d+) longest=(\d+)$/m.exec(script)!.map(Number);
    // The lock; the node, the Pods of before, the Pod's reason, the Pods at the end, twice each of the two deletions.
    expect(30 + patience! + 7 * call!).toBeLessThan(timeOuts.BY_OC_EXECUTION.toSeconds());
    expect(longest!).toBeLessThan(patience!);
  });

  test('of the machine outlives the longest way through', () => {
    const { POLL_DEADLINE_BY_OC, SENDING_TASK, MACHINE } = timeOuts;
    const sendingSteps = 5 + 3 * 4 + 1; // forward, three restoring rounds, the last look
    const longestStep = 2 * POLL_DEADLINE_BY_OC.toSeconds() + 15 + SENDING_TASK.toSeconds(); // not delivered twice, then its own time-out
    expect(sendingSteps * longestStep).toBeLessThan(MACHINE.toSeconds());
  });
});

describe('the rights', () => {
  test('are those of docs/SECURITY.md', () => {
    const table = rightsTable(synthesized);
    const inAnyOrder = (text: string): string[] =>
      cells(text)
        .map((row) => row.join(' | '))
        .sort();
    expect(inAnyOrder(current('SECURITY.md', 'rights', table))).toEqual(inAnyOrder(table));
  });

  test('are given by no managed policy', () => {
    for (const [, { Properties }] of resourcesOf(synthesized, 'AWS::IAM::Role')) {
      expect(Properties).not.toHaveProperty('ManagedPolicyArns');
      expect(Properties).not.toHaveProperty('Policies');
    }
  });
});

describe('the template', () => {
  test('has no account, region, or path of the machine that made it', () => {
    expect(synthesized.text).not.toMatch(/\b\d{12}\b(?!\d)/);
    expect(synthesized.text).not.toMatch(/\b(us|eu|ap|sa|ca|me|af|il)-[a-z]+-\d\b/);
    expect(synthesized.text).not.toContain(PROJECT);
  });

  test('tells where to start and where the results are', () => {
    expect(Object.keys(synthesized.template.Outputs).sort()).toEqual([
      'DashboardName',
      'NodePolicyArn',
      'NoticesTopicArn',
      'StateMachineArn',
      'TableName',
    ]);
  });

  test('of no tunnels at all is sound', () => {
    const empty = synthesize([]);
    expect(resourcesOf(empty, 'AWS::SSM::Parameter').map(([, { Properties }]) => Properties.Name)).toEqual([
      '/edge-ramp/deployment',
    ]);
    expect(findings(empty.directory)).toEqual([]);
  });

  test('logs and traces the state machine', () => {
    const { Properties: machine } = only('AWS::StepFunctions::StateMachine');
    expect(machine).toMatchObject({
      StateMachineName: 'edge-ramp',
      TracingConfiguration: { Enabled: true },
      LoggingConfiguration: { Level: 'ALL', IncludeExecutionData: true },
    });
    expect(machine.StateMachineType ?? 'STANDARD').toBe('STANDARD');
  });
});

/** What AWS's solutions checks found and nobody accepted, by the report that a synthesis leaves. */
function findings(directory: string): string[] {
  const report = JSON.parse(readFileSync(join(directory, 'validation-report.json'), 'utf8'));
  return report.pluginReports.flatMap((plugin: any) =>
    (plugin.violations ?? []).map((violation: any) => violation.ruleName),
  );
}

describe('the checks', () => {
  test('find nothing that is not accepted', () => expect(findings(synthesized.directory)).toEqual([]));

  test('fail when something is not accepted', () => {
    const outdir = mkdtempSync(join(tmpdir(), 'edge-ramp-'));
    const app = edgeRampApp([], { outdir, context: { 'aws:cdk:bundling-stacks': [] } });
    new Queue(app.node.findChild('EdgeRamp'), 'Unchecked');
    expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
    expect(findings(outdir)).toContain('AwsSolutions-SQS4');
  });
});
