import { Metrics } from '@aws-lambda-powertools/metrics';
import { METRICS, type MetricName, type Service } from '../../lib/tunnel/run/metrics';
import { environment } from '../environment';

/** One measured value, with the values of its metric's dimensions. */
export interface Measurement {
  readonly name: MetricName;
  readonly value: number;
  readonly tunnel?: string;
  readonly outcome?: string;
}

/**
 * Publishes measurements as lines of the log, from which CloudWatch makes metrics (embedded metric format). That needs no
 * call, which could fail, and no permission. Each measurement has the dimensions of its metric only.
 *
 * @throws Error when a measurement lacks a dimension of its metric
 */
export function publish(service: Service, measurements: readonly Measurement[]): void {
  const metrics = new Metrics({ namespace: environment('NAMESPACE'), serviceName: service });
  for (const measurement of measurements) {
    const { unit, by } = METRICS[measurement.name];
    for (const dimension of by) {
      const value = measurement[dimension];
      if (value === undefined) throw new Error(`metric ${measurement.name} has no ${dimension}`);
      metrics.addDimension(dimension, value);
    }
    metrics.addMetric(measurement.name, unit, measurement.value);
    metrics.publishStoredMetrics();
  }
}
