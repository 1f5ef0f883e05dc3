import { PublishCommand, type SNSClient } from '@aws-sdk/client-sns';

export interface Blind {
  /** The topic's ARN. */
  readonly topic: string;
  /** The state machine's ARN. */
  readonly machine: string;
  readonly tunnel: string;
  /** One sentence. */
  readonly why: string;
}

/** Tells people that the watch could not look at a tunnel: one sentence, the tunnel, where to look, the runbook's heading. */
export async function sendNotice(client: SNSClient, { topic, machine, tunnel, why }: Blind): Promise<void> {
  const region = machine.split(':')[3]!;
  await client.send(
    new PublishCommand({
      TopicArn: topic,
      Subject: `edge-ramp ${tunnel}: the watch could not look`,
      Message: [
        `The watch could not look at tunnel ${tunnel}, so nobody knows whether it carries: ${why}`,
        '',
        `Tunnel: ${tunnel}`,
        `State machine: https://${region}.console.aws.amazon.com/states/home?region=${region}#/statemachines/view/${encodeURIComponent(machine)}`,
        'Runbook: The watch could not look',
        '',
        'It tries again at every tick, and tells this again only after it could look in between.',
      ].join('\n'),
    }),
  );
}
