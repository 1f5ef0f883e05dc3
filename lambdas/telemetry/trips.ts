import type { Trip } from '../run-command/ssm';
import { logger } from './logged-step';
import { errorFields } from './logger';
import { publish } from './publish';

/** Logs a trip, and measures it for its tunnel. */
export function logTrip({ failure, ...trip }: Trip): void {
  if (failure === undefined) logger.info('trip', { ...trip, outcome: 'answered' });
  else logger.warn('trip', { ...trip, outcome: 'failed', ...errorFields(failure) });
  publish('steps', [{ name: 'TripDuration', value: trip.milliseconds, tunnel: trip.tunnel }]);
}
