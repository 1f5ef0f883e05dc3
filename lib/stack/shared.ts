import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import type { Construct } from 'constructs';
import { CommandDocuments } from './command-documents';
import { deadLetterQueue } from './dead-letters';
import { noticeTopics } from './notices';
import { tunnelTable } from './tunnel-table';

/** Makes what several parts of the stack use. */
export function sharedResources(scope: Construct) {
  return {
    documents: new CommandDocuments(scope, 'Documents'),
    table: tunnelTable(scope),
    ...noticeTopics(scope),
    deadLetters: deadLetterQueue(scope),
  };
}

export type SharedResources = ReturnType<typeof sharedResources>;

/** What the parts use that start, watch and measure runs. */
export interface SharedAndMachine extends SharedResources {
  readonly machine: StateMachine;
}
