import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { statesPage } from '../../lib/tunnel/run/links';

/** What the watch tells people of a tunnel. */
export interface Notice {
  /** Also the heading in the runbook. */
  readonly heading: string;
  /** What follows from it, behind the heading. */
  readonly consequence: string;
  /** When it is sent again. */
  readonly again: string;
}

export const COULD_NOT_LOOK: Notice = {
  heading: 'The watch could not look',
  consequence: 'so it is unknown whether the tunnel carries',
  again: 'The watch tries again at every tick. It sends this notice again only after a look has succeeded in between.',
};

export const KEEPS_DRIFTING: Notice = {
  heading: 'Repeated drift on a node',
  consequence: 'which puts it back each time',
  again:
    'The watch looks again at every tick. It sends this notice again after an hour in which nothing had to be put back, after a run, or after a pause.',
};

/** Where a notice goes, and what it is about. */
export interface Addressed {
  /** The topic's ARN. */
  readonly topic: string;
  /** The state machine's ARN. */
  readonly machine: string;
  readonly tunnel: string;
  /** One sentence. */
  readonly why: string;
}

/** Notifies people of a tunnel: what it is, the reason, the page with its runs, the heading of the runbook. */
export async function sendNotice(
  client: SNSClient,
  { heading, consequence, again }: Notice,
  { topic, machine, tunnel, why }: Addressed,
): Promise<void> {
  await client.send(
    new PublishCommand({
      TopicArn: topic,
      Subject: `edge-ramp: ${tunnel}: ${heading}`,
      Message: [
        `${tunnel}: ${heading}, ${consequence}: ${why}.`,
        '',
        `Its runs: ${statesPage(machine, 'statemachines/view')}`,
        `What to do: docs/RUNBOOK.md, "${heading}"`,
        '',
        again,
      ].join('\n'),
    }),
  );
}
