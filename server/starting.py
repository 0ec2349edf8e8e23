"""What the program says when it starts: how to set it up, and what a phone will miss."""

from collections.abc import Iterable

from streamlit import config

from standards.people import Purpose
from storage.invitations import LIFETIMES, add_invitation
from storage.people import has_owner
from storage.sessions import in_session


def words_at_start(allowed_hosts: Iterable[str]) -> list[str]:
    """Return the lines to print: a set-up link while there is no owner, and what needs HTTPS."""
    is_encrypted = bool(config.get_option("server.sslCertFile"))
    said = []
    with in_session() as session:
        if not has_owner(session):
            token = add_invitation(session, Purpose.SET_UP)
            hours = int(LIFETIMES[Purpose.SET_UP].total_seconds() / 3600)
            said.append(
                f"Nobody owns this Second Visit yet. Open this within {hours} hours to become its owner:\n"
                f"  {own_address(allowed_hosts, is_encrypted=is_encrypted)}/set-up/{token}"
            )
    if not is_encrypted:
        said.append(
            "This server speaks HTTP. Only over HTTPS can phones install Second Visit, and only then can\n"
            "nobody on the network read passwords: put a proxy with a certificate before it, or give it one\n"
            "(README, “Security”)."
        )
    return said


def own_address(allowed_hosts: Iterable[str], *, is_encrypted: bool) -> str:
    """Return where a browser finds this server: under its first name that is one, else on this machine."""
    named = next((host for host in allowed_hosts if "*" not in host), None)
    if named and not is_encrypted:
        # A name without a certificate of ours: the proxy that answers to it brings one.
        return f"https://{named}"
    scheme = "https" if is_encrypted else "http"
    return f"{scheme}://{named or 'localhost'}:{config.get_option('server.port')}"
