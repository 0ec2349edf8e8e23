"""Problems met while a phone and the server bring a visit to the same state."""

from standards.errors.problem import Problem


class VisitMoved(Problem):
    code = "SYNC-1"
    text = (
        "This visit was changed elsewhere since this phone last read it, or is submitted already. "
        "Nothing was overwritten: the server keeps its own, and this phone keeps yours. "
        "Keep yours as a copy, or take the server’s."
    )


class PhotosNotThere(Problem):
    code = "SYNC-2"
    text = (
        "The visit names {count} of its photos that the server does not have, or has otherwise. "
        "Nothing was changed, and the photos are safe on the phone. Send them, then the visit once more."
    )


class DocumentTooOld(Problem):
    code = "SYNC-3"
    text = (
        "This recorder is too old for the server: it writes version {schema}, and {oldest} is the oldest "
        "that is read. Nothing was changed, and the visit is safe on the phone. Open the recorder while you "
        "have signal, let it update, and send the visit again."
    )


class DocumentTooNew(Problem):
    code = "SYNC-4"
    text = (
        "This recorder is newer than the server: it writes version {schema}, and the server reads up to "
        "{newest}. Nothing was changed, and the visit is safe on the phone. "
        "Tell whoever runs Second Visit to update the server."
    )


class OtherPhoto(Problem):
    code = "SYNC-5"
    text = (
        "The server has another photo under this one’s id. Nothing was overwritten, and both are safe. "
        "Add the photo to the visit once more."
    )


class PlaceUnknown(Problem):
    code = "SYNC-6"
    text = (
        "The server does not know the channel or the standards this visit was made with. Nothing was "
        "changed, and the visit is safe on the phone. "
        "Keep its export file, and tell whoever runs Second Visit."
    )


class ExportUnusable(Problem):
    code = "SYNC-7"
    text = "This file was not imported: {why}. Nothing was changed. Export the visit from the phone again."
