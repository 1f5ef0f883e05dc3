import { ArnFormat, Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import type { CommandDocuments, DocumentPair } from './command-documents';
import { TUNNELS_PREFIX } from './declared-tunnels';
import { allowRunCommand } from './run-command-rights';
import { StepHandler } from './step-handler';
import { DELIVERY, POLL_DEADLINE, SENDING_HANDLER, THINKING_HANDLER } from './time-outs';

/** The four handlers of a run, each with a role that may do its own step and nothing else. */
export class StepHandlers extends Construct {
  readonly readRequest: StepHandler;
  readonly plan: StepHandler;
  readonly bigIp: StepHandler;
  readonly rampNodes: StepHandler;

  constructor(scope: Construct, id: string, documents: CommandDocuments) {
    super(scope, id);
    this.readRequest = new StepHandler(this, 'ReadRequest', {
      folder: 'read-request',
      description: 'reads and checks a request',
      timeout: THINKING_HANDLER,
      environment: { TUNNELS_PREFIX },
    });
    this.allowReadingDeclarations();

    this.plan = new StepHandler(this, 'Plan', {
      folder: 'plan',
      description: 'compares what is with what is wanted',
      timeout: THINKING_HANDLER,
    });

    this.bigIp = new StepHandler(this, 'BigIp', {
      folder: 'bigip',
      description: 'observes and changes BIG-IP',
      timeout: SENDING_HANDLER,
      environment: sendingEnvironment(documents.bigip),
    });
    allowRunCommand(this.bigIp, documents.bigip, 'bastion');

    this.rampNodes = new StepHandler(this, 'RampNodes', {
      folder: 'ramp-nodes',
      description: 'observes and changes ramp nodes',
      timeout: SENDING_HANDLER,
      environment: sendingEnvironment(documents.ramp),
    });
    allowRunCommand(this.rampNodes, documents.ramp, 'ramp');
  }

  private allowReadingDeclarations(): void {
    const resource = `parameter${TUNNELS_PREFIX}*`;
    this.readRequest.allow({
      actions: ['ssm:GetParameter'],
      resources: [Stack.of(this).formatArn({ service: 'ssm', resource, arnFormat: ArnFormat.NO_RESOURCE_NAME })],
    });
    this.readRequest.acknowledge(
      `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:${resource}]`,
      'which tunnels are declared changes with tunnels/; under this prefix stand only declarations',
    );
  }
}

/** What a sending handler must know: its two documents, and how long to wait for what. */
function sendingEnvironment(documents: DocumentPair): Record<string, string> {
  return {
    DOCUMENT_OBSERVE: documents.observe.documentName,
    DOCUMENT_APPLY: documents.apply.documentName,
    DELIVERY_TIMEOUT_SECONDS: String(DELIVERY.toSeconds()),
    POLL_DEADLINE_SECONDS: String(POLL_DEADLINE.toSeconds()),
  };
}
