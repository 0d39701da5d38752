"""No test reaches beyond this machine."""

import socket

import pytest
from pytest_socket import SocketConnectBlockedError


def test_other_machines_are_out_of_reach() -> None:
    with socket.socket() as line, pytest.warns(UserWarning, match="allowed"), pytest.raises(SocketConnectBlockedError):
        line.connect(("192.0.2.1", 80))
