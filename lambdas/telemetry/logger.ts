import { Logger } from '@aws-lambda-powertools/logger';
import type { Service } from '../../lib/tunnel/run/metrics';

/**
 * The log of one part of edge-ramp. Each line is a JSON object, so no text of a device or a person can forge a line or a
 * field. The log never has parameters, answers or whole outputs.
 */
export function loggerOf(service: Service): Logger {
  return new Logger({ serviceName: service });
}

/** The longest sentence in the log. Characters. */
const MOST = 1000;

/** An error's name, its code where it has one, and its sentence. No stack and no cause: they may hold parameters. */
export function errorFields(error: unknown): Readonly<Record<string, string>> {
  if (!(error instanceof Error)) return { error: typeof error, sentence: String(error).slice(0, MOST) };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  return { error: error.name, ...code, sentence: error.message.slice(0, MOST) };
}
