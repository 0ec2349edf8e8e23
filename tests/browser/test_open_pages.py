"""A page that stays open while its session ends, its person is removed, or their role changes elsewhere."""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest
from playwright.sync_api import Browser, Page, expect
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState
from streamlit.proto.ForwardMsg_pb2 import BackendOperationResponse, ForwardMsg
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from server.requests import COOKIE
from standards.people import Person, Role
from storage.brands import list_brands
from storage.door_sessions import end_session, hash_token, open_session
from storage.people import add_account, change_account, remove_account
from storage.sessions import close_database, in_session
from storage.visits import get_visit, start_visit
from tests.browser.conftest import PHONE, PROJECT, Server, settle, visit_page
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.server.behind_door import asked_for

NOTE = "the kettle on the counter"


@pytest.fixture
def shopper(data_folder) -> Person:
    # Without an owner everybody would be led to set one up.
    person_called("Olive", Role.OWNER)
    return person_called("Ann", Role.SHOPPER)


def person_called(name: str, role: Role) -> Person:
    with in_session() as session:
        return add_account(session, name, f"{name.lower()}@company.example", role)


def visited_by(person: Person, *, submitted: bool) -> UUID:
    visit_id = uuid4()
    with in_session(by=person.id) as session:
        channel = a_channel(session, a_brand(session, "Ours", is_own=True), "Tinkers Lane", area="North")
        edition = an_edition(session)
        start_visit(session, visit_id, channel.id, edition.id, shopper_id=person.id)
        answers: dict[str, float] | None = None if submitted else {}
        a_visit(session, channel, edition, answers, visit_id=visit_id, submitted=submitted, notes={"A": NOTE})
    return visit_id


def signed_in_as(person: Person) -> str:
    with in_session() as session:
        token = open_session(session, person.id, device="Firefox on Linux")
    close_database()
    return token


def on_the_command_line(*arguments: str) -> None:
    """Run a command in a process of its own, as an operator does."""
    subprocess.run(
        [sys.executable, "-m", "storage", *arguments], cwd=PROJECT, check=True, capture_output=True
    )


def sign_out_everybody(_person: Person, _token: str) -> None:
    on_the_command_line("end-sessions")


def end_this_device(_person: Person, token: str) -> None:
    with in_session() as session:
        end_session(session, hash_token(token))


def remove(person: Person, _token: str = "") -> None:
    with in_session() as session:
        remove_account(session, person.id)


ENDINGS: list[Callable[[Person, str], None]] = [remove, end_this_device, sign_out_everybody]


class Tab:
    """What a browser's tab is to the server: a websocket on which pages are asked for and sent."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.name = ""
        self.files: list[str] = []

    def open(self, page: str, query: str = "") -> bytes:
        """Ask for a page; return all that comes until it has been drawn."""
        self.send(BackMsg(rerun_script=ClientState(page_name=page, query_string=query)))
        return self.drawn()

    def ask_for(self, file_id: str) -> None:
        """Ask for a file that is made when it is asked for."""
        self.send(asked_for(request_id="1", session_id=self.name, deferred_file={"file_id": file_id}))

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def next(self) -> ForwardMsg:
        data = self.socket.recv(timeout=30)
        assert isinstance(data, bytes)
        message = ForwardMsg()
        message.ParseFromString(data)
        return message

    def drawn(self) -> bytes:
        came, self.files = [], []
        while True:
            message = self.next()
            came.append(message.SerializeToString())
            if message.HasField("new_session"):
                self.name = message.new_session.initialize.session_id
            if button := message.delta.new_element.download_button.deferred_file_id:
                self.files.append(button)
            if message.HasField("script_finished"):
                return b"".join(came)

    def answer(self) -> BackendOperationResponse:
        """Return the answer to what was asked for; a page that is drawn meanwhile is passed over."""
        while not (message := self.next()).HasField("backend_operation_response"):
            pass
        return message.backend_operation_response


@contextmanager
def tab_of(server: Server, token: str, *more: str) -> Iterator[Tab]:
    with connect(
        f"{server.address.replace('http', 'ws', 1)}/_stcore/stream",
        origin=Origin(server.address),
        additional_headers={"Cookie": f"{COOKIE}={token}"},
        subprotocols=[Subprotocol(one) for one in ("streamlit", *more)],
        max_size=None,
    ) as socket:
        yield Tab(socket)


def test_an_open_connection_of_an_ended_session_is_sent_nothing_more(server, shopper):
    visit_id = visited_by(shopper, submitted=True)
    for turn, end in enumerate(ENDINGS):
        manager = person_called(f"Mona{turn}", Role.MANAGER)
        token = signed_in_as(manager)
        with tab_of(server, token) as tab:
            assert NOTE.encode() in tab.open("read_visits", f"visit={visit_id}")
            end(manager, token)
            for page, query in (("read_visits", f"visit={visit_id}"), ("read_visits", ""), ("", "")):
                sent = tab.open(page, query)
                assert b"/sign-in?next=" in sent
                assert b"Tinkers Lane" not in sent
                assert NOTE.encode() not in sent
        with pytest.raises(InvalidStatus, match="403"), tab_of(server, token):
            pass


def test_a_connection_shows_what_the_new_role_may_see(server, shopper):
    visit_id = visited_by(shopper, submitted=True)
    manager = person_called("Mona", Role.MANAGER)
    with tab_of(server, signed_in_as(manager)) as tab:
        assert NOTE.encode() in tab.open("read_visits", f"visit={visit_id}")
        make_shopper(manager)
        for page, query in (
            ("read_visits", f"visit={visit_id}"),
            ("read_visits", ""),
            ("manage_channels", ""),
        ):
            sent = tab.open(page, query)
            assert b"Tinkers Lane" not in sent
            assert NOTE.encode() not in sent
        assert b"No visit is here for you to read yet" in tab.open("read_visits")


def make_shopper(person: Person, _token: str = "") -> None:
    with in_session() as session:
        change_account(session, person.id, name=person.name, role=Role.SHOPPER)


def test_a_file_is_made_only_for_who_may_have_it_when_it_is_asked_for(server, shopper):
    visited_by(shopper, submitted=True)
    changes: tuple[tuple[str, Callable[[Person], None], bytes], ...] = (
        ("Mona", make_shopper, b"Start a visit"),
        ("Nina", remove, b"/sign-in?next="),
    )
    for name, change, drawn in changes:
        manager = person_called(name, Role.MANAGER)
        with tab_of(server, signed_in_as(manager)) as tab:
            tab.open("export_files")
            [scores, _observations] = tab.files
            tab.ask_for(scores)
            assert tab.answer().deferred_file.url.startswith("/media/")
            change(manager)
            # In place of an answer the page is drawn anew.
            tab.ask_for(scores)
            assert drawn in tab.drawn()
            tab.ask_for(scores)
            assert tab.answer().error_msg if change is make_shopper else drawn in tab.drawn()


def test_a_colleague_who_knows_the_name_of_an_open_page_is_sent_nothing_of_it(server, shopper):
    visit_id = visited_by(shopper, submitted=True)
    token, colleague = signed_in_as(shopper), signed_in_as(person_called("Ben", Role.SHOPPER))
    with tab_of(server, token) as tab:
        assert NOTE.encode() in tab.open("read_visits", f"visit={visit_id}")
        name = tab.name
        with tab_of(server, colleague, "no-token", name) as other:
            assert NOTE.encode() not in other.open("read_visits", f"visit={visit_id}")
            assert other.name != name
    # The page is closed now, and would be taken up again by who comes back to it.
    with tab_of(server, colleague, "no-token", name) as other:
        other.open("")
        assert other.name != name
    with tab_of(server, token, "no-token", name) as tab:
        tab.open("")
        assert tab.name == name


HEARTBEAT = BackMsg(app_heartbeat=True)
UNUSED = [
    BackMsg(load_git_info=True),
    BackMsg(clear_cache=True),
    BackMsg(set_run_on_save=True),
    BackMsg(debug_shutdown_runtime=True),
    asked_for(request_id="1", install_skills={}),
    asked_for(request_id="1", dismiss_skills_nudge={}),
]


def test_what_no_page_of_ours_sends_is_not_answered(server, shopper):
    with tab_of(server, signed_in_as(shopper)) as tab:
        tab.open("")
        tab.send(HEARTBEAT)
        while not tab.next().HasField("heartbeat_ack"):
            pass
        for message in UNUSED:
            if message.HasField("backend_operation_request"):
                message.backend_operation_request.session_id = tab.name
            tab.send(message)
        tab.send(HEARTBEAT)
        assert tab.next().WhichOneof("type") == "heartbeat_ack"


@pytest.fixture
def recording(server: Server, phone: Page, shopper: Person) -> UUID:
    """Open a draft on a phone, at its first touchpoint."""
    visit_id = visited_by(shopper, submitted=False)
    come_in(phone, server, signed_in_as(shopper))
    visit_page(phone, f"{server.address}/record_visit?visit={visit_id}&step=Till")
    expect(phone.get_by_text("Tinkers Lane")).to_be_visible()
    return visit_id


def come_in(page: Page, server: Server, token: str) -> None:
    page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.address}])


def assert_is_led_to_sign_in(phone: Page, visit_id: UUID) -> None:
    link = phone.get_by_role("link", name="Sign in")
    expect(link).to_be_visible(timeout=30_000)
    settle(phone)
    expect(phone.get_by_text("Tinkers Lane")).to_have_count(0)
    expect(phone.get_by_role("button", name="No", exact=True)).to_have_count(0)
    link.tap()
    expect(phone).to_have_title("Sign in · Second Visit")
    expect(phone).to_have_url(re.compile(rf"/sign-in\?next=.*record_visit.*{visit_id}"))
    with in_session(read_only=True) as session:
        assert all(observation.verdict is None for observation in get_visit(session, visit_id).observations)


@pytest.mark.parametrize("end", ENDINGS, ids=lambda end: end.__name__)
def test_a_tap_on_an_open_page_of_an_ended_session_stores_nothing(phone, recording, shopper, end):
    [cookie] = [cookie for cookie in phone.context.cookies() if cookie["name"] == COOKIE]
    end(shopper, cookie["value"])
    phone.get_by_role("button", name="No", exact=True).first.tap()
    assert_is_led_to_sign_in(phone, recording)


def test_a_phone_is_signed_out_from_another_device(server, phone, chromium: Browser, recording, shopper):
    context = chromium.new_context(viewport=PHONE)
    other = context.new_page()
    come_in(other, server, signed_in_as(shopper))
    visit_page(other, f"{server.address}/your_account")
    other.get_by_role("button", name="Sign out", exact=True).click()
    settle(other)
    context.close()
    phone.get_by_role("button", name="No", exact=True).first.tap()
    assert_is_led_to_sign_in(phone, recording)


def test_a_tap_on_an_open_page_counts_by_the_new_role(server, phone, shopper):
    manager = person_called("Mona", Role.MANAGER)
    visited_by(shopper, submitted=True)
    come_in(phone, server, signed_in_as(manager))
    visit_page(phone, f"{server.address}/manage_channels")
    phone.get_by_text("Add a brand").tap()
    phone.get_by_label("Name", exact=True).filter(visible=True).fill("Corner Shop")
    make_shopper(manager)
    phone.get_by_role("button", name="Add the brand").tap()
    expect(phone.get_by_role("heading", name="Second Visit")).to_be_visible(timeout=30_000)
    expect(phone.get_by_text("Tinkers Lane")).to_have_count(0)
    with in_session(read_only=True) as session:
        assert [brand.name for brand in list_brands(session)] == ["Ours"]
