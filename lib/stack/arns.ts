import { Aws } from 'aws-cdk-lib';

/** The ARN of a resource in the stack's account and region. */
export function arnOf(service: string, resource: string): string {
  return `arn:${Aws.PARTITION}:${service}:${Aws.REGION}:${Aws.ACCOUNT_ID}:${resource}`;
}

/** What cdk-nag finds where a right names such a resource with a wildcard. */
export function wildcardFinding(service: string, resource: string): string {
  return `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:${service}:<AWS::Region>:<AWS::AccountId>:${resource}]`;
}
