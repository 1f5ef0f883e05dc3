import { defaultProvider } from '../../lambdas/credentials';

describe('a function has its credentials', () => {
  const before = { ...process.env };
  afterEach(() => (process.env = { ...before }));

  test('from its environment, with the session that Lambda gives it', async () => {
    Object.assign(process.env, { AWS_ACCESS_KEY_ID: 'id', AWS_SECRET_ACCESS_KEY: 'key', AWS_SESSION_TOKEN: 'session' });
    expect(await defaultProvider()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'key', sessionToken: 'session' });
    delete process.env['AWS_SESSION_TOKEN'];
    expect(await defaultProvider()()).toEqual({ accessKeyId: 'id', secretAccessKey: 'key' });
  });

  test('and from nowhere else', async () => {
    delete process.env['AWS_ACCESS_KEY_ID'];
    await expect(defaultProvider()()).rejects.toThrow('the environment has no credentials');
  });
});
