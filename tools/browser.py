"""Chromium without a window: pictures of pages, and what axe finds on them."""

import json
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIETLY = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
)
_PLACES = Path(__file__).parent / "pages" / "node_modules"
AXE = _PLACES / "axe-core" / "axe.min.js"
CHECKER = _PLACES / "vnu-jar" / "build" / "dist" / "vnu.jar"
INSTALL = "npm install --no-package-lock --prefix tools/pages"

_HARNESS = """<!DOCTYPE html><html lang="en" style="color-scheme: %(scheme)s"><title>harness</title>
<body style="margin:0"><script>
(async () => {
  const axe = await (await fetch("/axe.js")).text(), found = {};
  for (const name of %(names)s) {
    const frame = document.createElement("iframe");
    frame.style = "border:0;width:%(width)dpx;height:900px";
    document.body.append(frame);
    await new Promise(done => { frame.onload = done; frame.src = "/" + name; });
    const script = frame.contentDocument.createElement("script");
    script.textContent = axe;
    frame.contentDocument.head.append(script);
    const how = { resultTypes: ["violations"], iframes: false };
    const told = await frame.contentWindow.axe.run(frame.contentDocument, how);
    found[name] = told.violations.map(one => ({ id: one.id, impact: one.impact, help: one.help,
      nodes: one.nodes.map(node => node.html.slice(0, 200) + " " + (node.failureSummary || "").slice(0, 300)) }));
    frame.remove();
  }
  await fetch("/found", { method: "POST", body: JSON.stringify(found) });
})().catch(fault => fetch("/found", { method: "POST", body: JSON.stringify({ fault: String(fault) }) }));
</script>"""


@dataclass(frozen=True)
class Finding:
    """``impact`` is ``minor``, ``moderate``, ``serious`` or ``critical``."""

    rule: str
    impact: str
    said: str
    places: tuple[str, ...]


def browser() -> str | None:
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def picture(url: str, target: Path, *, width: int, height: int) -> None:
    """A picture of a page in a window of that size."""
    found = browser()
    if found is None:
        raise SystemExit("No Chromium found. Install one first.")
    with tempfile.TemporaryDirectory() as spare:
        size = (f"--window-size={width},{height}", "--virtual-time-budget=4000")
        command = [found, *QUIETLY, *size, f"--user-data-dir={spare}", f"--screenshot={target}", url]
        subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603


def axe(folder: Path, names: Sequence[str], *, width: int, dark: bool) -> Mapping[str, list[Finding]]:
    """What axe finds on each page (a path in ``folder``) in a window so wide. Raises RuntimeError if it did not run."""
    found = browser()
    if found is None:
        raise RuntimeError("no Chromium")
    harness = _HARNESS % {"scheme": "dark" if dark else "light", "names": json.dumps(list(names)), "width": width}
    with _serving(folder, harness) as (url, told), tempfile.TemporaryDirectory() as spare:
        scheme = f"--blink-settings=preferredColorScheme={0 if dark else 1}"
        window = ("--window-size=1400,1000", scheme, f"--user-data-dir={spare}", f"{url}/harness")
        process = subprocess.Popen(  # noqa: S603
            [found, *QUIETLY, *window], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        try:
            if not told.done.wait(180):
                raise RuntimeError("axe said nothing for three minutes")
        finally:
            process.terminate()
            process.wait(20)
    if "fault" in told.found:
        raise RuntimeError(f"axe did not run: {told.found['fault']}")
    return {
        name: [Finding(one["id"], one["impact"], one["help"], tuple(one["nodes"])) for one in some]
        for name, some in told.found.items()
    }


class _Told:
    def __init__(self) -> None:
        self.done = threading.Event()
        self.found: dict[str, Any] = {}


@contextmanager
def _serving(folder: Path, harness: str) -> Iterator[tuple[str, _Told]]:
    told = _Told()

    class Handler(SimpleHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/harness":
                self._give(harness.encode(), "text/html; charset=utf-8")
            elif self.path == "/axe.js":
                self._give(AXE.read_bytes(), "text/javascript; charset=utf-8")
            else:
                super().do_GET()

        def do_POST(self) -> None:
            told.found = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            self._give(b"", "text/plain")
            told.done.set()

        def _give(self, content: bytes, sort: str) -> None:
            self.send_response(200)
            self.send_header("Content-Type", sort)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: object) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", told
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
