import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLab, type ExecutionRecord, type Lab } from '../../../lab';
import { FakeHosts, table, writeAssembly } from './support';

export const ROLE = 'arn:aws:iam::000000000000:role/Lab-Role';
export const TOPIC = 'arn:aws:sns:local-1:000000000000:Failures';

/** Waits as many seconds as it is told to, 0 unless it is. */
export const definition = {
  QueryLanguage: 'JSONata',
  StartAt: 'Long?',
  States: {
    'Long?': {
      Type: 'Choice',
      Choices: [{ Condition: '{% $exists($states.input.seconds) %}', Next: 'Wait' }],
      Default: 'Look',
    },
    Wait: { Type: 'Wait', Seconds: '{% $states.input.seconds %}', Next: 'Look' },
    Look: {
      Type: 'Task',
      Resource: 'arn:aws:states:::dynamodb:getItem',
      Arguments: { TableName: 'Lab-Table', Key: { tunnel: { S: 'edge-a' } } },
      Output: '{% $states.input %}',
      Next: 'Done',
    },
    Done: { Type: 'Succeed' },
  },
};
const parameters = ['edge-ramp/tunnels/edge-a', 'edge-ramp/tunnels/edge-b', 'edge-ramp/tunnels/old/edge-c', 'other'];
/** Writes down what it gets. */
const keeps = 'exports.handler = async (event) => console.log(JSON.stringify(event));';
const resources = {
  Table: table,
  Rule: {
    Type: 'AWS::Events::Rule',
    Properties: {
      EventPattern: { source: ['edge-ramp'] },
      State: 'ENABLED',
      Targets: [{ Id: 'Keeps', Arn: { 'Fn::GetAtt': ['Keeps', 'Arn'] } }],
    },
  },
  Role: { Type: 'AWS::IAM::Role', Properties: {} },
  Failures: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'Failures' } },
  Machine: {
    Type: 'AWS::StepFunctions::StateMachine',
    Properties: {
      StateMachineName: 'machine',
      DefinitionString: JSON.stringify(definition),
      RoleArn: { 'Fn::GetAtt': ['Role', 'Arn'] },
    },
  },
  ...Object.fromEntries(
    parameters.map((name, i) => [
      `Parameter${i}`,
      { Type: 'AWS::SSM::Parameter', Properties: { Name: `/${name}`, Value: JSON.stringify({ name: `${i}` }) } },
    ]),
  ),
};
const assembly = writeAssembly(resources, { Keeps: keeps });

/** A lab as clients of the SDK see it. Its state folder stays when the lab is closed, and goes with `remove`. */
export class Served {
  readonly state = mkdtempSync(join(tmpdir(), 'edge-ramp-wire-'));
  /** What became of executions, as NAME STATUS, in order. */
  readonly changes: string[] = [];
  /** The lab that was opened last. */
  lab!: Lab;

  /** Opens the lab, also once more after it was closed. */
  async open(): Promise<void> {
    this.lab = await openLab({
      assembly,
      state: this.state,
      speed: 50,
      events: true,
      hosts: async () => new FakeHosts([]),
      onExecution: ({ Name, Status }: ExecutionRecord) => this.changes.push(`${Name} ${Status}`),
    });
  }

  /** What a client of the SDK is told so that it comes to the lab. */
  get options() {
    return {
      region: 'local-1',
      credentials: { accessKeyId: 'lab', secretAccessKey: 'lab' },
      endpoint: this.lab.url,
    };
  }

  /** Closes the lab and removes its state folder. */
  async remove(): Promise<void> {
    await this.lab.close();
    rmSync(this.state, { recursive: true, force: true });
  }
}
