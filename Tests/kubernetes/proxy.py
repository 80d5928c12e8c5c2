"""An API server that is not what it should be: it hands on what it is asked, but for what a test changes."""

import http.server
import json
import pathlib
import ssl
import threading
import urllib.error
import urllib.request


class Exchange:
    """A request on its way; with `is_silent` its answer has no body."""

    def __init__(self, method, target, body):
        self.method, self.target, self.body = method, target, body
        self.is_silent = False


class FaultyServer:
    """Stands before the server of a kubeconfig's first cluster, on plain loopback; `change` is given each `Exchange`."""

    def __init__(self, folder, kubeconfig, change):
        config = json.loads(pathlib.Path(kubeconfig).read_text())
        cluster = config["clusters"][0]["cluster"]
        server = cluster["server"]
        trust = ssl.create_default_context(cafile=cluster.pop("certificate-authority"))

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def carry(self):
                length = int(self.headers.get("Content-Length", 0))
                exchange = Exchange(self.command, self.path, self.rfile.read(length))
                change(exchange)
                with answer_of(exchange, server, self.headers, trust) as answer:
                    self.send_response_only(answer.status)
                    for name in ("Date", "Content-Type"):
                        self.send_header(name, answer.headers[name])
                    self.send_header("Transfer-Encoding", "chunked")
                    self.end_headers()
                    try:
                        # A watch is handed on as it comes, and a client that has seen enough closes the connection.
                        while not exchange.is_silent and (line := answer.readline()):
                            self.wfile.write(b"%x\r\n%s\r\n" % (len(line), line))
                        self.wfile.write(b"0\r\n\r\n")
                    except OSError:
                        self.close_connection = True

            do_GET = do_POST = do_PATCH = do_DELETE = carry

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        cluster["server"] = f"http://127.0.0.1:{self._server.server_port}"
        self.kubeconfig = str(folder / "faulty-kubeconfig")
        pathlib.Path(self.kubeconfig).write_text(json.dumps(config))
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self):
        self._server.shutdown()
        self._server.server_close()


def answer_of(exchange, server, fields, trust):
    """Sends a request on, whatever the answer is."""
    own = ("host", "connection", "content-length")
    request = urllib.request.Request(
        server + exchange.target, data=exchange.body or None, method=exchange.method,
        headers={name: value for name, value in fields.items() if name.lower() not in own})
    try:
        return urllib.request.urlopen(request, context=trust, timeout=60)
    except urllib.error.HTTPError as error:
        return error
