import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { statesPage } from '../../lib/tunnel/run/links';

export interface LookFailure {
  /** The topic's ARN. */
  readonly topic: string;
  /** The state machine's ARN. */
  readonly machine: string;
  readonly tunnel: string;
  /** One sentence. */
  readonly why: string;
}

/** Also the heading in the runbook. */
const WHAT = 'The watch could not look';

/** Notifies people that the watch could not look at a tunnel: the reason, the page with its runs, the heading of the runbook. */
export async function sendNotice(client: SNSClient, { topic, machine, tunnel, why }: LookFailure): Promise<void> {
  await client.send(
    new PublishCommand({
      TopicArn: topic,
      Subject: `edge-ramp: ${tunnel}: ${WHAT}`,
      Message: [
        `${tunnel}: ${WHAT}, so it is unknown whether the tunnel carries: ${why}.`,
        '',
        `Its runs: ${statesPage(machine, 'statemachines/view')}`,
        `What to do: docs/RUNBOOK.md, "${WHAT}"`,
        '',
        'The watch tries again at every tick. It sends this notice again only after a look has succeeded in between.',
      ].join('\n'),
    }),
  );
}
