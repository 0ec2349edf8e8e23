"""What a phone needs to record without signal: channels, editions, and its person's open visits."""

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlmodel import Session, col

from standards.documents import VisitDocument
from standards.editions import Edition
from standards.people import Person
from standards.visits import Channel
from storage.channels import get_channel, list_channels
from storage.editions import editions_of, in_use
from storage.sync_documents import open_documents
from storage.tables import EditionRow


@dataclass(frozen=True)
class Sheets:
    """Channels to visit, editions by the names of their sets, and the visits that wait for their shopper."""

    channels: tuple[Channel, ...]
    editions: tuple[Edition, ...]
    visits: tuple[VisitDocument, ...]


def sheets_for(session: Session, person: Person) -> Sheets:
    """
    Return what a person can record: open channels with the newest edition in use of each set.

    Channels and editions of visits that are open already come along, whatever has become of them since.
    """
    visits = open_documents(session, person)
    newest = (
        select(func.max(col(EditionRow.number)).label("number"), col(EditionRow.set_id).label("set_id"))
        .where(*in_use())
        .group_by(col(EditionRow.set_id))
        .subquery()
    )
    wanted = select(col(EditionRow.id)).join(
        newest,
        (newest.c.set_id == col(EditionRow.set_id)) & (newest.c.number == col(EditionRow.number)),
    )
    ids = {*session.execute(wanted).scalars(), *(visit.edition_id for visit in visits)}
    editions = editions_of(session, [edition_id for edition_id in ids if edition_id is not None])
    channels = {channel.id: channel for channel in list_channels(session)}
    for visit in visits:
        if visit.channel_id not in channels and (closed := get_channel(session, visit.channel_id)):
            channels[closed.id] = closed
    return Sheets(
        channels=tuple(channels.values()),
        editions=tuple(sorted(editions.values(), key=lambda edition: (edition.set_name, -edition.number))),
        visits=tuple(visits),
    )
