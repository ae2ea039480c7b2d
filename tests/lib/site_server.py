"""`python site_server.py DIRECTORY`: serves it on a port of this host, which is printed.

`/wait` is answered once somebody asked for `/done`, or after half a minute: a page that has an image from there is not
loaded before, and a browser that shows what it has at the end of loading waits for what a script does.
"""

from __future__ import annotations

import functools
import http.server
import sys
import threading


class Handler(http.server.SimpleHTTPRequestHandler):
    done = threading.Event()

    def do_GET(self):
        if self.path == "/wait":
            self.done.wait(30)
            self.done.clear()
        if self.path == "/done":
            self.done.set()
        if self.path in ("/wait", "/done"):
            self.send_error(404)
        else:
            super().do_GET()


if __name__ == "__main__":
    handler = functools.partial(Handler, directory=sys.argv[1])
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
