import { Construct } from 'constructs';
import type { SharedAndMachine } from '../shared';
import type { StepHandler } from '../step-handler';
import { Alarms } from './alarms';
import { EdgeRampDashboard } from './dashboard';
import { Measuring } from './measuring';

export interface MonitoringProps extends SharedAndMachine {
  /** The function that answers events. */
  readonly react: StepHandler;
  /** The function that a schedule calls at every tick. */
  readonly watch: StepHandler;
}

/** Where the runbook is, unless the deployment says it: `npx cdk deploy --context runbook=https://...` */
const RUNBOOK = 'docs/RUNBOOK.md';

/** What of edge-ramp can be seen from outside: metrics of its runs, alarms, and a dashboard. */
export class Monitoring extends Construct {
  readonly dashboardName: string;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { handler: measure } = new Measuring(this, 'Runs', props);
    const runbook = String(this.node.tryGetContext('runbook') ?? RUNBOOK);
    const alarms = new Alarms(this, 'Alarms', { ...props, measure, runbook });
    const { dashboard } = new EdgeRampDashboard(this, 'Overview', alarms.all);
    this.dashboardName = dashboard.dashboardName;
  }
}
