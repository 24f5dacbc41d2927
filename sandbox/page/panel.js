/* The side panel: the protocol as it goes by, and the weather. */

import { get, post } from "./api.js";
import { h, reconcile, replace, toast } from "./dom.js";
import { at } from "./dates.js";
import { icon } from "./icons.js";

const ACK = 3000; // milliseconds an app has to acknowledge
const LINGERS = 1; // seconds after the ack in which a call still counts as caused by it
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

/**
 * The newest request first, each followed by the calls that the app made from its start until shortly after its ack. Where
 * several are open what a person did counts before events, and messages (mostly the app's own echo) not at all.
 */
function caused(all) {
  const groups = [];
  const began = (each) => each.at - each.ms / 1000;
  for (const each of [...all].sort((one, other) => began(one) - began(other) || one.number - other.number)) {
    const open = groups.filter(([request]) => request.direction === "to_app" && began(each) < request.at + LINGERS);
    const request =
      open.findLast(([one]) => !one.kind.startsWith("event:")) ?? open.findLast(([one]) => one.kind !== "event:message");
    if (each.direction === "from_app" && request && began(each) < request[0].at + LINGERS)
      request.push({ ...each, nested: true });
    else groups.push([each]);
  }
  return groups.reverse().flat();
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
  return h(
    "li",
    { class: `log-row ${inward ? "to-app" : "from-app"} ${failed(entry) ? "bad" : ""} ${entry.nested ? "nested" : ""}` },
    h(
      "details",
      {},
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
      h(
        "div",
        { class: "log-body" },
        h("div", { class: "quiet" }, at(entry.at).toLocaleTimeString("en-GB"), ` · status ${entry.status}`),
        detail("Payload", entry.payload),
        detail("Answer", entry.answer),
      ),
    ),
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
  const answer = await get("faults");
  if (answer.ok) controls(answer);
}

/** One thing done to the wire, and what came of it. */
async function once(path, body, said) {
  const done = await post(path, body);
  toast(done.ok ? said(done) : done.error, { bad: !done.ok });
  showLog();
}

function controls(now) {
  const change = async (values) => {
    const answer = await post("faults", values);
    if (!answer.ok) return toast(answer.error, { bad: true });
    showFaults();
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
  const choice = (name, label, options) => {
    const id = `fault-${name}`;
    return h(
      "div",
      { class: "fault-row" },
      h("label", { for: id }, label),
      h(
        "select",
        { id, class: "field select", onChange: (event) => change({ [name]: event.target.value }) },
        options.map(([value, text]) => h("option", { value, selected: (now[name] ?? "") === value }, text)),
      ),
    );
  };
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
    h(
      "div",
      { class: "fault-buttons" },
      h("button", { type: "button", class: "button small", onClick: () => change({ clear: true }) }, "Fair weather"),
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
  ].filter(Boolean);
  parts.host.querySelector(".weather-now").textContent = bad.length ? bad.join(", ") : "fair weather";
  parts.host.querySelector(".weather").classList.toggle("stormy", bad.length > 0);
}
