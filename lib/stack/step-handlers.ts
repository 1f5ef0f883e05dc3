import { Construct } from 'constructs';
import { STEP_KINDS, documentSets, rolesOf, scriptsOf, type StepKind } from '../tunnel/plan/devices';
import type { CommandDocuments } from './command-documents';
import { namesOf } from './names';
import { allowDescribingRuns, allowReadingDeclaration, allowRunCommand } from './rights';
import type { SharedResources } from './shared';
import { StepHandler } from './step-handler';
import { DELIVERY, POLL_DEADLINE, POLL_DEADLINE_BY_OC, SENDING_HANDLER, COMPUTING_HANDLER } from './time-outs';

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

    this.devices = new Map(STEP_KINDS.map((kind) => [kind, this.sending(kind, documents)]));
  }

  /** The handler that sends commands to a kind of device. */
  of(kind: StepKind): StepHandler {
    return this.devices.get(kind)!;
  }

  all(): readonly StepHandler[] {
    return [this.readRequest, this.plan, ...this.devices.values()];
  }

  private sending(kind: StepKind, documents: CommandDocuments): StepHandler {
    const { sender, what } = scriptsOf(kind);
    const [direct, byOc] = documentSets(kind).map((set) => documents.of(set));
    const handler = new StepHandler(this, sender, {
      folder: 'devices',
      description: `observes and changes ${what}`,
      timeout: SENDING_HANDLER,
      environment: {
        DEVICE: kind,
        DOCUMENT_OBSERVE: direct!.observe.documentName,
        DOCUMENT_APPLY: direct!.apply.documentName,
        ...(byOc === undefined
          ? {}
          : {
              DOCUMENT_OBSERVE_BY_OC: byOc.observe.documentName,
              DOCUMENT_APPLY_BY_OC: byOc.apply.documentName,
              POLL_DEADLINE_BY_OC_SECONDS: String(POLL_DEADLINE_BY_OC.toSeconds()),
            }),
        DELIVERY_TIMEOUT_SECONDS: String(DELIVERY.toSeconds()),
        POLL_DEADLINE_SECONDS: String(POLL_DEADLINE.toSeconds()),
        NAMESPACE: namesOf(this).prefix,
      },
    });
    allowRunCommand(handler, byOc === undefined ? [direct!] : [direct!, byOc], rolesOf(kind));
    return handler;
  }
}
