import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { IFunction } from 'aws-cdk-lib/aws-lambda';
import type { Topic } from 'aws-cdk-lib/aws-sns';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import type { StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { Alarms } from './alarms';
import { EdgeRampDashboard } from './dashboard';
import { Measuring } from './measuring';

export interface MonitoringProps {
  readonly machine: StateMachine;
  readonly table: Table;
  readonly deadLetters: IQueue;
  readonly notices: Topic;
  /** The function that answers events. */
  readonly react: IFunction;
  /** The function that a schedule calls at every tick. */
  readonly watch: IFunction;
}

/** Where the runbook is, unless the deployment says it: `npx cdk deploy --context runbook=https://...` */
const RUNBOOK = 'docs/RUNBOOK.md';

/** What of edge-ramp can be seen from outside: metrics of its runs, alarms, and a dashboard. */
export class Monitoring extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { machine, table, deadLetters, notices, react, watch } = props;
    const measuring = new Measuring(this, 'Runs', { machine, table, deadLetters });
    const alarms = new Alarms(this, 'Alarms', {
      machine,
      deadLetters,
      notices,
      startedByEvents: { Measure: measuring.handler.function, React: react, Watch: watch },
      watch,
      runbook: String(this.node.tryGetContext('runbook') ?? RUNBOOK),
    });
    const { dashboard } = new EdgeRampDashboard(this, 'Overview', { alarms: alarms.all });
    this.dashboardName = dashboard.dashboardName;
  }
}
