/* The sandbox's control API: what a person's hands do, and what their eyes see. */

const DOWN = "The local workspace does not answer. Is it still running?";

async function answer(request) {
  let response;
  try {
    response = await request;
  } catch {
    return { ok: false, error: DOWN };
  }
  try {
    const body = await response.json();
    return response.ok ? { ok: true, ...body } : { ok: false, error: DOWN, ...body };
  } catch {
    return { ok: false, error: `The local workspace answered ${response.status}, which this page does not understand.` };
  }
}

/** Ask; never throws: a failure is `{ok: false, error: "sentence"}`. */
export function get(path, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value !== undefined && value !== null && value !== "");
  return answer(fetch(`/control/${path}?${new URLSearchParams(given)}`, { headers: { accept: "application/json" } }));
}

/** Do; never throws either. */
export function post(path, body) {
  return answer(
    fetch(`/control/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }),
  );
}

/**
 * Hear of every change until the returned function is called. A browser allows few connections to one place, so of all
 * tabs here one holds the stream and tells the others; when it goes, the next takes over.
 */
export function listen(as, { changed, connected }) {
  const told = new BroadcastChannel("changes");
  const leaving = new AbortController();
  const hear = ({ what, on }) => (on === undefined ? changed(what) : connected(on));
  const tell = (news) => {
    hear(news);
    told.postMessage(news);
  };
  told.onmessage = (event) => hear(event.data);
  const lead = () =>
    new Promise((resolve) => {
      if (leaving.signal.aborted) return resolve(); // the lock may be granted in the moment of leaving
      const source = new EventSource(`/control/stream?as=${encodeURIComponent(as)}`);
      source.onopen = () => tell({ on: true });
      source.onerror = () => tell({ on: false });
      source.onmessage = (event) => tell({ what: JSON.parse(event.data).changed ?? [] });
      leaving.signal.addEventListener("abort", () => (source.close(), resolve()));
    });
  if (navigator.locks) navigator.locks.request("changes", { signal: leaving.signal }, lead).catch(() => {});
  else lead();
  return () => {
    leaving.abort();
    told.close();
  };
}
