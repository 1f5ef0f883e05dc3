import { Construct } from 'constructs';
import { KINDS, STEP_KINDS, scriptsOf, type StepKind } from '../tunnel/plan/devices';
import type { DocumentPair } from './command-documents';
import { namesOf } from './names';
import { allowDescribingRuns, allowReadingDeclaration, allowRunCommand } from './rights';
import type { SharedResources } from './shared';
import { StepHandler } from './step-handler';
import { DELIVERY, POLL_DEADLINE, SENDING_HANDLER, COMPUTING_HANDLER } from './time-outs';

/** The handlers of a run, each with a role that may do its own step and nothing else. */
export class StepHandlers extends Construct {
  readonly readRequest: StepHandler;
  readonly plan: StepHandler;
  private readonly devices: ReadonlyMap<StepKind, StepHandler>;

  constructor(scope: Construct, id: string, { documents, table }: SharedResources) {
    super(scope, id);
    this.readRequest = new StepHandler(this, 'ReadRequest', {
      folder: 'read-request',
      description: 'reads and checks a request',
      timeout: COMPUTING_HANDLER,
      environment: { TUNNELS_PREFIX: namesOf(this).tunnels, TABLE: table.tableName },
    });
    allowReadingDeclaration(this.readRequest);
    this.readRequest.allow({ actions: ['dynamodb:GetItem'], resources: [table.tableArn] });
    allowDescribingRuns(this.readRequest);

    this.plan = new StepHandler(this, 'Plan', {
      folder: 'plan',
      description: 'compares what is with what is wanted',
      timeout: COMPUTING_HANDLER,
    });

    this.devices = new Map(STEP_KINDS.map((kind) => [kind, this.sending(kind, documents.of(kind))]));
  }

  /** The handler that sends commands to a kind of device. */
  of(kind: StepKind): StepHandler {
    return this.devices.get(kind)!;
  }

  /** Every handler. */
  all(): readonly StepHandler[] {
    return [this.readRequest, this.plan, ...this.devices.values()];
  }

  private sending(kind: StepKind, documents: DocumentPair): StepHandler {
    const { sender, what } = scriptsOf(kind);
    const handler = new StepHandler(this, sender, {
      folder: 'devices',
      description: `observes and changes ${what}`,
      timeout: SENDING_HANDLER,
      environment: {
        DEVICE: kind,
        DOCUMENT_OBSERVE: documents.observe.documentName,
        DOCUMENT_APPLY: documents.apply.documentName,
        DELIVERY_TIMEOUT_SECONDS: String(DELIVERY.toSeconds()),
        POLL_DEADLINE_SECONDS: String(POLL_DEADLINE.toSeconds()),
        NAMESPACE: namesOf(this).prefix,
      },
    });
    allowRunCommand(handler, documents, KINDS[kind].record.role);
    return handler;
  }
}
