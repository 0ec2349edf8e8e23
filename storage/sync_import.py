"""Importing what a phone has exported: the same visit under the same id, as if the phone had sent it."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlmodel import Session

from standards.documents import Sending, VisitDocument
from standards.errors import ExportUnusable, PhotosNotThere
from standards.people import Person
from standards.visits import State
from storage.bulk import insert_waiting
from storage.pictures import Picture
from storage.sync_photos import receive_photo
from storage.syncing import StoredVisit, put_visit


def import_visit(
    session: Session,
    document: VisitDocument,
    sending: Sending,
    pictures: Mapping[UUID, tuple[Picture, str]],
    *,
    by: Person,
    received_at: datetime,
) -> StoredVisit:
    """
    Store a visit with its photos in one go; importing it again changes nothing.

    Args:
        pictures: by the photo's id, with the SHA-256 of the bytes that the export held.
    Raises:
        ExportUnusable, and what `put_visit` and `receive_photo` raise: nothing was changed.
    """
    if pictures.keys() - {photo.id for photo in document.photos}:
        raise ExportUnusable(why="it holds a photo that its visit does not name")
    # What others of this transaction have stored is not to be undone with what is begun here.
    insert_waiting(session)
    try:
        # It may be here already, photos and all; what is found missing undoes what this has begun.
        with session.begin_nested():
            stored = put_visit(session, document, sending, by=by, received_at=received_at)
    except PhotosNotThere:
        draft = replace(document, state=State.DRAFT)
        stored = put_visit(session, draft, sending, by=by, received_at=received_at)
    if all(is_here for _, is_here in stored.photos) and stored.state is not State.DRAFT:
        return stored
    for photo_id, (picture, sha256) in pictures.items():
        receive_photo(session, document.id, photo_id, None, picture, sha256, by=by)
    whole = replace(document, base_revision=stored.revision)
    found = put_visit(session, whole, sending, by=by, received_at=received_at)
    return replace(found, is_new=stored.is_new)
