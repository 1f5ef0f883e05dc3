/*
 * Stands in for the AWS SDK's chain of credential providers (lib/stack/handler-bundle.ts): Lambda puts a function's
 * credentials into its environment, and nowhere else. The chain would ask files, SSO, STS and instance metadata first or
 * after, and is a fifth of a bundle.
 */

interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * What the clients call when nobody gives them credentials.
 * @throws Error when the environment has none: then this runs in no Lambda function
 * @public the clients ask for it by this name
 */
export function defaultProvider(): () => Promise<Credentials> {
  return async () => {
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = process.env;
    if (accessKeyId === undefined || secretAccessKey === undefined)
      throw new Error('there are no credentials in the environment: this function runs in Lambda only');
    return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
  };
}
