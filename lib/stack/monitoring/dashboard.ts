import { Duration } from 'aws-cdk-lib';
import {
  type Alarm,
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  GraphWidgetView,
  MathExpression,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import { METRICS, type MetricName, type Service } from '../../tunnel/run/metrics';
import { namesOf } from '../names';

const HALF = 12;
const WHOLE = 24;
const PERIOD = Duration.hours(1);

/**
 * How the tunnels fare, on one page. Every graph searches for its lines, so a tunnel appears with its first run, and no
 * deployment is needed for it; one of which nothing was heard for two weeks disappears.
 */
export class EdgeRampDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, alarms: readonly Alarm[]) {
    super(scope, id);
    const search = searchIn(namesOf(this).prefix);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.days(7),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', alarms: [...alarms], width: WHOLE, height: 3 })],
        [
          graph('Runs by outcome', [search('Runs', 'runs', 'Sum')], { stacked: true }),
          graph('Runs by tunnel', [search('Duration', 'runs', 'SampleCount')], { stacked: true }),
        ],
        [
          graph('Drift: changes that automatic runs had to make', [search('Drift', 'runs', 'Sum')], { stacked: true }),
          graph('Time to heal, the longest (seconds)', [search('TimeToHeal', 'runs', 'Maximum')]),
        ],
        [graph('Duration of runs, the longest (seconds)', [search('Duration', 'runs', 'Maximum')], { width: WHOLE })],
        [
          graph('Trips to devices', [search('TripDuration', 'steps', 'SampleCount')], { stacked: true }),
          graph('Duration of a trip, mean (milliseconds)', [search('TripDuration', 'steps', 'Average')]),
        ],
      ],
    });
  }
}

function graph(title: string, left: MathExpression[], { stacked = false, width = HALF } = {}): GraphWidget {
  return new GraphWidget({ title, left, stacked, width, height: 6, view: GraphWidgetView.TIME_SERIES });
}

/** Every line of a metric: one for each outcome, or each tunnel. The namespace is quoted for its hyphen. */
function searchIn(namespace: string) {
  return (metric: MetricName, service: Service, statistic: string): MathExpression => {
    const { by } = METRICS[metric];
    const schema = [`"${namespace}"`, ...by, 'service'].join(',');
    return new MathExpression({
      expression: `SEARCH('{${schema}} MetricName="${metric}" service="${service}"', '${statistic}', ${PERIOD.toSeconds()})`,
      label: '',
      usingMetrics: {},
      period: PERIOD,
    });
  };
}
