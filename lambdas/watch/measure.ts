import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';

/**
 * Counts a look that saw nothing, as a line of the log from which CloudWatch makes a metric. Only then: a metric that is published at every
 * tick costs 30 cents a month.
 */
export function couldNotLook(): void {
  new Metrics({ namespace: 'edge-ramp', serviceName: 'watch' })
    .singleMetric()
    .addMetric('CouldNotLook', MetricUnit.Count, 1);
}
