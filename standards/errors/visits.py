"""Problems met while a visit is recorded, its photos are taken, and things are stored and named."""

from standards.errors.problem import Problem


class UnknownStandard(Problem):
    code = "VISIT-1"
    text = (
        "Standard {standard} is not part of this visit's edition. "
        "Everything else is kept. Open the visit again to load its own standards."
    )


class VisitClosed(Problem):
    code = "VISIT-2"
    text = (
        "This visit is {state} and can no longer be changed. Everything in it is kept. "
        "Start a new visit to record something else."
    )


class VisitNotFound(Problem):
    code = "VISIT-3"
    text = "There is no visit at this address. Nothing was changed. Open it from Home or Visits instead."


class WaitStillOpen(Problem):
    code = "VISIT-4"
    text = (
        "A wait is still open ({count}), so this visit cannot be submitted yet. Your answers are saved. "
        "Close each wait when the reply comes, or stop waiting."
    )


class NothingRecorded(Problem):
    code = "VISIT-5"
    text = (
        "No standard has an answer yet, so there is nothing to submit. "
        "Your notes and photos are saved. Answer at least one standard."
    )


class NoEditionForKind(Problem):
    code = "VISIT-6"
    text = (
        "No published standard set has standards for a channel of kind {kind}. Nothing was changed. "
        "Take a set from the library on the Standards page first."
    )


class ChannelClosed(Problem):
    code = "VISIT-7"
    text = (
        "The channel “{name}” is closed, so no visit to it can be started. Nothing was changed. "
        "Choose another channel, or open it again on the Channels page."
    )


class ValueNotAllowed(Problem):
    code = "VALUE-1"
    text = "“{value}” is not a value for this standard: {allowed}. What was saved before is kept."


class PhotoUnreadable(Problem):
    code = "PHOTO-1"
    text = (
        "Photo {number} cannot be read: {why}. Your answers are saved. "
        "Take the photo again as JPEG, PNG, WebP or HEIC, or send the visit without it."
    )


class PhotoTooLarge(Problem):
    code = "PHOTO-2"
    text = (
        "Photo {number} is {size_mb:.0f} MB and the limit is {limit_mb:.0f} MB. "
        "Your answers are saved. Take the photo again, or send the visit without it."
    )


class PhotoTooManyPixels(Problem):
    code = "PHOTO-3"
    text = (
        "Photo {number} has {megapixels:.0f} megapixels and the limit is {limit:.0f}. "
        "Your answers are saved. Take it with a smaller setting, or send the visit without it."
    )


class TooManyPhotos(Problem):
    code = "PHOTO-4"
    text = (
        "This visit already has {limit} photos, which is the limit, so photo {number} was not stored. "
        "Your answers and the other photos are saved. Remove one to make room, or go on without it."
    )


class NoRoomLeft(Problem):
    code = "STORE-1"
    text = (
        "The server has no room left, so this could not be stored. What was saved before is safe. "
        "Tell whoever runs Second Visit, and try again later."
    )


class StoreBusy(Problem):
    code = "STORE-2"
    text = (
        "The database did not answer in time, so this last change was not stored. "
        "What was saved before is safe. Wait a moment and do it once more."
    )


class PhotosUnknown(Problem):
    code = "STORE-3"
    text = (
        "The database knows none of the {count} photo files in {folder}, so it is probably not the one they "
        "belong to. Nothing was deleted. Look at SECOND_VISIT_DATABASE_URL and SECOND_VISIT_DATA; with --all "
        "they are deleted all the same."
    )


class NameTaken(Problem):
    code = "NAME-1"
    text = "There is already a {thing} called “{name}”. Nothing was changed. Choose another name."


class NameMissing(Problem):
    code = "NAME-2"
    text = "The {thing} has no name yet. Nothing was changed. Type a name of 1 to {limit} characters."


class OwnBrandExists(Problem):
    code = "NAME-3"
    text = (
        "Your own brand is already “{name}”, and there can be only one. Nothing was changed. "
        "Store “{other}” as a competitor, or rename your own brand on the Channels page."
    )
