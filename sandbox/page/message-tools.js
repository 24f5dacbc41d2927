/* What can be done with a message: the tools that appear on it, its menu, its keys. */

import { h, toast } from "./dom.js";
import { emoji, QUICK } from "./emoji.js";
import { pickEmoji } from "./emoji-picker.js";
import { iconButton, opens } from "./icons.js";
import { confirm, menu, popoverOpen } from "./menus.js";
import { plainWords, unescape } from "./mrkdwn.js";
import { visit, workspace } from "./workspace.js";

const SYSTEM = /^(channel|group)_(join|leave|topic|purpose|name|archive|unarchive)$|^pinned_item$|^bot_(add|remove)$|^bookmark/;

/** Whether it is a line that Slack itself writes: joins, topics, pins. */
export const isSystem = (message) => SYSTEM.test(message.subtype ?? "");

export const openThread = (message) => visit({ thread: message.thread_ts || message.ts });

export const react = (message, name, add) => workspace.act("react", { channel: workspace.channelId, ts: message.ts, name, add });

/** Give a row its tools; whatever other row had them loses them. */
export function showTools(row, message, thread) {
  document.querySelectorAll(".tools").forEach((each) => each.parentElement !== row && !popoverOpen() && each.remove());
  if (!row.isConnected || row.querySelector(":scope > .tools") || message.deleted) return;
  const more = iconButton(
    "more",
    "More actions",
    (button) => menu(button, entries(message, thread), { label: "More actions" }),
    opens("menu"),
  );
  row.append(
    h(
      "div",
      { class: "tools", role: "toolbar", "aria-label": "Message actions" },
      message.ephemeral ? null : common(message, thread),
      more,
    ),
  );
}

/** The tools that a message for everybody has and an ephemeral one has not. */
function common(message, thread) {
  const quick = (name) =>
    h(
      "button",
      {
        type: "button",
        class: "icon-button quick",
        "aria-label": `React with ${name.replaceAll("_", " ")}`,
        title: `:${name}:`,
        onClick: () => react(message, name, true),
      },
      emoji(name),
    );
  return [
    QUICK.map(quick),
    iconButton("smile", "Add a reaction…", (button) => pickEmoji(button, (name) => react(message, name, true)), opens("dialog")),
    thread ? null : iconButton("thread", "Reply in thread", () => openThread(message)),
    iconButton("pin", pinLabel(message), () => pin(message)),
  ];
}

const pinLabel = (message) => (workspace.pins.includes(message.ts) ? "Unpin from channel" : "Pin to channel");

const pin = (message) =>
  workspace.act("pin", { channel: workspace.channelId, ts: message.ts, add: !workspace.pins.includes(message.ts) });

/** What the menu of a message offers. */
function entries(message, thread) {
  const own = message.user === workspace.as && !isSystem(message);
  if (message.ephemeral) {
    const dismiss = () => workspace.act("delete", { channel: workspace.channelId, ts: message.ts });
    return [copyText(message), { label: "Dismiss", icon: "close", run: dismiss }];
  }
  return [
    !thread && { label: "Reply in thread", icon: "thread", hint: "T", run: () => openThread(message) },
    { label: pinLabel(message), icon: "pin", hint: "P", run: () => pin(message) },
    { label: "Copy link", icon: "link", hint: "L", run: () => copyLink(message) },
    copyText(message),
    own && { label: "Edit message", icon: "edit", hint: "E", run: () => edit(message) },
    own && { label: "Delete message", icon: "trash", danger: true, run: () => remove(message) },
    ...shortcutsOf(message),
  ].filter(Boolean);
}

const copyText = (message) => ({
  label: "Copy text",
  icon: "copy",
  run: () => copy(plainWords(message.text), "Copied the text"),
});

function shortcutsOf(message) {
  const where = { channel: workspace.channelId, message_ts: message.ts };
  const run = (each) => workspace.act("shortcut", { callback_id: each.callback_id, ...where });
  const found = workspace.shortcuts.filter((each) => each.type === "message");
  const entry = (each) => ({ label: each.name, icon: "bolt", hint: workspace.bot?.real_name, run: () => run(each) });
  return found.length ? [{ line: true }, { heading: "Shortcuts" }, ...found.map(entry)] : [];
}

function copyLink(message) {
  const inThread =
    message.thread_ts && message.thread_ts !== message.ts ? `?thread_ts=${message.thread_ts}&cid=${workspace.channelId}` : "";
  copy(`${location.origin}/archives/${workspace.channelId}/p${message.ts.replace(".", "")}${inThread}`, "Copied the link");
}

async function copy(text, said) {
  try {
    await navigator.clipboard.writeText(text);
    toast(said);
  } catch {
    toast("The browser would not let this page copy.", { bad: true });
  }
}

async function remove(message) {
  const sure = await confirm({
    title: "Delete message",
    text: "Are you sure you want to delete this message? This cannot be undone.",
    yes: "Delete",
    no: "Cancel",
    danger: true,
  });
  if (sure) workspace.act("delete", { channel: workspace.channelId, ts: message.ts });
}

/** A text as its author typed it: names in place of ids, & < > themselves. */
function asTyped(text) {
  const named = text
    .replace(/<@(\w+)(?:\|[^>]*)?>/g, (whole, id) => `@${workspace.person(id)?.name ?? id}`)
    .replace(/<#(\w+)(?:\|([^>]*))?>/g, (whole, id, name) => `#${name || workspace.channel(id)?.name || id}`);
  return unescape(named.replace(/<!(here|channel|everyone)>/g, "@$1"));
}

/** Turn the text of one's own message into a field; Enter saves, Esc leaves it as it was. */
export function edit(message) {
  const row = document.querySelector(`.message[data-ts="${message.ts}"]`);
  const words = row?.querySelector(".message-content");
  if (!words) return;
  const field = h("textarea", { class: "field", rows: 2, "aria-label": "Edit your message", value: asTyped(message.text) });
  const end = () => {
    row.signature = "";
    workspace.refresh();
  };
  const save = async () => {
    if (field.value.trim() && field.value !== asTyped(message.text))
      await workspace.act("edit", { channel: workspace.channelId, ts: message.ts, text: field.value });
    end();
  };
  field.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") end();
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      save();
    }
  });
  words.replaceChildren(
    field,
    h(
      "div",
      { class: "edit-foot" },
      h("button", { type: "button", class: "button small", onClick: end }, "Cancel"),
      h("button", { type: "button", class: "button small primary", onClick: save }, "Save"),
    ),
  );
  field.focus();
}

/** The keys of a focused message: arrows move, letters do what the menu says, Enter opens it. */
export function messageKey(event, row, message, thread) {
  if (event.target !== row || event.ctrlKey || event.metaKey || event.altKey) return;
  const rows = [...row.parentElement.querySelectorAll(".message")];
  const to = { ArrowUp: rows[rows.indexOf(row) - 1], ArrowDown: rows[rows.indexOf(row) + 1], Home: rows[0], End: rows.at(-1) }[
    event.key
  ];
  if (to) {
    event.preventDefault();
    rows.forEach((each) => (each.tabIndex = each === to ? 0 : -1));
    to.focus();
    return;
  }
  const run = {
    t: () => openThread(message),
    p: () => pin(message),
    l: () => copyLink(message),
    e: () => message.user === workspace.as && edit(message),
    r: () => pickEmoji(row.querySelector(".tools .icon-button:not(.quick)"), (name) => react(message, name, true)),
    Enter: () => row.querySelector(".tools [aria-haspopup=menu]")?.click(),
  }[event.key];
  if (!run || (message.ephemeral && event.key !== "Enter") || (thread && event.key === "t")) return;
  event.preventDefault();
  showTools(row, message, thread);
  run();
}
