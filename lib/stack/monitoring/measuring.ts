import { Construct } from 'constructs';
import { allowDescribingRuns } from '../rights';
import { namesOf } from '../names';
import { onEvent, retryThenDeadLetter } from '../on-event';
import type { SharedAndMachine } from '../shared';
import { StepHandler } from '../step-handler';
import { COMPUTING_HANDLER } from '../time-outs';

/** Every way in which an execution ends. */
const ENDED = ['SUCCEEDED', 'FAILED', 'ABORTED', 'TIMED_OUT'];

/** Measures every run when it has ended: a rule, and the function behind it. */
export class Measuring extends Construct {
  readonly handler: StepHandler;

  constructor(scope: Construct, id: string, { machine, table, deadLetters }: SharedAndMachine) {
    super(scope, id);
    this.handler = new StepHandler(this, 'Measure', {
      folder: 'measure',
      description: 'measures runs that have ended',
      timeout: COMPUTING_HANDLER,
      environment: { NAMESPACE: namesOf(this).prefix, TABLE: table.tableName },
    });
    allowDescribingRuns(this.handler);
    this.handler.allow({ actions: ['dynamodb:GetItem'], resources: [table.tableArn] });
    retryThenDeadLetter(this.handler, deadLetters);
    onEvent(this, 'RunEnded', {
      handler: this.handler,
      deadLetters,
      description: 'A run has ended: it is measured',
      when: {
        source: ['aws.states'],
        detailType: ['Step Functions Execution Status Change'],
        detail: { stateMachineArn: [machine.stateMachineArn], status: ENDED },
      },
    });
  }
}
