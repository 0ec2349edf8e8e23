"""OpenID Connect with one provider: where to send a browser, and who the provider says has come back."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
from authlib.integrations.base_client import OAuthError
from authlib.integrations.httpx_client import AsyncOAuth2Client
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry

from standards.errors import ProviderUnreachable, SignOnRefused
from storage.oidc_settings import OidcSettings, refuse_unsafe
from storage.single_sign_on import OidcAccount

SCOPE = "openid email profile"
_TIMEOUT_SECONDS = 10
# A provider's clock may differ a little from ours.
_LEEWAY_SECONDS = 60
# Signed with the provider's own key. Never "none", and nothing that a shared secret could sign.
_SAFE_ALGORITHMS = frozenset(
    f"{family}{bits}" for family in ("RS", "PS", "ES") for bits in (256, 384, 512)
) | {"EdDSA", "Ed25519"}


@dataclass(frozen=True)
class Asked:
    """What was asked of the provider, kept here until its answer comes; each value is used once."""

    state: str
    nonce: str
    code_verifier: str
    redirect_uri: str


async def authorization_address(settings: OidcSettings, asked: Asked) -> str:
    """
    Return where to send the browser: the provider's sign-in, with PKCE (S256), state and nonce.

    Raises:
        ProviderUnreachable: the provider does not answer as one.
    """
    async with _client(settings, asked.redirect_uri) as client:
        provider = await _discover(client, settings)
        address, _ = client.create_authorization_url(
            provider["authorization_endpoint"],
            state=asked.state,
            code_verifier=asked.code_verifier,
            nonce=asked.nonce,
        )
    return str(address)


async def account_behind(settings: OidcSettings, asked: Asked, code: str, issuer: str | None) -> OidcAccount:
    """
    Exchange a code for an ID token, verify it, and return the account it is about.

    Verified are signature, issuer, audience, expiry, nonce and the hash of the access token.

    Args:
        issuer: what the answer itself names as its issuer, if it does (RFC 9207).
    Raises:
        ProviderUnreachable: the provider does not answer as one.
        SignOnRefused: what it answered does not prove who this is.
    """
    async with _client(settings, asked.redirect_uri) as client:
        provider = await _discover(client, settings)
        wants_issuer = provider.get("authorization_response_iss_parameter_supported") is True
        if issuer != settings.issuer and (wants_issuer or issuer is not None):
            raise _refused(settings, "the answer came from another issuer")
        client.token_endpoint_auth_method = _client_auth(settings, provider)
        try:
            token = await client.fetch_token(
                provider["token_endpoint"],
                grant_type="authorization_code",
                code=code,
                code_verifier=asked.code_verifier,
            )
        except OAuthError as error:
            raise _refused(settings, f"it did not accept the code ({error.error})") from error
        except (httpx2.HTTPError, ValueError) as error:
            raise ProviderUnreachable(provider=settings.name) from error
        keys = await _get(client, settings, provider["jwks_uri"])
        claims = _verified(settings, provider, token, keys, asked.nonce)
        more = await _more_claims(client, settings, provider, claims)
    return _account(more | claims)


def _client(settings: OidcSettings, redirect_uri: str) -> AsyncOAuth2Client:
    return AsyncOAuth2Client(
        client_id=settings.client_id,
        client_secret=settings.client_secret or None,
        scope=SCOPE,
        redirect_uri=redirect_uri,
        code_challenge_method="S256",
        timeout=_TIMEOUT_SECONDS,
        follow_redirects=False,
    )


async def _discover(client: AsyncOAuth2Client, settings: OidcSettings) -> dict[str, Any]:
    """Read what the provider says of itself; the issuer it names must be the one we trust, to the letter."""
    address = settings.issuer.rstrip("/") + "/.well-known/openid-configuration"
    found = await _get(client, settings, address)
    needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if found.get("issuer") != settings.issuer:
        raise _refused(settings, "it names itself as another issuer")
    if not all(isinstance(found.get(name), str) for name in needed):
        raise ProviderUnreachable(provider=settings.name)
    for name in needed:
        refuse_unsafe(found[name])
    return found


async def _get(
    client: AsyncOAuth2Client, settings: OidcSettings, address: str, *, signed: bool = False
) -> dict[str, Any]:
    try:
        answer = await client.request("GET", address, withhold_token=not signed)
        answer.raise_for_status()
        found = answer.json()
    except (httpx2.HTTPError, ValueError) as error:
        raise ProviderUnreachable(provider=settings.name) from error
    if not isinstance(found, dict):
        raise ProviderUnreachable(provider=settings.name)
    return found


def _client_auth(settings: OidcSettings, provider: dict[str, Any]) -> str:
    if not settings.client_secret:
        return "none"
    # OpenID Connect Discovery, section 3: what is left out means client_secret_basic.
    known = provider.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in known else "client_secret_post"


def _verified(
    settings: OidcSettings, provider: dict[str, Any], token: Any, keys: dict[str, Any], nonce: str
) -> dict[str, Any]:
    """
    Return the claims of an ID token that is for us, from our provider, for this very sign-in, and not old.

    Source:
        OpenID Connect Core 1.0, section 3.1.3.7.
    """
    id_token = token.get("id_token")
    if not isinstance(id_token, str):
        raise _refused(settings, "it sent no ID token")
    named = provider.get("id_token_signing_alg_values_supported") or ["RS256"]
    registry = JWSRegistry(algorithms=sorted(_SAFE_ALGORITHMS & set(named)), strict_check_header=False)
    try:
        decoded = jwt.decode(id_token, KeySet.import_key_set(keys), registry=registry)  # type: ignore[arg-type]
        claims = CodeIDToken(
            decoded.claims,
            decoded.header,
            {
                "iss": {"essential": True, "value": settings.issuer},
                "aud": {"essential": True, "value": settings.client_id},
                "exp": {"essential": True},
                "sub": {"essential": True},
            },
            {"nonce": nonce, "client_id": settings.client_id, "access_token": token.get("access_token")},
        )
        claims.validate(leeway=_LEEWAY_SECONDS)
    except (JoseError, ValueError, KeyError, json.JSONDecodeError) as error:
        what = getattr(error, "error", type(error).__name__)
        raise _refused(settings, f"its ID token cannot be trusted ({what})") from error
    audience = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
    if audience != [settings.client_id] or not isinstance(claims["sub"], str):
        # A token for several audiences could be one that another program was given and sent on.
        raise _refused(settings, "its ID token is for another program")
    return dict(claims)


async def _more_claims(
    client: AsyncOAuth2Client, settings: OidcSettings, provider: dict[str, Any], claims: dict[str, Any]
) -> dict[str, Any]:
    """Ask for what the ID token leaves out: many providers put the e-mail address only there."""
    address = provider.get("userinfo_endpoint")
    wanted = {"email", "name", settings.role_claim} - {""}
    if not isinstance(address, str) or wanted <= set(claims):
        return {}
    refuse_unsafe(address)
    found = await _get(client, settings, address, signed=True)
    # OpenID Connect Core 1.0, section 5.3.2: an answer about another subject must not be used.
    if found.get("sub") != claims["sub"]:
        raise _refused(settings, "it answered about another account")
    return found


def _account(claims: dict[str, Any]) -> OidcAccount:
    def text(*names: str) -> str:
        return next((claims[name].strip() for name in names if isinstance(claims.get(name), str)), "")

    email = text("email").lower()
    return OidcAccount(
        subject=claims["sub"],
        email=email,
        # Some providers write the flag as a word.
        email_verified=bool(email) and claims.get("email_verified") in (True, "true"),
        name=text("name", "preferred_username") or email.partition("@")[0],
        claims=claims,
    )


def _refused(settings: OidcSettings, why: str) -> SignOnRefused:
    return SignOnRefused(provider=settings.name, why=why)
