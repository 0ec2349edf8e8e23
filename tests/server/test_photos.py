"""Photos are shown through our own route only, as nothing but a picture."""

from uuid import uuid4

import pytest
from httpx2 import Response

from standards.people import Role
from standards.visits import Photo
from storage.people import person_of_email
from storage.photo_files import photo_path
from storage.photos import add_photo, keep_picture, remove_photo
from storage.sessions import in_session
from tests.builders import a_brand, a_channel, a_visit, an_edition
from tests.pictures import sent, upright
from tests.server.behind_door import HERE, Browser, a_person


@pytest.fixture
def photo() -> Photo:
    with in_session() as session:
        visit = a_visit(session, a_channel(session, a_brand(session)), an_edition(session), submitted=False)
        return add_photo(session, visit.id, "A", sent("JPEG", upright((600, 400))))


def ask(path: str, method: str = "GET", **headers: str) -> Response:
    with in_session() as session:
        manager = person_of_email(session, "olive@company.example")
    browser = Browser().sign_in(manager or a_person("Olive", Role.MANAGER))
    return browser.ask(method, path, headers | {"Origin": HERE})


@pytest.mark.parametrize("thumbnail", [False, True])
def test_a_photo_is_shown_as_a_picture_and_nothing_else(thumbnail, photo):
    answer = ask(f"/photos/{photo.id}{'/thumbnail' if thumbnail else ''}")
    assert answer.status_code == 200
    assert answer.content == photo_path(photo.sha256, thumbnail=thumbnail).read_bytes()
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "private, max-age=3600"
    assert answer.headers["content-disposition"] == 'inline; filename="photo.jpg"'


def test_the_tag_is_the_hash_of_what_is_sent(photo):
    full, thumbnail = (ask(f"/photos/{photo.id}{end}").headers["etag"] for end in ("", "/thumbnail"))
    assert full == f'"{photo.sha256}"' != thumbnail


@pytest.mark.parametrize("sent_tag", ['"{}"', 'W/"{}"', '"another", "{}"', "*"])
def test_a_phone_that_has_the_photo_is_not_sent_it_again(sent_tag, photo):
    answer = ask(f"/photos/{photo.id}", **{"If-None-Match": sent_tag.format(photo.sha256)})
    assert (answer.status_code, answer.content) == (304, b"")
    assert answer.headers["etag"] == f'"{photo.sha256}"'
    assert answer.headers["cache-control"].startswith("private")


def test_a_phone_that_has_another_photo_is_sent_this_one(photo):
    answer = ask(f"/photos/{photo.id}", **{"If-None-Match": f'"{"0" * 64}"'})
    assert answer.status_code == 200


@pytest.mark.parametrize("end", ["", "/thumbnail"])
@pytest.mark.parametrize("name", ["unknown", "no-id", "..%2f..%2fsecond_visit.db", "%00", "1" * 5000])
def test_an_unknown_photo_is_not_found(name, end, photo):
    asked = str(uuid4()) if name == "unknown" else name
    answer = ask(f"/photos/{asked}{end}")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")


def test_a_removed_photo_and_a_lost_file_are_not_found(photo):
    photo_path(photo.sha256, thumbnail=True).unlink()
    assert ask(f"/photos/{photo.id}/thumbnail").status_code == 404
    with in_session() as session:
        remove_photo(session, photo.id)
    assert ask(f"/photos/{photo.id}").status_code == 404


def test_a_photo_is_only_read(photo):
    assert ask(f"/photos/{photo.id}", "HEAD").status_code == 200
    for method in ("POST", "PUT", "DELETE"):
        assert ask(f"/photos/{photo.id}", method).status_code == 404
    assert ask(f"/photos/{photo.id}").status_code == 200


@pytest.mark.parametrize("thumbnail", [False, True])
def test_a_picture_of_no_visit_is_shown_in_the_same_way(thumbnail):
    with in_session() as session:
        sha256 = keep_picture(session, sent("JPEG", upright((600, 400))))
    answer = ask(f"/pictures/{sha256}{'/thumbnail' if thumbnail else ''}")
    assert answer.content == photo_path(sha256, thumbnail=thumbnail).read_bytes()
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"


def test_a_visits_photo_is_no_picture_of_no_visit(photo):
    assert ask(f"/pictures/{photo.sha256}").status_code == 404
    assert ask("/pictures/nothing/thumbnail").status_code == 404
