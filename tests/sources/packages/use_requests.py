"""requests: a whole exchange with a server in this process, and the certificates, which are a resource of certifi."""

import http.server
import threading

import certifi
import requests


class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(b'{"path": "%s"}' % self.path.encode())

    def log_message(self, *_):
        pass


server = http.server.HTTPServer(("127.0.0.1", 0), Answer)
threading.Thread(target=server.serve_forever, daemon=True).start()
session = requests.Session()
session.trust_env = False
answer = session.get(f"http://127.0.0.1:{server.server_port}/tea", params={"cups": 3})
assert answer.json() == {"path": "/tea?cups=3"}
server.shutdown()
assert "BEGIN CERTIFICATE" in certifi.contents()
modules = requests, certifi


def fail():
    session.get("nowhere://host")
