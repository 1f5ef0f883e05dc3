import type { Construct } from 'constructs';
import { DOCUMENT_SETS, documentVariable } from '../tunnel/plan/devices';
import { namesOf } from './names';
import { allowLooking, allowReadingDeclarations, allowStartingRuns } from './rights';
import type { SharedAndMachine } from './shared';
import { StepHandler } from './step-handler';
import { WATCH_DELIVERY, WATCH_HANDLER, WATCH_POLL_DEADLINE, WATCH_POLL_DEADLINE_BY_OC } from './time-outs';

export interface WatchProps extends SharedAndMachine {
  /** How many tunnels are declared. */
  readonly tunnels: number;
}

/**
 * The function that looks at the tunnels between runs (ADR 0017). Its role can read the table and not write it, and send the documents that
 * look and none that changes anything.
 */
export function watchFunction(
  scope: Construct,
  { tunnels, machine, table, documents, notices }: WatchProps,
): StepHandler {
  const names = namesOf(scope);
  const watch = new StepHandler(scope, 'Watch', {
    folder: 'watch',
    description: 'looks at tunnels between runs, and starts a run where one is needed',
    timeout: WATCH_HANDLER,
    memory: memoryFor(tunnels),
    // It waits for devices almost all of its time, at every tick: each trace would cost, and shows nothing that the log does not.
    traced: false,
    environment: {
      TUNNELS_PREFIX: names.tunnels,
      NAMESPACE: names.prefix,
      TABLE: table.tableName,
      STATE_MACHINE_ARN: machine.stateMachineArn,
      NOTICES_TOPIC_ARN: notices.topicArn,
      ...Object.fromEntries(
        DOCUMENT_SETS.map((set) => [documentVariable(set), documents.of(set).observe.documentName]),
      ),
      DELIVERY_TIMEOUT_SECONDS: String(WATCH_DELIVERY.toSeconds()),
      POLL_DEADLINE_SECONDS: String(WATCH_POLL_DEADLINE.toSeconds()),
      POLL_DEADLINE_BY_OC_SECONDS: String(WATCH_POLL_DEADLINE_BY_OC.toSeconds()),
    },
  });
  allowReadingDeclarations(watch);
  allowStartingRuns(watch, machine);
  allowLooking(watch, documents);
  watch.allow({ actions: ['dynamodb:GetItem', 'dynamodb:Scan'], resources: [table.tableArn] });
  watch.allow({ actions: ['sns:Publish'], resources: [notices.topicArn] });
  return watch;
}

/**
 * The watch's memory, in MB. It pays by memory for the time that it waits: a few tunnels fit into the least that Lambda has, and more of them
 * share a larger one, which is cheaper for each (ADR 0017).
 */
export function memoryFor(tunnels: number): number {
  return tunnels > 4 ? 256 : 128;
}
