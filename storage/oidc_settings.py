"""Single sign-on's settings: read from the environment, each named in the README. None set: there is none."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from standards.people import Role

# The higher of several named roles counts.
_RANK = (Role.SHOPPER, Role.VIEWER, Role.MANAGER, Role.OWNER)
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class OidcSettings:
    """
    Which provider may say who somebody is, and whom it may let in.

    `allowed_domains` are ends of e-mail addresses, in small letters; none lets in only who was invited.
    `roles` gives a role by each value of the claim `role_claim`; without a claim roles are given here.
    """

    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    name: str = "single sign-on"
    allowed_domains: frozenset[str] = frozenset()
    role_claim: str = ""
    roles: Mapping[str, Role] = field(default_factory=lambda: {str(role): role for role in Role})

    def allows(self, email: str) -> bool:
        """Say whether a (verified) address may come in without having been invited."""
        name, _, domain = email.rpartition("@")
        return bool(name) and domain.lower() in self.allowed_domains

    def role_of(self, claims: Mapping[str, Any]) -> Role | None:
        """
        Return the highest role that the claim names; shopper where it names none, or is missing.

        Without a claim in the settings: None, the provider has no say.
        """
        if not self.role_claim:
            return None
        named = claims.get(self.role_claim)
        values = named if isinstance(named, list) else [named]
        found = [self.roles[value] for value in values if isinstance(value, str) and value in self.roles]
        return max(found, key=_RANK.index, default=Role.SHOPPER)


def read_oidc_settings() -> OidcSettings | None:
    """
    Read the settings of single sign-on; None where `SECOND_VISIT_OIDC_ISSUER` is not set.

    Raises:
        ValueError: they are incomplete or unsafe. The program does not start with them: a sign-in that
            silently is not there, or trusts anybody, would be worse.
    """
    issuer = os.environ.get("SECOND_VISIT_OIDC_ISSUER", "").strip()
    if not issuer:
        return None
    client_id = os.environ.get("SECOND_VISIT_OIDC_CLIENT_ID", "").strip()
    if not client_id:
        raise ValueError("SECOND_VISIT_OIDC_ISSUER is set, but SECOND_VISIT_OIDC_CLIENT_ID is not")
    refuse_unsafe(issuer)
    domains = _listed(os.environ.get("SECOND_VISIT_OIDC_ALLOWED_DOMAINS", ""))
    facts: dict[str, Any] = {}
    if name := os.environ.get("SECOND_VISIT_OIDC_NAME", "").strip():
        facts["name"] = name
    if roles := os.environ.get("SECOND_VISIT_OIDC_ROLES", "").strip():
        facts["roles"] = _roles(roles)
    return OidcSettings(
        issuer=issuer,
        client_id=client_id,
        client_secret=os.environ.get("SECOND_VISIT_OIDC_CLIENT_SECRET", "").strip(),
        allowed_domains=frozenset(domain.lower().removeprefix("@") for domain in domains),
        role_claim=os.environ.get("SECOND_VISIT_OIDC_ROLE_CLAIM", "").strip(),
        **facts,
    )


def refuse_unsafe(address: str) -> None:
    """
    Let through addresses that a secret may be sent to.

    Raises:
        ValueError: not over HTTPS, and not on this machine.
    """
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        raise ValueError(f"single sign-on needs https:// and this address has none: {address}")


def _roles(text: str) -> dict[str, Role]:
    found = {}
    for pair in _listed(text):
        value, _, role = pair.rpartition("=")
        if not value or role.strip() not in list(Role):
            known = ", ".join(Role)
            raise ValueError(f"SECOND_VISIT_OIDC_ROLES: “{pair}” is not VALUE=ROLE with a role of {known}")
        found[value.strip()] = Role(role.strip())
    return found


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
