import { Throttled } from '../lib/tunnel/errors/errors';

/** @throws Throttled when a service asks to slow down: the service has done nothing, so the step may be repeated */
export function refuseThrottled(service: string, error: Error): void {
  if (/Throttl|TooManyRequests|RateExceeded|ThroughputExceeded|RequestLimitExceeded|SlowDown/.test(error.name))
    throw new Throttled('service-throttled', `${service} asks to slow down: ${error.message}`);
}
