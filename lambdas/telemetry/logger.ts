import { Logger } from '@aws-lambda-powertools/logger';
import type { SERVICES } from '../../lib/tunnel/metrics';

/**
 * The log of one part of edge-ramp: one JSON object a line, so that no text of a device or a person can forge a line or a
 * field. Nobody hands it parameters, answers or whole outputs.
 */
export function loggerOf(service: keyof typeof SERVICES): Logger {
  return new Logger({ serviceName: service });
}

/** As much of a sentence as a log needs. Characters. */
const MOST = 1000;

/** An error as its name, its code where it has one, and its sentence: no stack, no causes, which may hold what was sent. */
export function errorFields(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { error: typeof error, sentence: String(error).slice(0, MOST) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { error: error.name, ...code, sentence: error.message.slice(0, MOST) };
}
