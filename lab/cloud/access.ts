import { REGION } from './template';

/** The environment with which AWS clients reach the lab instead of AWS. The credentials mean nothing. */
export function accessTo(url: string): Readonly<Record<string, string>> {
  return {
    AWS_ENDPOINT_URL: url,
    AWS_REGION: REGION,
    AWS_DEFAULT_REGION: REGION, // all that version 1 of the AWS CLI reads
    AWS_ACCESS_KEY_ID: 'lab',
    AWS_SECRET_ACCESS_KEY: 'lab',
  };
}
