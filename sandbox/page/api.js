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
  return answer(fetch(`/control/${path}`, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) }));
}

/** Hear of every change that concerns a person, until the returned function is called. */
export function listen(as, { changed, connected }) {
  const source = new EventSource(`/control/stream?as=${encodeURIComponent(as)}`);
  source.onopen = () => connected(true);
  source.onerror = () => connected(false);
  source.onmessage = (event) => {
    try {
      changed(JSON.parse(event.data).changed ?? []);
    } catch {
      changed([]);
    }
  };
  return () => source.close();
}
