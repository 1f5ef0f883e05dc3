/** The host of AWS's console, by the partition in an ARN. */
export const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * A page of Step Functions in the console.
 * @param arn what the page shows; it gives the region and the partition, `aws` for an unknown one
 * @param page the console's own word: `executions/details` or `view`
 */
export function statesPage(arn: string, page: string): string {
  const [, partition = 'aws', , region] = arn.split(':');
  return `https://${region}.${CONSOLES[partition] ?? CONSOLES['aws']}/states/home?region=${region}#/${page}/${arn}`;
}
