"""A server that answers what a test says."""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Dict, List, Tuple

Answer = Tuple[int, Dict[str, str], Any]


class PlayedServer:
    """Every request is kept; `answer` decides what is said, and None cuts the connection."""

    def __init__(self, answer: Callable[[Dict[str, Any]], Any]):
        requests: List[Dict[str, Any]] = []
        self.requests = requests

        class Handler(BaseHTTPRequestHandler):
            def _serve(self) -> None:
                length = int(self.headers.get("content-length") or 0)
                text = self.rfile.read(length)
                request = {
                    "method": self.command,
                    "path": self.path,
                    "key": self.headers.get("idempotency-key"),
                    "bearer": self.headers.get("authorization"),
                    "body": json.loads(text) if text else None,
                }
                requests.append(request)
                said = answer(request)
                if said is None:
                    self.connection.close()
                    return
                status, headers, body = said
                payload = json.dumps(body).encode()
                self.send_response(status)
                for name, value in {**headers, "content-length": str(len(payload))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = do_PUT = _serve

            def log_message(self, *_: Any) -> None:
                pass

        class Quiet(ThreadingHTTPServer):
            def handle_error(self, *_: Any) -> None:
                pass

        self._server = Quiet(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "PlayedServer":
        return self

    def __exit__(self, *_: Any) -> None:
        self._server.shutdown()
        self._server.server_close()
