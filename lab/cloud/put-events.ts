import { randomUUID } from 'node:crypto';
import { onlyMembers, ServiceError, type Operations } from './endpoint';
import { ACCOUNT, REGION } from './template';

/** An event as EventBridge hands it to its rules; `time` is ISO 8601 to the second. */
export interface BusEvent {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: unknown;
}

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Time?: number;
  readonly Resources?: readonly string[];
  readonly EventBusName?: string;
}

/** What an entry may have, and what it must. */
const MEMBERS = ['Source', 'DetailType', 'Detail', 'Time', 'Resources', 'EventBusName'];
const NEEDED = ['Source', 'DetailType', 'Detail'] as const;

/**
 * EventBridge's PutEvents on the default bus.
 * @param put gets each event that is well formed
 * @param now milliseconds since the epoch, for an entry that names no time
 */
export function putEvents(put: (event: BusEvent) => void, now: () => number = Date.now): Operations {
  return {
    'AWSEvents.PutEvents': (input) => {
      onlyMembers('PutEvents', input, ['Entries']);
      const entries = (input.Entries ?? []) as readonly Entry[];
      if (entries.length < 1 || entries.length > 10)
        throw new ServiceError('ValidationException', 'Entries has from 1 to 10 entries.');
      for (const entry of entries) onlyMembers('PutEvents', { ...entry }, MEMBERS);
      const answers = entries.map((entry) => {
        const mistake = mistakeIn(entry);
        if (mistake) return mistake;
        const event = eventOf(entry, now);
        put(event);
        return { EventId: event.id };
      });
      return { FailedEntryCount: answers.filter((each) => !('EventId' in each)).length, Entries: answers };
    },
  };
}

/** Why an entry is not taken, as EventBridge says it. The others of the request are. */
function mistakeIn(entry: Entry): { readonly ErrorCode: string; readonly ErrorMessage: string } | undefined {
  const refuse = (ErrorCode: string, ErrorMessage: string) => ({ ErrorCode, ErrorMessage });
  const missing = NEEDED.find((member) => (entry[member] ?? '') === '');
  if (missing)
    return refuse('InvalidArgument', `Parameter ${missing} is not valid. Reason: ${missing} is a required argument.`);
  if (entry.Source!.startsWith('aws.'))
    return refuse('NotAuthorizedForSourceException', `Not authorized for the source ${entry.Source}.`);
  if (!/^(default|arn:.*:event-bus\/default)$/.test(entry.EventBusName ?? 'default'))
    return refuse('ResourceNotFoundException', `Event bus ${entry.EventBusName} does not exist.`);
  return isObject(entry.Detail!) ? undefined : refuse('MalformedDetail', 'Detail is malformed.');
}

function eventOf({ Source, DetailType, Detail, Time, Resources = [] }: Entry, now: () => number): BusEvent {
  const time = Time === undefined ? now() : Time * 1000;
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': DetailType!,
    source: Source!,
    account: ACCOUNT,
    time: new Date(time).toISOString().replace(/\.\d+/, ''),
    region: REGION,
    resources: Resources,
    detail: JSON.parse(Detail!) as unknown,
  };
}

function isObject(text: string): boolean {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}
