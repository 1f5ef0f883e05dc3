import { Aws } from 'aws-cdk-lib';
import {
  Alarm,
  type AlarmProps,
  ComparisonOperator,
  type IMetric,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import type { MetricName, Service, UnfinishedRun } from '../../tunnel/run/metrics';
import type { EndStateName } from '../../tunnel/run/outcome';
import { arnOf } from '../arns';
import { namesOf } from '../names';
import type { SharedAndMachine } from '../shared';
import type { StepHandler } from '../step-handler';

export interface AlarmsProps extends SharedAndMachine {
  /** The function that measures ended runs. */
  readonly measure: StepHandler;
  /** The function that answers events. */
  readonly react: StepHandler;
  /** The function that a schedule calls at every tick. */
  readonly watch: StepHandler;
  /** Where the runbook is to be found, without a heading: a path in the repository, or its address. */
  readonly runbook: string;
}

/**
 * An alarm for each kind of trouble, for all tunnels together: one costs $0.10 a month, and the log says which tunnel it was.
 *
 * An alarm about what a run or the watch has already published, in a notice that names the tunnel, only turns red. The other
 * alarms publish to the topic. All look every five minutes, as long as a person takes to come: the period of CDK's metrics.
 */
export class Alarms extends Construct {
  readonly all: readonly Alarm[];
  private readonly props: AlarmsProps;

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    this.props = props;
    this.all = [...this.toldAlready(), ...this.untold()];
  }

  private toldAlready(): readonly Alarm[] {
    return [
      this.onEnd('RolledBack', 'A run failed and put everything back.'),
      this.onEnd('RollbackFailed', 'A run failed and could not put everything back: devices are in between.'),
      this.onEnd('NotVerified', 'A tunnel stands as declared, or was only looked at, and does not carry.'),
      this.alarm(
        'RepeatedDrift',
        this.counted('RepeatedDrift', 'runs'),
        'Automation mends the same tunnel again and again: somebody or something keeps changing it.',
        '#repeated-drift',
      ),
      this.alarm(
        'AutomationStopped',
        this.counted('AutomationStopped', 'runs'),
        'Two automatic runs in a row failed: automation leaves that tunnel alone until a person has applied it.',
        '#automation-is-stopped',
      ),
      this.alarm(
        'CouldNotLook',
        this.counted('CouldNotLook', 'watch'),
        'The watch could not look at a tunnel: drift would go unnoticed.',
        '#the-watch-could-not-look',
      ),
    ];
  }

  private untold(): readonly Alarm[] {
    const { machine, deadLetters, measure, react, watch } = this.props;
    const told = [
      this.onCutOff('RunDied', this.ended('Died'), 'A run broke off with an error that is not one of its ends'),
      this.onCutOff('RunTimedOut', machine.metricTimedOut(), 'A run reached its time-out'),
      this.onCutOff('RunAborted', machine.metricAborted(), 'Somebody stopped a run'),
      this.alarm(
        'DeadLetters',
        deadLetters.metricApproximateNumberOfMessagesVisible(),
        'An event could not be dealt with and lies in the dead-letter queue.',
        '#dead-letters',
      ),
      this.ticksStopped(),
      // Nobody else sees it when a function fails that an event starts. What the handlers of a run's steps throw is how a run ends.
      ...Object.entries({ Measure: measure, React: react, Watch: watch }).map(([does, handler]) =>
        this.alarm(
          `${does}Fails`,
          handler.function.metricErrors(),
          `The function ${does}, which events start, has failed; Lambda tries it twice more.`,
          '#a-function-fails',
        ),
      ),
    ];
    const action = new SnsAction(this.props.notices);
    for (const alarm of told) alarm.addAlarmAction(action);
    this.allowAlarms();
    return told;
  }

  /** The runbook's heading is the end state's name. */
  private onEnd(state: EndStateName, sentence: string): Alarm {
    return this.alarm(state, this.ended(state), sentence, `#${state.toLowerCase()}`);
  }

  private onCutOff(id: string, metric: IMetric, what: string): Alarm {
    const sentence = `${what}: its work may be half done, its lease is held.`;
    return this.alarm(id, metric, sentence, '#a-run-was-stopped-by-hand');
  }

  /** A watch that is not called publishes nothing and fails nowhere: here silence is the trouble. */
  private ticksStopped(): Alarm {
    return this.alarm(
      'TicksStopped',
      this.props.watch.function.metricInvocations(),
      'The watch has not been called for a quarter of an hour: its schedule is disabled or fails, and nobody looks at any tunnel.',
      '#ticks-stopped',
      {
        comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
        evaluationPeriods: 3,
        treatMissingData: TreatMissingData.BREACHING,
      },
    );
  }

  private alarm(
    id: string,
    metric: IMetric,
    sentence: string,
    heading: string,
    otherwise: Partial<AlarmProps> = {},
  ): Alarm {
    return new Alarm(this, id, {
      metric,
      alarmDescription: `${namesOf(this).prefix}: ${sentence} What to do: ${this.props.runbook}${heading}`,
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // Nothing is published where nothing happens.
      treatMissingData: TreatMissingData.NOT_BREACHING,
      ...otherwise,
    });
  }

  /** A topic with a policy of its own takes nothing that the policy does not name. */
  private allowAlarms(): void {
    this.props.notices.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [this.props.notices.topicArn],
        conditions: {
          ArnLike: { 'aws:SourceArn': arnOf('cloudwatch', 'alarm:*') },
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
        },
      }),
    );
  }

  /** Runs of all tunnels that ended so. */
  private ended(outcome: EndStateName | UnfinishedRun): Metric {
    return this.counted('Runs', 'runs', { outcome });
  }

  /** A metric of the whole deployment. */
  private counted(metricName: MetricName, service: Service, more: Record<string, string> = {}): Metric {
    return new Metric({
      namespace: namesOf(this).prefix,
      metricName,
      dimensionsMap: { service, ...more },
      statistic: Stats.SUM,
    });
  }
}
