import type { CheckedRequest } from '../../lambdas/read-request/request';

/** What Read request makes of {"tunnel": "edge-a"}, but the declaration and its digest; read-request.test.ts holds it to that. */
export const LEAST_REQUEST = {
  contract: 4,
  tunnel: 'edge-a',
  action: 'apply',
  teardown: false,
  allowInterruption: false,
  expect: null,
  trigger: null,
  asked: null,
  awaits: null,
  repair: null,
  until: null,
  reason: null,
  forget: [],
  declared: true,
} as const satisfies Omit<CheckedRequest, 'spec' | 'specDigest'>;
