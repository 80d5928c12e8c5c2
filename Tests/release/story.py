"""The simulator that steps in a root work against, and what surrounds it: a proxy and a resolver of names."""

from __future__ import annotations

import json
import os
import random
import shlex
import socket
import socketserver
import ssl
import subprocess
import tempfile
import threading
import time
import urllib.request
from pathlib import Path
from typing import Any

from roots import PROJECT


class Simulator:
    """A simulated Astra Control outside of the root; ends with the `with` that it is used in."""

    def __init__(self, speed: float = 20) -> None:
        program = os.environ.get("ASTRA_SIMULATOR", str(PROJECT / ".build" / "debug" / "astra-simulator"))
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        scenario = PROJECT / "Fixtures" / "scenarios" / "magento.json"
        command = [program, "--scenario", str(scenario), "--port", "0", "--dir", str(folder), "--speed", str(speed)]
        self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        for _ in range(6000):
            if (folder / "env").exists():
                break
            if self._process.poll() is not None:
                raise RuntimeError("the simulator did not start")
            time.sleep(0.01)
        lines = [line.partition("=") for line in shlex.split((folder / "env").read_text())]
        self.environment = {name: value for name, _, value in lines}
        self.authority = (folder / "ca.pem").read_bytes()
        self.port = int((folder / "port").read_text())
        self._trust = ssl.create_default_context(cafile=str(folder / "ca.pem"))

    def __enter__(self) -> Simulator:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._folder.cleanup()

    def control(self, endpoint: str, body: Any = None) -> Any:
        """Asks, or meddles with, the simulated world."""
        request = urllib.request.Request(
            f"https://127.0.0.1:{self.port}/_simulator/{endpoint}",
            data=None if body is None else json.dumps(body).encode(),
        )
        opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=self._trust)
        )
        with opener.open(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def application(self, name: str) -> dict[str, Any]:
        """An application as it is now."""
        ones = [one for one in self.control("world")["applications"] if one["name"] == name]
        assert len(ones) == 1, f"{len(ones)} applications are called {name}"
        return dict(ones[0])


class Proxy(socketserver.ThreadingTCPServer):
    """A proxy for HTTPS that hands everything on to one port of this machine, and keeps what it was asked for."""

    daemon_threads = True

    def __init__(self, target: int) -> None:
        super().__init__(("127.0.0.1", 0), _Tunnel)
        self.target = target
        self.asked: list[str] = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class _Tunnel(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, Proxy)
        server.asked.append(self.rfile.readline().decode().strip())
        while self.rfile.readline().strip():
            pass
        with socket.create_connection(("127.0.0.1", server.target)) as onward:
            self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_copy, args=(onward, self.connection), daemon=True)
            back.start()
            _copy(self.connection, onward)
            back.join()


def _copy(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        pass


class Resolver:
    """A name server on port 53 of a loopback address of its own: one name has one address, and no other name exists."""

    def __init__(self, name: str, address: str) -> None:
        self._name = b"".join(bytes([len(part)]) + part.encode() for part in name.split(".")) + b"\0"
        self._answer = socket.inet_aton(address)
        self.asked = 0
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        while True:
            self.address = f"127.53.{random.randrange(256)}.{random.randrange(1, 255)}"
            try:
                self._socket.bind((self.address, 53))
                break
            except OSError as error:
                if error.errno != 98:
                    raise
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(4096)
            end = query.index(b"\0", 12) + 1
            question, kind = query[12 : end + 4], query[end : end + 2]
            is_known = query[12:end].lower() == self._name
            has_address = is_known and kind == b"\0\1"
            self.asked += 1
            flags = b"\x81\x80" if is_known else b"\x81\x83"
            counts = b"\0\1" + (b"\0\1" if has_address else b"\0\0") + b"\0\0\0\0"
            record = b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4" + self._answer if has_address else b""
            self._socket.sendto(query[:2] + flags + counts + question + record, sender)
