/*
 * Replaces the AWS SDK's chain of credential providers (lib/stack/handler-bundle.ts): Lambda gives a function its credentials
 * in the environment only. The chain would also ask files, SSO, STS and instance metadata, and is a fifth of a bundle.
 */

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * The clients call this when they were made without credentials.
 * @throws Error when the environment has none: then this is no Lambda function
 * @public the clients import it by this name
 */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env;
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new Error('the environment has no credentials: this function runs in Lambda only');
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  };
}
