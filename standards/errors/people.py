"""Problems of people, passwords, links, sign-in and the door."""

from standards.errors.problem import Problem


class EmailNotUsable(Problem):
    code = "PERSON-1"
    text = "“{email}” is not an e-mail address. Nothing was changed. Type it like name@example.com."


class EmailTaken(Problem):
    code = "PERSON-2"
    text = (
        "There is already a person with the e-mail address {email}. Nothing was changed. "
        "Change that person, or use another address."
    )


class LastOwner(Problem):
    code = "PERSON-3"
    text = (
        "{name} is the only owner, so this was not done. Nothing was changed. "
        "Make somebody else an owner first."
    )


class PersonNotFound(Problem):
    code = "PERSON-4"
    text = "There is no such person, or they were removed. Nothing was changed. Open People again."


class PasswordTooShort(Problem):
    code = "PASSWORD-1"
    text = (
        "The password has {length} characters and needs at least {least}. It was not stored. "
        "Any characters will do: four or five words in a row are easy to remember."
    )


class PasswordTooLong(Problem):
    code = "PASSWORD-2"
    text = "The password has more than {most} characters. It was not stored. Choose a shorter one."


class PasswordTooCommon(Problem):
    code = "PASSWORD-3"
    text = (
        "This password is among the first that others try, so it was not stored. "
        "Choose another: four or five words that do not belong together."
    )


class LinkNotUsable(Problem):
    code = "LINK-1"
    text = (
        "This link has expired, was used already, or is not whole. Nothing was changed. "
        "Ask an owner of Second Visit for a new one."
    )


class SignInRefused(Problem):
    code = "SIGN-IN-1"
    text = (
        "The e-mail address and the password do not belong together. Nothing was changed. "
        "Try again, or ask an owner for a link to set a new password."
    )


class SignInTooSoon(Problem):
    code = "SIGN-IN-2"
    text = (
        "There were too many tries from here. Nothing was changed. Wait {seconds} seconds and try again, "
        "or ask an owner for a link to set a new password."
    )


class SignOnStale(Problem):
    code = "SIGN-ON-1"
    text = (
        "This sign-in was answered already, was begun in another browser, or took longer than {minutes} "
        "minutes. Nobody was signed in. Start again from the sign-in page."
    )


class SignOnRefused(Problem):
    code = "SIGN-ON-2"
    text = (
        "The answer of {provider} does not prove who you are: {why}. Nobody was signed in. "
        "Try again; if it happens again, tell whoever runs Second Visit."
    )


class ProviderUnreachable(Problem):
    code = "SIGN-ON-3"
    text = (
        "{provider} did not answer as it should. Nobody was signed in. "
        "Try again in a minute, or sign in with e-mail address and password."
    )


class NotInvited(Problem):
    code = "SIGN-ON-4"
    text = (
        "The account {email} has no access to Second Visit. Nobody was signed in. "
        "Ask an owner for an invitation, or sign in with another account."
    )


class EmailNotVerified(Problem):
    code = "SIGN-ON-5"
    text = (
        "{provider} does not say that your e-mail address is verified. Nobody was signed in. "
        "Verify it there, or ask an owner of Second Visit for an invitation and choose a password."
    )


class SignedOut(Problem):
    code = "DOOR-1"
    text = (
        "You are not signed in here any more, so nothing was changed just now. "
        "What was stored before is safe. Sign in again to go on."
    )


class NotAllowed(Problem):
    code = "DOOR-2"
    text = "This is not yours to do. Nothing was changed. Ask an owner of Second Visit if it should be."


class CurrentPasswordWrong(Problem):
    code = "PASSWORD-4"
    text = "The current password is another. Nothing was changed. Type it again, or ask an owner for a link."


class PasswordsDiffer(Problem):
    code = "PASSWORD-5"
    text = "The two passwords are not the same. Nothing was changed. Type the new password twice."
