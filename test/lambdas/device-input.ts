import type { StepInput } from '../../lambdas/devices/step';
import { EXAMPLE } from '../lib/tunnel/site';
import { LEAST_REQUEST } from './least-request';

/** A request as Read request hands it on. */
export const REQUEST = { ...LEAST_REQUEST, specDigest: null, spec: EXAMPLE } as const;

/** What the state machine gives the step of a kind of device. */
export const INPUT: StepInput = {
  contract: 10,
  do: 'observe',
  execution: 'arn:aws:states:eu-central-1:123456789012:execution:edge-ramp:run-1',
  step: 'Observe BIG-IP',
  retry: 0,
  fence: 1_795_000_000_000,
  request: REQUEST,
  applied: null,
  digest: null,
  pause: {},
  work: [],
};
