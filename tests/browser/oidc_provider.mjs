// A real OpenID provider with made-up accounts, for the tests of single sign-on. What an account is called
// decides what is wrong with its ID token: the provider signs the wrong thing with its right key.
//
// node oidc_provider.mjs NODE_MODULES_FOLDER PORT REDIRECT_URI...

import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [folder, port, ...redirectUris] = process.argv.slice(2);
const require = createRequire(join(folder, 'here.js'));
const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));
const jose = await import(pathToFileURL(require.resolve('jose')));

const issuer = `http://127.0.0.1:${port}`;
const algorithm = 'RS256';
const { privateKey } = await jose.generateKeyPair(algorithm, { extractable: true });
const key = { ...(await jose.exportJWK(privateKey)), kid: 'the-key', use: 'sig', alg: algorithm };
const { privateKey: foreignKey } = await jose.generateKeyPair(algorithm);

const now = () => Math.floor(Date.now() / 1000);
const accounts = {
  anna: { email: 'anna@company.example', email_verified: true, name: 'Anna', groups: ['staff'] },
  mira: { email: 'mira@company.example', email_verified: true, name: 'Mira', groups: ['staff', 'shop-leads'] },
  stranger: { email: 'stranger@elsewhere.example', email_verified: true, name: 'Stranger' },
  unverified: { email: 'unverified@company.example', email_verified: false, name: 'Unverified' },
};
const faults = {
  'wrong-audience': (claims) => ({ ...claims, aud: 'another-program' }),
  'two-audiences': (claims) => ({ ...claims, aud: [claims.aud, 'another-program'], azp: claims.aud }),
  expired: (claims) => ({ ...claims, iat: now() - 7200, exp: now() - 3600 }),
  'wrong-issuer': (claims) => ({ ...claims, iss: 'https://another.example' }),
  'foreign-key': (claims) => claims,
  unsigned: (claims) => claims,
};
for (const name of Object.keys(faults)) {
  accounts[name] = { email: `${name}@company.example`, email_verified: true, name };
}

async function spoilt(idToken) {
  const claims = jose.decodeJwt(idToken);
  const wrong = faults[claims.sub]?.(claims);
  if (!wrong) return idToken;
  if (claims.sub === 'unsigned') return new jose.UnsecuredJWT(wrong).encode();
  const signedWith = claims.sub === 'foreign-key' ? foreignKey : privateKey;
  return new jose.SignJWT(wrong).setProtectedHeader({ alg: algorithm, kid: key.kid }).sign(signedWith);
}

const provider = new Provider(issuer, {
  clients: [
    { client_id: 'second-visit', client_secret: 'only-for-tests', redirect_uris: redirectUris },
  ],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
  features: { devInteractions: { enabled: true } },
  jwks: { keys: [key] },
  pkce: { required: () => true },
  cookies: { keys: ['only for tests'] },
  findAccount: (_, id) => accounts[id] && { accountId: id, claims: () => ({ sub: id, ...accounts[id] }) },
  // Nobody is asked whether Second Visit may know their address.
  loadExistingGrant: async (ctx) => {
    const grant = new ctx.oidc.provider.Grant({
      clientId: ctx.oidc.client.clientId,
      accountId: ctx.oidc.session.accountId,
    });
    grant.addOIDCScope('openid email profile');
    await grant.save();
    return grant;
  },
});
provider.use(async (ctx, next) => {
  await next();
  if (ctx.oidc?.route === 'token' && ctx.body?.id_token) ctx.body.id_token = await spoilt(ctx.body.id_token);
});
// What fails in the provider is no fault of ours; the log says so.
provider.on('server_error', (_ctx, error) => console.error(error));
provider.listen(Number(port), '127.0.0.1', () => console.log(`ready at ${issuer}`));
