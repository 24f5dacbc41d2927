/* The guided first minute: one step at a time above everything, done when the workspace says so. What its file may say:
   `say` is mrkdwn; `go` is a place (`as` and `channel` as in an address; "@unread" is whoever has an unread direct message,
   "@app" the app's messages) and `label` its button; `point` marks what the step speaks of: `{"button": text}`,
   `{"file": true}`, `{"field": true}` or `{"face": name or "@unread"}`. */

import { get, post } from "./api.js";
import { lookAt } from "./channel.js";
import { announce, h, replace } from "./dom.js";
import { icon, iconButton, opens } from "./icons.js";
import { showKeys } from "./keys.js";
import { dialog, menu } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { whenReleased } from "./press.js";
import { sceneAddress } from "./scenes.js";
import { workspace } from "./workspace.js";

const parts = { said: "", pointed: "" };
let guide = { steps: [], at: 0, scenes: {} };
let asking = false;
let again = false;
let told = 0;

/** Build the strip once, inside `host`. */
export function buildGuide(host) {
  parts.host = host;
}

const dismissed = () => sessionStorage.getItem("guide") === "away";

/** Where a visitor without an address begins: a hash, or "". */
export async function beginning() {
  await ask();
  const { as, channel } = guide.start ?? {};
  return guide.steps.length && (as || channel) ? address({ as, channel }) : "";
}

const address = ({ as = "", channel = "" }) =>
  `#${new URLSearchParams(Object.entries({ as, channel }).filter(([, value]) => value))}`;

async function ask() {
  parts.asked = true;
  const since = told;
  const answer = await get("guide");
  if (answer.ok && since === told) guide = { scenes: {}, ...answer }; // else it is older than what was told meanwhile
}

/** Look how far it has come, and show it; calls in quick succession are one. */
export async function showGuide() {
  if (asking) return void (again = true);
  asking = true;
  if (!parts.asked || (guide.steps.length && !dismissed())) await ask();
  asking = false;
  draw();
  if (again) {
    again = false;
    showGuide();
  }
}

function draw() {
  const { steps, at } = guide;
  const shown = steps.length > 0 && !dismissed();
  parts.host.hidden = !shown;
  const step = shown ? steps[at] : null;
  const sign = JSON.stringify([shown, at, workspace.as, step && wayThere(step)]);
  if (parts.sign !== sign) {
    parts.sign = sign;
    replace(parts.host, shown ? (step ? waiting(step) : finished()) : []);
    if (shown && parts.said !== String(at)) {
      parts.said = String(at);
      announce(parts.host.querySelector(".guide-words").textContent);
    }
  }
  inForm(step);
  point(step);
}

function waiting(step) {
  const { steps, at } = guide;
  const way = wayThere(step);
  const go =
    way && h("button", { type: "button", class: "button small", onClick: () => (location.hash = address(step.go)) }, way);
  const next =
    step.until.click && h("button", { type: "button", class: "button small", onClick: () => tell({ done: at }) }, "Next");
  return [
    progress(at, steps.length),
    h(
      "div",
      { class: "guide-words" },
      h("b", {}, `${at + 1} of ${steps.length} · ${step.title ?? ""} `),
      h("span", {}, mrkdwn(step.say)),
    ),
    go,
    next,
    away(),
  ];
}

/** What leads to where a step is done, in a word; nothing for whoever is there, as the right person. */
function wayThere({ go }) {
  if (!go) return null;
  const { as, channel, label = "Go there" } = go;
  const read = as === "@unread" && workspace.newSince(workspace.channelId) !== null; // it was for whoever is reading it
  const who = as === "@unread" ? workspace.waitingOne() : workspace.people.find((each) => [each.id, each.name].includes(as))?.id;
  const isMe = !as || who === workspace.as;
  const isHere =
    !channel || (channel === "@app" ? workspace.isApp(workspace.channel()) : workspace.named(channel)?.id === workspace.channelId);
  if (isHere && (isMe || read)) return null;
  return isMe ? "Go there" : label;
}

function finished() {
  const took = guide.took ? ` That took ${minutes(guide.took)}.` : "";
  return [
    progress(1, 1),
    h("div", { class: "guide-words" }, h("b", {}, `Done.${took} `), h("span", {}, mrkdwn(guide.end ?? ""))),
    h("button", { type: "button", class: "button small", onClick: () => tell({ over: true }) }, "Once more"),
    away(),
  ];
}

const minutes = (seconds) => (seconds < 60 ? `${seconds} seconds` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`);

function progress(done, all) {
  const bar = h("i");
  bar.style.width = `${(100 * done) / all}%`;
  return h("div", { class: "guide-bar", "aria-hidden": "true" }, bar);
}

const away = () => iconButton("close", "Put the guide away", () => (sessionStorage.setItem("guide", "away"), draw()));

async function tell(what) {
  told += 1;
  const answer = await post("guide", what);
  told += 1;
  if (answer.ok) guide = { ...guide, ...answer };
  if (what.over && guide.start) location.hash = address(guide.start);
  draw();
}

/** A form lies above the strip, so the words of a step that is done here stand in it too. */
function inForm(step) {
  const body = document.querySelector("dialog.modal[open] .modal-body");
  const note = body?.querySelector(".guide-note");
  if (!body || !step || wayThere(step)) return note?.remove();
  if (note?.dataset.at === String(guide.at)) return;
  note?.remove();
  body.prepend(
    h("p", { class: "guide-note", "data-at": String(guide.at) }, h("b", {}, `${step.title ?? ""} `), mrkdwn(step.say)),
  );
}

// --- pointing at things

function point(step) {
  const wanted = step ? [step.point ?? []].flat().flatMap(targets) : [];
  for (const each of document.querySelectorAll(".pointed")) if (!wanted.includes(each)) each.classList.remove("pointed");
  for (const each of wanted) each.classList.add("pointed");
  const sign = `${guide.at}/${workspace.as}/${workspace.channelId}`;
  const buried = wanted.filter((each) => each.closest(".message-scroll"));
  if (!buried.length || parts.pointed === sign) return;
  parts.pointed = sign;
  requestAnimationFrame(() => whenReleased(() => lookAt(buried.at(-1))));
}

function targets(what) {
  const all = (selector) => [...document.querySelectorAll(selector)].filter((each) => each.checkVisibility());
  const named = (each) => each.textContent.trim() === what.button;
  if (what.button) return all("#main .button, dialog[open] .button").filter(named).slice(-1); // the newest
  if (what.file) return all("#main .file-open").slice(-1);
  if (what.field) return all("#main .composer-box");
  const face =
    what.face === "@unread"
      ? workspace.waitingOne()
      : workspace.people.find((each) => [each.id, each.name].includes(what.face))?.id;
  return face && face !== workspace.as ? all(`[data-face="${CSS.escape(face)}"]`) : [];
}

// --- the menu

/** The button that opens the guide, the scenes and the list of keys. */
export function guideButton() {
  const node = h(
    "button",
    {
      type: "button",
      class: "top-button",
      "aria-label": "Guide and scenes",
      title: "Guide, scenes and keys",
      ...opens("menu"),
      onClick: () => open(node),
    },
    icon("flag"),
    h("span", { class: "wide-only" }, "Guide"),
  );
  return node;
}

function open(button) {
  const names = Object.entries(guide.scenes);
  const back = () => {
    sessionStorage.removeItem("guide");
    if (guide.at >= guide.steps.length) return tell({ over: true });
    parts.sign = "";
    showGuide();
  };
  const first = guide.steps.length ? [{ label: guide.title, icon: "flag", run: back }, { line: true }] : [];
  const ready = names.map(([name, scene]) => ({
    label: scene.title ?? name,
    icon: "bolt",
    run: () => (location.hash = sceneAddress(name)),
  }));
  menu(
    button,
    [
      ...first,
      ...(ready.length ? [{ heading: "Scenes" }, ...ready, { line: true }] : []),
      { label: "This place at phone width", icon: "eye", run: () => (location.hash = `${location.hash}&width=phone`) },
      { label: "Addresses of scenes", icon: "link", run: showAddresses },
      { label: "Keyboard shortcuts", icon: "info", hint: "Ctrl /", run: showKeys },
    ],
    { label: "Guide and scenes" },
  );
}

/** The scenes as links to give to others, and the words of which an address is made. */
function showAddresses() {
  const row = (address, says) =>
    h("li", {}, h("a", { href: address }, h("code", {}, address)), h("div", { class: "quiet" }, says));
  const own = Object.entries(guide.scenes).map(([name, scene]) => row(sceneAddress(name), scene.title ?? ""));
  dialog(
    "Addresses of scenes",
    h(
      "ul",
      { class: "addresses" },
      own,
      row("#as=bob&channel=general", "As bob, in #general. A channel may be a pattern such as inc-*: the newest that fits."),
      row("#as=alice&channel=general&text=/", "With something in the message field already."),
      row("#panel=1", "With the protocol panel open."),
      row("#theme=dark&width=phone", "Dark, and as wide as a phone."),
    ),
  );
}
