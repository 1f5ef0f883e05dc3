import { type EventPattern, Schedule } from 'aws-cdk-lib/aws-events';
import { Construct } from 'constructs';
import { allowReadingDeclarations, allowStartingRuns } from './rights';
import { namesOf } from './names';
import { onEvent, retryThenDeadLetter } from './on-event';
import type { SharedAndMachine } from './shared';
import { StepHandler } from './step-handler';
import { COMPUTING_HANDLER, WATCH_TICK } from './time-outs';

export interface TriggersProps extends SharedAndMachine {
  /** The function that looks at tunnels between runs. */
  readonly watch: StepHandler;
}

/** What starts runs by itself: rules, and the function that answers events. */
export class Triggers extends Construct {
  /** The function that answers events. */
  readonly react: StepHandler;

  constructor(scope: Construct, id: string, { machine, watch, deadLetters }: TriggersProps) {
    super(scope, id);
    const names = namesOf(this);
    this.react = new StepHandler(this, 'React', {
      folder: 'react',
      description: 'starts the runs that events ask for',
      timeout: COMPUTING_HANDLER,
      environment: { TUNNELS_PREFIX: names.tunnels, STATE_MACHINE_ARN: machine.stateMachineArn },
    });
    allowReadingDeclarations(this.react);
    allowStartingRuns(this.react, machine);
    for (const handler of [this.react, watch]) retryThenDeadLetter(handler, deadLetters);
    const on = (name: string, handler: StepHandler, description: string, when: EventPattern | Schedule): void =>
      onEvent(this, name, { handler, deadLetters, description, when });

    on('NodeRuns', this.react, 'An instance runs: what it lost when it stopped is built again', {
      source: ['aws.ec2'],
      detailType: ['EC2 Instance State-change Notification'],
      detail: { state: ['running'] },
    });
    on('Asked', this.react, 'Somebody asks for a tunnel to be applied again', {
      source: [names.prefix],
      detailType: ['Reapply requested'],
    });
    on('RunDied', this.react, 'A run ended without an end of its own: what it left is put back', {
      source: ['aws.states'],
      detailType: ['Step Functions Execution Status Change'],
      detail: { stateMachineArn: [machine.stateMachineArn], status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
    });
    on('Tick', watch, 'The watch looks at the tunnels whose turn it is', Schedule.rate(WATCH_TICK));
  }
}
