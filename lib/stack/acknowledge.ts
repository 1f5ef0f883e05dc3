import { Validations } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * Accepts one finding of cdk-nag on one construct, with the reason. Whatever is not accepted next to the construct it
 * concerns fails the synthesis.
 *
 * @param finding - the rule and, in brackets, the finding: `AwsSolutions-IAM5[Resource::*]`
 */
export function acknowledge(construct: IConstruct, finding: string, reason: string): void {
  Validations.of(construct).acknowledge({ id: finding, reason });
}
