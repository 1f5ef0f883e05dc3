import { onlyMembers, ServiceError, type Operations } from './endpoint';
import type { Entry } from './events/bus';

/** An entry of PutEvents, as it comes. */
interface Wired {
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
 * @param put takes each event that is well formed, and gives its id
 */
export function putEvents(put: (event: Entry) => string): Operations {
  return {
    'AWSEvents.PutEvents': (input) => {
      onlyMembers('PutEvents', input, ['Entries']);
      const entries = (input.Entries ?? []) as readonly Wired[];
      if (entries.length < 1 || entries.length > 10)
        throw new ServiceError('ValidationException', 'Entries has from 1 to 10 entries.');
      for (const entry of entries) onlyMembers('PutEvents', { ...entry }, MEMBERS);
      const answers = entries.map((entry) => mistakeIn(entry) ?? { EventId: put(eventOf(entry)) });
      return { FailedEntryCount: answers.filter((each) => !('EventId' in each)).length, Entries: answers };
    },
  };
}

/** Why an entry is not taken, as EventBridge says it. The others of the request are. */
function mistakeIn(entry: Wired): { readonly ErrorCode: string; readonly ErrorMessage: string } | undefined {
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

function eventOf({ Source, DetailType, Detail, Time, Resources }: Wired): Entry {
  return {
    source: Source!,
    'detail-type': DetailType!,
    detail: JSON.parse(Detail!) as unknown,
    ...(Resources === undefined ? {} : { resources: Resources }),
    ...(Time === undefined ? {} : { time: new Date(Time * 1000).toISOString() }),
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
