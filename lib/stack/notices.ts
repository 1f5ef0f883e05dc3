import { CfnOutput } from 'aws-cdk-lib';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge';
import { namesOf } from './names';

/**
 * The topic of all notices: failed runs, plans that wait for a person, automation that stopped, a watch that could not look.
 *
 * Subscribe whoever should be woken. A message is one sentence, the tunnel, the execution in the console and the runbook's
 * heading; never a secret.
 */
export function noticeTopics(scope: Construct) {
  const notices = new Topic(scope, 'Notices', { displayName: namesOf(scope).prefix, enforceSSL: true });
  acknowledge(
    notices,
    'AwsSolutions-SNS2',
    'a message holds no secret; CloudWatch cannot publish to a topic under the managed key, and a key of its own costs a dollar a month',
  );
  new CfnOutput(scope, 'NoticesTopicArn', { value: notices.topicArn, description: 'Subscribe whoever should be told' });
  return { notices };
}
