import { REGION } from './template';

/** The environment with which AWS clients, and the AWS CLI, reach the lab instead of AWS. The credentials mean nothing. */
export function accessTo(url: string): Readonly<Record<string, string>> {
  return { AWS_ENDPOINT_URL: url, AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'lab', AWS_SECRET_ACCESS_KEY: 'lab' };
}
