/* Where people write: a growing field that completes /commands, @people, #channels and :emoji:. */

import { h, newId, replace, toast } from "./dom.js";
import { emoji, findEmoji } from "./emoji.js";
import { pickEmoji } from "./emoji-picker.js";
import { icon } from "./icons.js";
import { menu } from "./menus.js";
import { edit } from "./messages.js";
import { plainWords } from "./mrkdwn.js";
import { avatar } from "./people.js";
import { workspace } from "./workspace.js";

const drafts = new Map();

/** A composer; `where()` gives `{channel, thread, placeholder}` each time it is needed. */
export function composer(where) {
  const ids = { list: newId("completions"), field: newId("composer") };
  const list = h("ul", { id: ids.list, class: "completions", role: "listbox", "aria-label": "Suggestions", hidden: true });
  const hint = h("div", { class: "usage", role: "status", hidden: true });
  const field = h("textarea", { id: ids.field, class: "composer-field", rows: 1, "aria-autocomplete": "list", "aria-haspopup": "listbox", "aria-controls": ids.list, autocomplete: "off", enterkeyhint: "send" });
  const send = h("button", { type: "button", class: "send", "aria-label": "Send", disabled: true, onClick: () => submit() }, icon("send"));
  const insert = (name, label, character) => h("button", { type: "button", class: "icon-button", "aria-label": label, title: label, onClick: () => type(character) }, icon(name));
  const smile = h("button", { type: "button", class: "icon-button", "aria-label": "Add an emoji", title: "Add an emoji", "aria-haspopup": "dialog", onClick: () => pickEmoji(smile, (name) => type(`:${name}: `)) }, icon("smile"));
  const bolt = h("button", { type: "button", class: "icon-button", "aria-label": "Shortcuts", title: "Shortcuts", "aria-haspopup": "menu", "aria-expanded": "false", onClick: () => menu(bolt, shortcuts(where), { label: "Shortcuts" }) }, icon("plus"));
  const node = h("form", { class: "composer", onSubmit: (event) => event.preventDefault() }, list, hint,
    h("div", { class: "composer-box" }, field, h("div", { class: "composer-tools" }, bolt, smile, insert("at", "Mention somebody", "@"), insert("slash", "Run a command", "/"), h("span", { class: "spring" }), send)));

  let offered = [];
  let at = -1;
  const place = () => `${workspace.as}/${where().channel}/${where().thread ?? ""}`;

  const changed = () => {
    send.disabled = !field.value.trim();
    drafts.set(place(), field.value);
    field.style.height = "auto";
    field.style.height = `${Math.min(field.scrollHeight, 240)}px`;
    complete();
  };

  const complete = () => {
    const before = field.value.slice(0, field.selectionStart);
    offered = suggestions(before, Boolean(where().thread));
    at = offered.length ? 0 : -1;
    draw();
    const command = workspace.commands.find((each) => before === `${each.command} ` || (before.startsWith(`${each.command} `) && !before.includes("\n")));
    hint.hidden = !command?.usage_hint || offered.length > 0;
    if (command) replace(hint, h("b", {}, command.command), " ", command.usage_hint);
  };

  const draw = () => {
    list.hidden = !offered.length;
    replace(list, offered.map((each, index) => h("li", { id: `${ids.list}-${index}`, role: "option", "aria-selected": String(index === at), class: "completion", onPointerdown: (event) => (event.preventDefault(), take(each)) }, each.picture, h("span", { class: "completion-label" }, each.label), h("span", { class: "quiet completion-about" }, each.about))));
    if (at >= 0) {
      field.setAttribute("aria-activedescendant", `${ids.list}-${at}`);
      list.children[at]?.scrollIntoView({ block: "nearest" });
    } else field.removeAttribute("aria-activedescendant");
  };

  const take = (each) => {
    if (each.run) {
      field.value = "";
      changed();
      each.run(where());
      return;
    }
    const caret = field.selectionStart;
    const start = caret - each.typed.length;
    field.setRangeText(each.insert, start, caret, "end");
    field.focus();
    changed();
  };

  const type = (text) => {
    field.focus();
    const spaced = field.selectionStart && !/\s$/.test(field.value.slice(0, field.selectionStart)) && /^[@:]/.test(text) ? ` ${text}` : text;
    field.setRangeText(text === "/" ? "/" : spaced, text === "/" ? 0 : field.selectionStart, field.selectionEnd, "end");
    changed();
  };

  const submit = async () => {
    const text = field.value.trim();
    if (!text) return;
    const { channel, thread } = where();
    const command = /^\/\S/.test(text) && !text.startsWith("//");
    if (command && thread) {
      toast(`${text.split(/\s/)[0]} is not supported in threads. Sorry!`, { bad: true });
      return;
    }
    field.value = "";
    changed();
    const done = await workspace.act(command ? "command" : "message", command ? { channel, text } : { channel, text, ...(thread ? { thread_ts: thread } : {}) }, { quiet: command });
    if (!done.ok && command && done.ms === undefined) toast(done.error, { bad: true });
    if (!done.ok && done.ms === undefined && !field.value) {
      field.value = text;
      changed();
    }
    node.dispatchEvent(new CustomEvent("sent", { bubbles: true }));
  };

  const keys = (event) => {
    if (event.isComposing) return;
    if (offered.length && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + offered.length) % offered.length;
      draw();
    } else if (offered.length && ((event.key === "Enter" && !offered[at].exact) || event.key === "Tab") && !event.shiftKey) {
      event.preventDefault();
      take(offered[at]);
    } else if (event.key === "Escape" && offered.length) {
      event.preventDefault();
      event.stopPropagation();
      offered = [];
      at = -1;
      draw();
    } else if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      submit();
    } else if (event.key === "ArrowUp" && !field.value) {
      const mine = (where().thread ? workspace.replies : workspace.messages).findLast((each) => each.user === workspace.as && !each.ephemeral && !each.subtype);
      if (mine) {
        event.preventDefault();
        edit(mine);
      }
    }
  };

  field.addEventListener("input", changed);
  field.addEventListener("keydown", keys);
  field.addEventListener("blur", () => {
    offered = [];
    at = -1;
    draw();
  });
  field.addEventListener("click", complete);

  /** Fit the composer to where it now is. */
  const refresh = () => {
    const { placeholder } = where();
    field.placeholder = placeholder;
    field.setAttribute("aria-label", placeholder);
    const key = place();
    if (node.dataset.place !== key) {
      node.dataset.place = key;
      field.value = drafts.get(key) ?? "";
      changed();
      offered = [];
      at = -1;
      draw();
    }
  };
  return { node, refresh, field, write: (text) => ((field.value = ""), type(text)) };
}

const global = () => workspace.shortcuts.filter((each) => each.type !== "message");

function shortcuts(where) {
  const found = global().map((each) => ({ label: each.name, icon: "bolt", hint: workspace.bot?.real_name, run: () => run(each, where()) }));
  return found.length ? [{ heading: "Shortcuts" }, ...found] : [{ label: "No shortcuts here", icon: "bolt", run: () => {} }];
}

const run = (each, { channel }) => workspace.act("shortcut", { callback_id: each.callback_id, channel });

// --- what could be meant

function suggestions(before, inThread) {
  const command = /^\/(\S*)$/.exec(before);
  if (command && !inThread) return commands(command[0]);
  const word = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  if (!word) return [];
  const [, mark, typed] = word;
  return { "@": people, "#": channels, ":": smileys }[mark](typed.toLowerCase(), mark + typed);
}

function commands(typed) {
  const wanted = typed.toLowerCase();
  const found = workspace.commands.filter((each) => each.command.startsWith(wanted)).map((each) => ({
    label: each.command, about: [each.usage_hint, each.description].filter(Boolean).join(" — "), typed, insert: `${each.command} `, exact: each.command === wanted, picture: workspace.bot ? avatar(workspace.bot.id, { size: "tiny" }) : null,
  }));
  const named = global().filter((each) => each.name.toLowerCase().includes(wanted.slice(1))).map((each) => ({ label: each.name, about: `Shortcut — ${each.description ?? ""}`, typed, picture: icon("bolt"), run: (where) => run(each, where) }));
  return [...found, ...named];
}

const people = (wanted, typed) => [
  ...workspace.people.filter((each) => `${each.name} ${each.real_name}`.toLowerCase().includes(wanted)).map((each) => ({ label: each.real_name || each.name, about: `@${each.name}`, typed, insert: `@${each.name} `, picture: avatar(each.id, { size: "tiny" }) })),
  ...["here", "channel"].filter((each) => wanted && each.startsWith(wanted)).map((each) => ({ label: `@${each}`, about: "Tell everybody", typed, insert: `@${each} `, picture: icon("people") })),
].slice(0, 8);

const channels = (wanted, typed) =>
  workspace.channels.filter((each) => each.kind !== "im" && !each.is_archived && each.name.includes(wanted)).slice(0, 8).map((each) => ({ label: each.name, about: plainWords(each.topic), typed, insert: `#${each.name} `, picture: icon(each.kind === "private" ? "lock" : "hash") }));

const smileys = (wanted, typed) => (wanted.length < 2 ? [] : findEmoji(wanted, 8).map((name) => ({ label: `:${name}:`, about: "", typed, insert: `:${name}: `, picture: emoji(name) })));
