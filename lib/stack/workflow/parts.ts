import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { StepHandlers } from '../step-handlers';

/** What the states of the machine work with. */
export interface Parts {
  /** Where the states belong. */
  readonly scope: Construct;
  readonly handlers: StepHandlers;
  readonly table: Table;
  /** Where notices are published. */
  readonly notices: ITopic;
}
