import { explained } from '../../../cli/aws/problem';

/** An error as the SDK throws it. */
const error = (name: string, message: string, code?: string) =>
  Object.assign(new Error(message), { name, ...(code === undefined ? {} : { code }) });

test.each([
  [
    error('CredentialsProviderError', 'Could not load credentials from any providers'),
    'credentials',
    'There are no AWS credentials that can be used (Could not load credentials from any providers): log in (aws sso login, aws configure), or name a profile with --profile.',
  ],
  [
    error('ExpiredTokenException', 'The security token included in the request is expired'),
    'credentials',
    'The AWS credentials have expired (ssm:GetParameter): log in again (aws sso login), then repeat the command.',
  ],
  [
    error('UnrecognizedClientException', 'The security token included in the request is invalid.'),
    'credentials',
    'AWS does not know these credentials (ssm:GetParameter: The security token included in the request is invalid): check the profile, or name another one with --profile.',
  ],
  [
    error(
      'AccessDeniedException',
      'User: arn:aws:iam::1:user/me is not authorized to perform: kms:Decrypt on resource: key because no identity-based policy allows it',
    ),
    'denied',
    'AWS denies ssm:GetParameter (User: arn:aws:iam::1:user/me is not authorized to perform: kms:Decrypt on resource: key because no identity-based policy allows it): let the role of this profile do that, or name another --profile.',
  ],
  [
    error('AccessDeniedException', 'no'),
    'denied',
    'AWS denies ssm:GetParameter (no): let the role of this profile do that, or name another --profile.',
  ],
  [
    error('AuthorizationErrorException', 'no'),
    'denied',
    'AWS denies ssm:GetParameter (no): let the role of this profile do that, or name another --profile.',
  ],
  [
    error('Error', 'nobody listens at 127.0.0.1:9', 'ECONNREFUSED'),
    'unreachable',
    'AWS cannot be reached (ssm:GetParameter: nobody listens at 127.0.0.1:9): check the network, --region and AWS_ENDPOINT_URL.',
  ],
  [
    error('TypeError', 'no URL', 'ERR_INVALID_URL'),
    'unreachable',
    'AWS_ENDPOINT_URL is no URL: unset it, or give it as http://HOST:PORT.',
  ],
  [
    error('ThrottlingException', 'Rate exceeded'),
    'other',
    'AWS refuses ssm:GetParameter: ThrottlingException: Rate exceeded.',
  ],
])('%s: one sentence that says what to do', (from, kind, sentence) => {
  const problem = explained(from, 'ssm:GetParameter');
  expect([problem.kind, problem.message]).toEqual([kind, sentence]);
  expect(problem.cause).toBe(from);
});
