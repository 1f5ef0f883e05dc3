/** Where AWS's console is, by the partition in an ARN. */
export const CONSOLES: Readonly<Record<string, string>> = {
  aws: 'console.aws.amazon.com',
  'aws-cn': 'console.amazonaws.cn',
  'aws-us-gov': 'console.amazonaws-us-gov.com',
};

/**
 * A page of Step Functions in the console.
 * @param arn of what is shown: its region and partition are the page's; of another partition than these the console of `aws`
 * @param page `executions/details` or `view`, as the console calls it
 */
export function statesPage(arn: string, page: string): string {
  const [, partition = 'aws', , region] = arn.split(':');
  return `https://${region}.${CONSOLES[partition] ?? CONSOLES['aws']}/states/home?region=${region}#/${page}/${arn}`;
}
