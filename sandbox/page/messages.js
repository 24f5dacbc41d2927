/* Messages, in a channel or a thread: rows, day dividers, the tools that appear on one. */

import { announce, h, reconcile } from "./dom.js";
import { attachments, blocks } from "./blocks.js";
import { at, clockTime, dayName, fullTime } from "./dates.js";
import { emoji } from "./emoji.js";
import { pickEmoji } from "./emoji-picker.js";
import { fileCard } from "./files.js";
import { icon } from "./icons.js";
import { isSystem, messageKey, openThread, react, showTools } from "./message-tools.js";
import { mrkdwn, plainWords } from "./mrkdwn.js";
import { authorName, avatar, nameOf } from "./people.js";
import { workspace } from "./workspace.js";

const TOGETHER = 300; // seconds within which messages of one author share a heading
const TOUCH = matchMedia("(hover: none)");

/** Show `messages` in `list`; `thread` is the ts of the thread they belong to, or "". */
export function showMessages(list, messages, { thread = "" } = {}) {
  const rows = withDividers(messages, thread);
  reconcile(list, rows, {
    key: (row) => row.key,
    signature: (row) => JSON.stringify([row.kind, row.label, row.compact, row.message, row.message && seen(row.message)]),
    build: (row) => (row.kind === "message" ? messageRow(row.message, { compact: row.compact, thread }) : divider(row)),
  });
  if (![...list.querySelectorAll(".message")].some((each) => each.tabIndex === 0))
    list.querySelector(".message:last-of-type")?.setAttribute("tabindex", "0");
}

/** What a row shows beyond the message itself, so that it is redrawn when that changes. */
const seen = (message) => [
  workspace.pins.includes(message.ts),
  workspace.target === message.ts,
  workspace.people.length,
  workspace.channels.length,
];

function withDividers(messages, thread) {
  const rows = [];
  const fresh = thread ? null : workspace.newSince(workspace.channelId);
  let before = null;
  let marked = !fresh;
  for (const message of messages) {
    const day = dayName(at(message.ts));
    if (!thread && day !== rows.day) rows.push({ kind: "day", key: `day-${day}`, label: day });
    rows.day = day;
    const isNew = !marked && message.ts >= fresh;
    if (isNew) rows.push({ kind: "new", key: "new", label: "New" });
    marked ||= isNew;
    rows.push({ kind: "message", key: message.ts, message, compact: !isNew && follows(message, before) });
    before = message;
    if (thread && message.ts === thread && messages.length > 1) {
      const count = messages.length - 1;
      rows.push({ kind: "replies", key: "replies", label: count === 1 ? "1 reply" : `${count} replies` });
      before = null;
    }
  }
  return rows;
}

const follows = (message, before) =>
  before &&
  author(before) === author(message) &&
  !isSystem(before) &&
  !isSystem(message) &&
  !before.ephemeral &&
  !message.ephemeral &&
  dayName(at(before.ts)) === dayName(at(message.ts)) &&
  Number(message.ts) - Number(before.ts) < TOGETHER &&
  !workspace.pins.includes(message.ts);

const author = (message) => `${message.user}/${message.username}`;

const divider = (row) => h("li", { class: `divider divider-${row.kind}` }, h("span", {}, row.label));

// --- one row

function messageRow(message, { compact, thread }) {
  const moment = at(message.ts);
  const pinned = workspace.pins.includes(message.ts);
  const known = [
    message.ephemeral && "ephemeral",
    pinned && "pinned",
    compact && "compact",
    isSystem(message) && "system",
    workspace.target === message.ts && "target",
  ];
  const time = h("time", { class: "message-time", datetime: moment.toISOString(), title: fullTime(moment) }, clockTime(moment));
  const head = compact ? h("span", { class: "sr" }, `${authorName(message)} at ${clockTime(moment)}`) : heading(message, time);
  const side = compact ? time : avatar(message.user, { name: message.username, icon: message.icons?.emoji });
  const row = h(
    "li",
    { class: `message ${known.filter(Boolean).join(" ")}`, tabindex: -1, data: { ts: message.ts } },
    marks(message, pinned),
    h("div", { class: "message-side" }, side),
    h("div", { class: "message-main" }, head, content(message), reactions(message), thread ? null : replies(message)),
  );
  row.addEventListener("focusin", () => setTimeout(showTools, TOUCH.matches ? 300 : 0, row, message, thread)); // not under the finger that taps
  row.addEventListener("pointerenter", (event) => event.pointerType !== "touch" && showTools(row, message, thread));
  row.addEventListener("keydown", (event) => messageKey(event, row, message, thread));
  return row;
}

function marks(message, pinned) {
  if (message.ephemeral) return h("div", { class: "message-mark" }, icon("eye"), "Only visible to you");
  if (pinned) return h("div", { class: "message-mark" }, icon("pin"), "Pinned");
  if (message.subtype === "thread_broadcast") return h("div", { class: "message-mark" }, icon("thread"), "Replied to a thread");
  return null;
}

function heading(message, time) {
  const isApp = workspace.person(message.user)?.is_bot || message.bot_id;
  return h(
    "div",
    { class: "message-head" },
    h("span", { class: "message-author" }, authorName(message)),
    isApp ? h("span", { class: "app-tag" }, "APP") : null,
    time,
  );
}

/** What Slack itself says of somebody ("@alice has joined…") stands under their name, so the name is left out. */
const spoken = (message) => (isSystem(message) ? message.text.replace(/^<@\w+(?:\|[^>]*)?>\s*/, "") : message.text);

function content(message) {
  if (message.deleted) return h("div", { class: "quiet" }, "This message was deleted.");
  const where = { channel: workspace.channelId, message_ts: message.ts };
  const place = {
    act: (action) => workspace.act("action", { ...where, ...action }),
    suggest: (...asked) => workspace.suggest(where, ...asked),
  };
  const edited = message.edited ? h("span", { class: "edited" }, " (edited)") : null;
  const shown = message.blocks?.length
    ? [blocks(message.blocks, place), edited]
    : message.text
      ? h("div", { class: "message-text" }, mrkdwn(spoken(message)), edited)
      : null;
  return h(
    "div",
    { class: "message-content" },
    shown,
    attachments(message.attachments, place),
    (message.files ?? []).map(fileCard),
  );
}

function reactions(message) {
  if (!message.reactions?.length) return null;
  const chips = message.reactions.map((each) => {
    const mine = each.users.includes(workspace.as);
    const names = each.users.map((id) => nameOf(id)).join(", ");
    return h(
      "button",
      {
        type: "button",
        class: mine ? "reaction mine" : "reaction",
        "aria-pressed": String(mine),
        title: `${names} reacted with :${each.name}:`,
        "data-focus": `reaction-${each.name}`,
        onClick: () => react(message, each.name, !mine),
      },
      emoji(each.name),
      h("span", { class: "count" }, String(each.users.length)),
      h("span", { class: "sr" }, ` by ${names}`),
    );
  });
  const more = h(
    "button",
    {
      type: "button",
      class: "reaction add",
      "aria-label": "Add a reaction",
      "aria-haspopup": "dialog",
      onClick: () => pickEmoji(more, (name) => react(message, name, true)),
    },
    icon("smile"),
  );
  return h("div", { class: "reactions" }, chips, more);
}

function replies(message) {
  if (!message.reply_count) return null;
  const count = message.reply_count === 1 ? "1 reply" : `${message.reply_count} replies`;
  const people = (message.reply_users ?? []).slice(0, 4).map((id) => avatar(id, { size: "tiny" }));
  return h(
    "button",
    { type: "button", class: "replies", "data-focus": "replies", onClick: () => openThread(message) },
    people,
    h("span", { class: "replies-count" }, count),
    h("span", { class: "quiet" }, "View thread"),
  );
}

let heard = "";

/** Say aloud what somebody else has just written here. */
export function announceNew(messages) {
  const last = messages.at(-1);
  const place = workspace.channelId;
  if (last && heard.startsWith(place) && `${place}${last.ts}` > heard && last.user !== workspace.as)
    announce(`${authorName(last)}: ${plainWords(last.text)}`);
  heard = `${place}${last?.ts ?? ""}`;
}
