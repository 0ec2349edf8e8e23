"""Pages as somebody signed in sees them: a stored person and session, and `st.user` as the door sets it."""

from html import unescape
from pathlib import Path
from typing import Any

from streamlit.components.v2.component_manager import BidiComponentManager
from streamlit.testing.v1 import AppTest

from standards.people import Person, Role
from storage.door_sessions import hash_token, open_session
from storage.people import add_account, person_of_email
from storage.sessions import in_session

FRAME = Path(__file__).parents[2] / "pages" / "frame.py"


def a_person(role: Role = Role.OWNER, name: str = "", **given: Any) -> Person:
    """Return the person of this name, stored where they are new."""
    name = name or f"The {role}"
    email = f"{name.lower().replace(' ', '.')}@example.com"
    with in_session() as session:
        return person_of_email(session, email) or add_account(session, name, email, role, **given)


def user_of(person: Person) -> dict[str, Any]:
    """Open a session for a person and return what the door then hands to the pages."""
    with in_session() as session:
        token = open_session(session, person.id, device="A phone")
    return {"session": hash_token(token), "person": str(person.id)}


def page_of(person: Person | None = None) -> AppTest:
    """Return a browser tab of a person, an owner unless told, that has opened nothing yet."""
    test = AppTest.from_file(str(FRAME), default_timeout=30)
    test.user = user_of(person or a_person())
    # No package brings a component. Asking every package takes longer than most pages, at every tab.
    test._bidi_component_manager = BidiComponentManager()
    return test


def open_page(page: str = "home.py", person: Person | None = None, /, **address: str) -> AppTest:
    """Open a page by its address, with these parameters in it."""
    test = page_of(person)
    return open_in(test, page, **address)


def open_in(test: AppTest, page: str = "home.py", /, **address: str) -> AppTest:
    """Open a page in a tab, as if its address were typed."""
    # A page that was not run before is opened by its address alone, also where nobody offers it.
    test._registered_pages = {}
    test._page_hash = ""
    if page != "home.py":
        test.switch_page(page)
    for name, value in address.items():
        test.query_params[name] = value
    test.run()
    assert not test.exception
    return test


def said_on(test: AppTest) -> str:
    """Return every word a page shows, people's own words unescaped."""
    shown = [
        *test.title, *test.header, *test.subheader, *test.markdown, *test.caption, *test.text,
        *test.info, *test.warning, *test.error, *test.success, *test.get("html"),
    ]  # fmt: skip
    return unescape("\n".join(str(getattr(e, "value", None) or e.proto.body) for e in shown))


def tap(test: AppTest, label: str) -> AppTest:
    """Tap the first button of this label."""
    found = [button for button in test.button if button.label == label]
    assert found, [button.label for button in test.button]
    found[0].click().run()
    assert not test.exception
    return test
