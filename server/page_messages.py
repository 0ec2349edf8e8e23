"""What an open page sends over its websocket: what of it our pages use, and what stands in for the rest."""

from contextlib import suppress

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ClientState_pb2 import ClientState

# What a page needs to run, and to take away what it has shown. Not: clear everybody's cache, tell which
# files of the program were changed, write files for a coding agent beside it.
_USED = frozenset({"rerun_script", "stop_script", "app_heartbeat", "file_urls_request"})
_USED_OPERATIONS = frozenset({"deferred_file", "dataframe_chunk"})


def is_used(message: bytes) -> bool:
    """Say whether our pages send such a message; what is no message is Streamlit's to refuse."""
    sent = BackMsg()
    try:
        sent.ParseFromString(message)
    except Exception:  # protobuf's own differs with its implementation
        return True
    if sent.WhichOneof("type") == "backend_operation_request":
        return sent.backend_operation_request.WhichOneof("payload") in _USED_OPERATIONS
    return sent.WhichOneof("type") in _USED


def only_run_again(message: bytes) -> bytes:
    """
    Return what a page is sent in place of a message that is not obeyed: run again, with nothing pressed.

    The page then says that the session has ended, or shows what the new role may see. Buttons' callbacks
    and fragments, which would run before or without it, do not.
    """
    asked = BackMsg()
    with suppress(Exception):  # what is no message becomes an empty one
        asked.ParseFromString(message)
    wanted = asked.rerun_script
    state = ClientState(
        query_string=wanted.query_string,
        page_script_hash=wanted.page_script_hash,
        page_name=wanted.page_name,
        # Holds the address that the way to sign in leads back to.
        context_info=wanted.context_info,
    )
    return bytes(BackMsg(rerun_script=state).SerializeToString())
