/* The side panel: the protocol as it goes by, and the weather. */

import { get, post } from "./api.js";
import { h, reconcile, replace, toast } from "./dom.js";
import { at } from "./dates.js";
import { icon } from "./icons.js";

const ACK = 3000; // milliseconds an app has to acknowledge
const BECAUSE = {
  trigger: "It used the request's trigger.",
  response_url: "It answered at the request's response_url.",
  view: "It concerns the form that the request opened or sent.",
  during: "It was made while the request alone waited for its ack.",
  likely: "Several requests were waiting; this one fits best.",
  after: "It was made within a second of the ack.",
};
const parts = { filter: "all" };

const SHARES = [
  ["ratelimited", "Answered 429"],
  ["error_before", "500, nothing done"],
  ["error_after", "500, but done"],
  ["hang_before", "Never answered, nothing done"],
  ["hang_after", "Never answered, but done"],
];

/** Build the panel once, inside `host`; it stays empty until it is opened. */
export function buildPanel(host, { toggle }) {
  parts.host = host;
  parts.list = h("ol", { class: "log", "aria-label": "Requests, newest first, each with the calls it caused" });
  parts.faults = h("div", { class: "faults" });
  parts.summary = h("span", { class: "quiet" });
  const filters = [
    ["all", "All"],
    ["to_app", "To the app"],
    ["from_app", "From the app"],
    ["error", "Errors"],
  ].map(([value, label]) =>
    h(
      "button",
      {
        type: "button",
        class: "chip-button",
        "aria-pressed": String(value === "all"),
        data: { value },
        onClick: (event) => filter(event.currentTarget, value),
      },
      label,
    ),
  );
  replace(
    host,
    h(
      "header",
      { class: "side-head" },
      h("h2", {}, "Protocol"),
      parts.summary,
      h("span", { class: "spring" }),
      h(
        "button",
        { type: "button", class: "icon-button", "aria-label": "Close the protocol panel", onClick: toggle },
        icon("close"),
      ),
    ),
    h(
      "div",
      { class: "panel-scroll" },
      h(
        "details",
        { class: "weather" },
        h("summary", {}, icon("bolt"), "Faults", h("span", { class: "weather-now" })),
        parts.faults,
      ),
      h("div", { class: "filters", role: "group", "aria-label": "Show" }, filters),
      parts.list,
    ),
  );
}

export const panelOpen = () => !parts.host.hidden;

/** Open or close it. */
export async function openPanel(open) {
  parts.host.hidden = !open;
  document.body.classList.toggle("panel-open", open);
  clearInterval(parts.poll);
  if (!open) return;
  parts.poll = setInterval(showLog, 2000); // calls that change nothing are announced by nobody
  await Promise.all([showLog(), showFaults()]);
}

function filter(button, value) {
  parts.filter = value;
  for (const each of button.parentElement.children) each.setAttribute("aria-pressed", String(each === button));
  showLog();
}

let waiting = false;

/** Fetch and show the log; calls in quick succession are one. */
export function showLog() {
  if (waiting || parts.host.hidden) return;
  waiting = true;
  setTimeout(async () => {
    waiting = false;
    const answer = await get("log", { limit: 150 });
    if (answer.ok) draw(answer.entries);
  }, 150);
}

const failed = (entry) => Boolean(entry.error) || entry.status >= 400 || (entry.direction === "to_app" && entry.ms > ACK);

/** The newest request first, each followed by the calls that came of it; a call whose request is out of sight stands alone. */
function caused(all) {
  const groups = new Map();
  for (const each of all.filter((one) => one.direction === "to_app")) groups.set(each.request, [each]);
  const alone = [];
  for (const each of all.filter((one) => one.direction === "from_app")) {
    const group = groups.get(each.request);
    if (group) group.push({ ...each, nested: true });
    else alone.push([each]);
  }
  const began = ([first]) => first.at - first.ms / 1000;
  return [...groups.values(), ...alone].sort((one, other) => began(other) - began(one) || other[0].number - one[0].number).flat();
}

function draw(all) {
  const wanted = (each) => parts.filter === "all" || (parts.filter === "error" ? failed(each) : each.direction === parts.filter);
  const entries = caused(all).filter(wanted);
  const slow = all.filter((each) => each.direction === "to_app").reduce((most, each) => Math.max(most, each.ms), 0);
  parts.summary.textContent = slow ? `slowest ack ${Math.round(slow)} ms of 3 000` : "";
  reconcile(parts.list, entries, {
    key: (each) => String(each.number),
    signature: (each) => `${each.ms}${each.status}${each.error}${each.nested}`,
    build: row,
  });
  if (!entries.length) replace(parts.list, h("li", { class: "quiet pad", "data-key": "none" }, "Nothing yet. Type a command."));
}

function row(entry) {
  const inward = entry.direction === "to_app";
  const took = inward && entry.ms > ACK ? "late" : inward && entry.ms > ACK / 2 ? "slow" : "";
  const meter = inward ? h("span", { class: `meter ${took}`, title: "Ack time against 3 s" }, bar(entry.ms / ACK)) : null;
  const body = h("div", { class: "log-body" });
  const open = (event) => event.target.open && fill(body, entry);
  return h(
    "li",
    { class: `log-row ${inward ? "to-app" : "from-app"} ${failed(entry) ? "bad" : ""} ${entry.nested ? "nested" : ""}` },
    h(
      "details",
      { onToggle: open },
      h(
        "summary",
        {},
        h(
          "span",
          { class: "log-arrow", title: inward ? "to the app" : "from the app" },
          inward ? "→" : "←",
          h("span", { class: "sr" }, inward ? "to the app" : "from the app"),
        ),
        h(
          "span",
          { class: "log-kind" },
          entry.kind,
          entry.attempt ? h("span", { class: "quiet" }, ` retry ${entry.attempt}`) : null,
        ),
        h("span", { class: "log-error" }, entry.error || (entry.status && entry.status !== 200 ? String(entry.status) : "")),
        meter,
        h("span", { class: "log-ms" }, `${entry.ms < 10 ? entry.ms.toFixed(1) : Math.round(entry.ms)} ms`),
      ),
      body,
    ),
  );
}

/** All that one request carried, fetched when somebody looks. */
async function fill(body, entry) {
  if (body.childElementCount) return;
  const answer = await get("entry", { number: entry.number });
  const whole = answer.ok ? answer.entry : entry;
  const late = entry.direction === "to_app" && entry.ms > ACK ? " · later than the 3 s that Slack waits" : "";
  replace(
    body,
    h("div", { class: "quiet" }, at(entry.at).toLocaleTimeString("en-GB"), ` · status ${entry.status}${late}`),
    entry.nested && BECAUSE[entry.because] ? h("div", { class: "quiet" }, BECAUSE[entry.because]) : null,
    detail("Payload", whole.payload),
    detail("Answer", whole.answer),
  );
}

function bar(share) {
  const node = h("i");
  node.style.width = `${Math.min(100, Math.max(2, share * 100))}%`;
  return node;
}

function detail(label, text) {
  if (!text) return null;
  return [h("div", { class: "log-label" }, label), h("pre", { tabindex: 0, "aria-label": label }, readable(text))];
}

function readable(text) {
  try {
    return JSON.stringify(typeof text === "string" ? JSON.parse(text) : text, null, 2);
  } catch {
    return String(text);
  }
}

// --- faults

async function showFaults() {
  const [faults, settings] = await Promise.all([get("faults"), get("settings")]);
  if (faults.ok) controls(faults, settings.ok ? settings : {});
}

/** One thing done to the wire, and what came of it. */
async function once(path, body, said) {
  const done = await post(path, body);
  toast(done.ok ? said(done) : done.error, { bad: !done.ok });
  showLog();
}

function controls(now, settings) {
  const change = async (values, path = "faults") => {
    const answer = await post(path, values);
    if (!answer.ok) return toast(answer.error, { bad: true });
    showFaults();
  };
  const fair = async () => {
    await post("settings", { plan: "pro", rate_limits: false, token_error: "" });
    await change({ clear: true });
  };
  const number = (name, label, scale, unit, step) => {
    const id = `fault-${name}`;
    return h(
      "div",
      { class: "fault-row" },
      h("label", { for: id }, label),
      h("input", {
        id,
        type: "number",
        min: 0,
        max: unit === "%" ? 100 : null,
        step,
        class: "field",
        value: String(Math.round((now[name] ?? 0) * scale)),
        onChange: (event) => change({ [name]: Number(event.target.value) / scale }),
      }),
      h("span", { class: "quiet" }, unit),
    );
  };
  const choice = (name, label, options, { path = "faults", held = now[name] ?? "" } = {}) => {
    const id = `fault-${name}`;
    return h(
      "div",
      { class: "fault-row" },
      h("label", { for: id }, label),
      h(
        "select",
        { id, class: "field select", onChange: (event) => change({ [name]: options[event.target.selectedIndex][0] }, path) },
        options.map(([value, text]) => h("option", { value: String(value), selected: held === value }, text)),
      ),
    );
  };
  const set = (name, label, options) => choice(name, label, options, { path: "settings", held: settings[name] });
  replace(
    parts.faults,
    number("latency", "Latency of each call", 1000, "ms", 50),
    number("jitter", "Jitter on top", 1000, "ms", 50),
    SHARES.map(([name, label]) => number(name, label, 100, "%", 5)),
    number("retry_after", "Retry-After", 1, "s", 1),
    number("history_lag", "History lags by", 1, "s", 1),
    choice("outage", "Outage", [
      ["", "none"],
      ["503", "every call 503"],
      ["drop", "connections cut"],
    ]),
    choice("redeliver", "Redelivery", [
      ["", "none"],
      ["at_once", "everything twice, at once"],
      ["later", "everything twice, later"],
    ]),
    set("rate_limits", "Rate limits", [
      [false, "off"],
      [true, "as Slack's tiers"],
    ]),
    set("plan", "The workspace's plan", [
      ["pro", "paid"],
      ["free", "free: no canvases, no groups"],
    ]),
    set("token_error", "The app's token", [
      ["", "works"],
      ["token_revoked", "revoked"],
      ["invalid_auth", "unknown"],
      ["account_inactive", "of a deactivated bot"],
    ]),
    h(
      "div",
      { class: "fault-buttons" },
      h("button", { type: "button", class: "button small", onClick: fair }, "Fair weather"),
      h(
        "button",
        {
          type: "button",
          class: "button small",
          onClick: () => once("redeliver", { n: 1 }, (done) => `Sent ${done.redelivered} again`),
        },
        "Redeliver the last request",
      ),
      h(
        "button",
        {
          type: "button",
          class: "button small",
          onClick: () => once("disconnect", { drop: true }, (done) => `Dropped ${done.connections} connections`),
        },
        "Drop the socket",
      ),
    ),
  );
  const bad = [
    now.outage && "outage",
    now.latency && `${Math.round(now.latency * 1000)} ms`,
    ...SHARES.map(([name, label]) => now[name] && `${label} ${Math.round(now[name] * 100)} %`),
    now.redeliver && "redelivery",
    settings.token_error && "bad token",
    settings.rate_limits && "rate limits",
    settings.plan === "free" && "free plan",
  ].filter(Boolean);
  parts.host.querySelector(".weather-now").textContent = bad.length ? bad.join(", ") : "fair weather";
  parts.host.querySelector(".weather").classList.toggle("stormy", bad.length > 0);
}
