/* The middle: one channel or direct message, or the app's Home. */

import { aboutChannel } from "./about.js";
import { h, replace } from "./dom.js";
import { Composer } from "./composer.js";
import { emoji } from "./emoji.js";
import { showHome } from "./home.js";
import { icon, opens } from "./icons.js";
import { closePopover, popover } from "./menus.js";
import { announceNew, showMessages } from "./messages.js";
import { anchor, mrkdwn, plainWords } from "./mrkdwn.js";
import { authorName, avatar, channelMark } from "./people.js";
import { whenReleased } from "./press.js";
import { SHOWN, visit, workspace } from "./workspace.js";

const ANSWERS = 8000; // milliseconds in which what only I can see is taken for the answer to what I have just done
const parts = {};

/** Build the pane once, inside `host`. */
export function buildChannel(host) {
  parts.head = h("header", { class: "channel-head" });
  parts.tabs = h("nav", { class: "tabs", "aria-label": "App", hidden: true });
  parts.bar = h("nav", { class: "bookmarks", "aria-label": "Bookmarks and pins", hidden: true });
  parts.list = h("ol", { class: "messages", "aria-label": "Messages" });
  parts.intro = h("div", { class: "intro" });
  parts.scroll = h(
    "div",
    { class: "message-scroll", role: "region", "aria-label": "Conversation" },
    h("div", { class: "grow" }),
    parts.intro,
    parts.list,
  );
  parts.home = h("div", { class: "home-scroll", hidden: true });
  parts.latest = h("button", { type: "button", class: "latest", hidden: true, onClick: () => toEnd() });
  parts.composer = new Composer(() => ({ channel: workspace.channelId, placeholder: `Message ${spoken(workspace.channel())}` }));
  parts.composer.node.addEventListener("sent", toEnd);
  parts.stop = h("div", { class: "composer-stop", hidden: true });
  keepTheEnd();
  replace(
    host,
    parts.head,
    parts.tabs,
    parts.bar,
    h("div", { class: "message-frame" }, parts.scroll, parts.latest),
    parts.home,
    h("div", { class: "composer-place" }, parts.composer.node, parts.stop),
  );
}

/** Whoever reads the end goes on doing so when the pane becomes narrower or its messages grow. */
function keepTheEnd() {
  const size = () => `${parts.scroll.clientWidth}/${parts.scroll.clientHeight}/${parts.scroll.scrollHeight}`;
  let known = "";
  const scrolled = () => {
    if (atEnd()) parts.ended = true;
    else if (size() === known) parts.ended = false; // otherwise it is the browser that moved, not the reader
    offerLatest();
  };
  const settle = () => {
    if (parts.ended) toEnd();
    known = size();
  };
  const resized = new ResizeObserver(() => whenReleased(settle));
  parts.scroll.addEventListener("scroll", scrolled, { passive: true });
  for (const each of [parts.scroll, parts.list, parts.intro]) resized.observe(each);
}

function offerLatest() {
  if (parts.latest.hidden) replace(parts.latest, icon("down"), "Latest messages");
  parts.latest.hidden = atEnd();
}

const spoken = (channel) => (!channel ? "" : channel.kind === "im" ? workspace.title(channel) : `#${channel.name}`);
const atEnd = () => parts.scroll.scrollHeight - parts.scroll.scrollTop - parts.scroll.clientHeight < 80;
const toEnd = () => (parts.scroll.scrollTop = parts.scroll.scrollHeight);

export const focusComposer = () => parts.composer.focus();
export const writeText = (text) => parts.composer.write(text);

/** Bring it up to date; `moved` when another channel has been entered. */
export function showChannel({ moved = false, wanted = null } = {}) {
  if (wanted) parts.shown = "";
  const channel = workspace.channel();
  const stay = !moved && !atEnd();
  head(channel);
  tabs(channel);
  bar(channel);
  showMessages(parts.list, workspace.messages);
  intro(channel);
  stops(channel);
  parts.composer.refresh();
  announceNew(workspace.messages);
  const last = workspace.messages.at(-1);
  const isNew = !moved && parts.last && last?.ts > parts.last;
  parts.last = last?.ts ?? "0";
  if (!stay || (isNew && last.ephemeral && Date.now() - workspace.actedAt < ANSWERS)) toEnd();
  else if (isNew) replace(parts.latest, icon("down"), "New messages");
  if (workspace.target && parts.shown !== workspace.target) showTarget();
}

/** Bring the message that a link leads to into view, once. */
function showTarget() {
  const row = parts.list.querySelector(`[data-ts="${CSS.escape(workspace.target)}"]`);
  if (!row) return;
  parts.shown = workspace.target;
  lookAt(row);
}

/** Bring something in the messages into the middle of the view, and stay there. */
export function lookAt(node) {
  parts.ended = false;
  node.scrollIntoView({ block: "center" });
}

function once(node, mark, build) {
  const sign = JSON.stringify(mark);
  if (node.mark === sign) return;
  node.mark = sign;
  build();
}

function head(channel) {
  if (!channel) return;
  const members = channel.members ?? [];
  once(
    parts.head,
    [channel.id, channel.name, channel.topic, channel.kind, members, workspace.as, workspace.people.length],
    () => {
      const name = h(
        "h2",
        { class: "channel-name" },
        channelMark(channel),
        h("span", { class: "ellipsis" }, workspace.title(channel)),
      );
      const topic = h("div", { class: "topic ellipsis" }, channel.topic ? mrkdwn(channel.topic) : null);
      replace(parts.head, name, topic, h("span", { class: "spring" }), channel.kind === "im" ? null : faces(channel, members));
    },
  );
}

const faces = (channel, members) =>
  h(
    "button",
    { type: "button", class: "members", title: "Members", onClick: () => aboutChannel(channel) },
    members.slice(0, 3).map((id) => avatar(id, { size: "tiny" })),
    h("span", {}, String(members.length), h("span", { class: "sr" }, " members")),
  );

function bar(channel) {
  const { bookmarks, pins: all, canvases, canvasId, messages } = workspace;
  once(parts.bar, [channel?.id, bookmarks, all, canvases, canvasId, messages.length > 0], () => {
    const pins = workspace.pins.length;
    const open = () => showPins(pinned);
    const pinned = h(
      "button",
      { type: "button", class: "bookmark", ...opens("dialog"), onClick: open },
      icon("pin"),
      `${pins} pinned`,
    );
    parts.bar.hidden = !pins && !bookmarks.length && !canvases.length;
    replace(parts.bar, canvases.map(canvasTab), pins ? pinned : null, bookmarks.map(bookmark));
  });
}

function canvasTab(each) {
  const open = each.id === workspace.canvasId;
  return h(
    "a",
    { class: "bookmark", href: workspace.address({ canvas: open ? "" : each.id }), "aria-current": open ? "true" : null },
    icon("file"),
    each.title,
  );
}

function bookmark(each) {
  const made = anchor(each.link, "");
  made.className = "bookmark";
  made.append(each.emoji ? emoji(each.emoji) : icon("link"), h("span", {}, each.title));
  return made;
}

function showPins(button) {
  const rows = workspace.pins.map((ts) => {
    const message = workspace.messages.find((each) => each.ts === ts);
    const go = () => (closePopover(), visit({ message: ts }));
    return h(
      "button",
      { type: "button", class: "pin-row", onClick: go },
      h("b", {}, message ? authorName(message) : "A message"),
      h("span", { class: "pin-text" }, message ? plainWords(message.text) : "Further up."),
    );
  });
  popover(
    button,
    h(
      "div",
      { class: "pins", role: "dialog", "aria-label": "Pinned messages", tabindex: -1 },
      h("div", { class: "menu-heading" }, "Pinned"),
      rows,
    ),
  );
}

function tabs(channel) {
  const app = workspace.isApp(channel);
  const tabbed = app && workspace.homeTab;
  const home = tabbed && workspace.tab !== "messages";
  once(parts.tabs, [channel?.id, tabbed, home], () => {
    parts.tabs.hidden = !tabbed;
    const tab = (name, label, here) =>
      h(
        "a",
        {
          class: here ? "tab here" : "tab",
          href: workspace.address({ channel: channel.id, tab: name }),
          "aria-current": here ? "page" : null,
        },
        label,
      );
    replace(parts.tabs, tabbed ? [tab("home", "Home", home), tab("messages", "Messages", !home)] : []);
    if (home) workspace.act("home", {}, { quiet: true });
  });
  parts.home.hidden = !home;
  parts.scroll.parentElement.hidden = Boolean(home);
  parts.composer.node.parentElement.hidden = Boolean(home);
  if (home) showHome(parts.home);
}

/** What stands above the first message, with something to try for whoever is new here. */
function intro(channel) {
  const whole = workspace.messages.length < SHOWN;
  once(parts.intro, [channel?.id, channel?.name, channel?.is_member, channel?.is_archived, workspace.commands, whole], () => {
    if (!channel || !whole) return replace(parts.intro);
    const name = h("b", {}, spoken(channel));
    const words =
      channel.kind === "im"
        ? ["This is the very beginning of your direct messages with ", name, "."]
        : ["This is the very beginning of the ", name, " channel."];
    const mark = h("div", { class: "intro-mark" }, channelMark(channel, "large"));
    replace(
      parts.intro,
      mark,
      h("h2", {}, spoken(channel)),
      h("p", {}, words),
      channel.is_member && !channel.is_archived ? firstSteps(workspace.commands[0]) : null,
    );
  });
}

function firstSteps(command) {
  if (!command) return null;
  const about = command.description ? `${command.description.replace(/\.$/, "")}. ` : "";
  return [
    h(
      "p",
      { class: "quiet" },
      about,
      "Type ",
      h("kbd", {}, "/"),
      " for every command; point at a message for what can be done with it.",
    ),
    h(
      "button",
      { type: "button", class: "button", onClick: () => writeText(`${command.command} `) },
      "Try ",
      h("code", {}, command.command),
    ),
  ];
}

/** Instead of a composer, what keeps one from writing here. */
function stops(channel) {
  const outside = channel && !channel.is_member;
  const stopped = channel && (channel.is_archived || outside);
  once(parts.stop, [channel?.id, channel?.is_archived, outside], () => {
    parts.stop.hidden = !stopped;
    parts.composer.node.hidden = Boolean(stopped);
    if (!stopped) return;
    const join = h(
      "button",
      { type: "button", class: "button primary", onClick: () => workspace.act("join", { channel: channel.id }) },
      "Join channel",
    );
    replace(
      parts.stop,
      channel.is_archived
        ? h("p", {}, "This channel has been archived.")
        : [h("p", {}, "You are viewing ", h("b", {}, spoken(channel))), join],
    );
  });
}
