/** What goes wrong between here and AWS, by what a person can do about it. */
export type ProblemKind = 'credentials' | 'denied' | 'region' | 'unreachable' | 'not deployed' | 'version' | 'other';

/** AWS cannot be asked, or said no: one sentence that says what to do. */
export class Problem extends Error {
  constructor(
    readonly kind: ProblemKind,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }

  /** The name of the error that AWS answered. */
  get code(): string | undefined {
    return this.cause instanceof Error ? this.cause.name : undefined;
  }
}

const EXPIRED = /^(?:ExpiredToken|ExpiredTokenException|TokenRefreshRequired|RequestExpired)$/;
const NOT_VALID =
  /^(?:UnrecognizedClientException|InvalidClientTokenId|InvalidSignatureException|SignatureDoesNotMatch|IncompleteSignature|MissingAuthenticationToken(?:Exception)?|AuthFailure)$/;
const DENIED =
  /^(?:AccessDenied|AccessDeniedException|AuthorizationError|AuthorizationErrorException|UnauthorizedOperation)$/;
/** The system's codes (errno), and the SDK's own name for a time-out. */
const NETWORK =
  /^(?:ECONNREFUSED|ECONNRESET|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EPIPE|TimeoutError)$/;

/** An error of the SDK in one sentence. What it is, its name or its code says; its text is only repeated. */
export function explained(error: unknown, action: string): Problem {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const code = codeOf(error);
  const said = message.trim().split('\n')[0]!.replace(/\.$/, '');
  const problem = (kind: ProblemKind, sentence: string): Problem => new Problem(kind, sentence, { cause: error });

  if (/^(?:CredentialsProviderError|TokenProviderError)$/.test(name))
    return problem(
      'credentials',
      `There are no AWS credentials that can be used (${said}): log in (aws sso login, aws configure), or name a profile with --profile.`,
    );
  if (EXPIRED.test(name))
    return problem(
      'credentials',
      `The AWS credentials have expired (${action}): log in again (aws sso login), then repeat the command.`,
    );
  if (NOT_VALID.test(name))
    return problem(
      'credentials',
      `AWS does not know these credentials (${action}: ${said}): check the profile, or name another one with --profile.`,
    );
  if (DENIED.test(name))
    return problem(
      'denied',
      `AWS denies ${action} (${said}): let the role of this profile do that, or name another --profile.`,
    );
  if (code === 'ERR_INVALID_URL')
    return problem('unreachable', 'AWS_ENDPOINT_URL is no URL: unset it, or give it as http://HOST:PORT.');
  if (NETWORK.test(code) || NETWORK.test(name))
    return problem(
      'unreachable',
      `AWS cannot be reached (${action}: ${said || code || name}): check the network, --region and AWS_ENDPOINT_URL.`,
    );
  return problem('other', `AWS refuses ${action}: ${name}: ${said}.`);
}

/** No region is set, or none that can be: the SDK has neither name nor code for that, so it is asked for the region itself. */
export function withoutRegion(error: unknown): Problem {
  const { message } = error as Error;
  return new Problem('region', `No AWS region can be used (${message}): name one with --region, or set AWS_REGION.`, {
    cause: error,
  });
}

/** The system's own name for what went wrong; empty: it was not the system. */
function codeOf(error: unknown): string {
  const { code = '' } = (typeof error === 'object' && error !== null ? error : {}) as { readonly code?: unknown };
  return String(code);
}
