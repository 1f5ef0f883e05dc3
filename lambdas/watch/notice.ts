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

/** The heading of the runbook too. */
const WHAT = 'The watch could not look';

/** Tells people that the watch could not look at a tunnel: one sentence, the tunnel, where to look, the heading of the runbook. */
export async function sendNotice(client: SNSClient, { topic, machine, tunnel, why }: LookFailure): Promise<void> {
  await client.send(
    new PublishCommand({
      TopicArn: topic,
      Subject: `edge-ramp: ${tunnel}: ${WHAT}`,
      Message: [
        `${tunnel}: ${WHAT}, so nobody knows whether the tunnel carries: ${why}.`,
        '',
        `Its runs: ${statesPage(machine, 'statemachines/view')}`,
        `What to do: docs/RUNBOOK.md, "${WHAT}"`,
        '',
        'It tries again at every tick, and tells this again only after it could look in between.',
      ].join('\n'),
    }),
  );
}
