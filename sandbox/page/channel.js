/* The middle: one channel or direct message, or the app's Home. */

import { h, replace } from "./dom.js";
import { composer } from "./composer.js";
import { emoji } from "./emoji.js";
import { showHome } from "./home.js";
import { icon } from "./icons.js";
import { closePopover, confirm, dialog, popover } from "./menus.js";
import { announceNew, showMessages } from "./messages.js";
import { anchor, mrkdwn, plainWords } from "./mrkdwn.js";
import { authorName, avatar, nameOf } from "./people.js";
import { visit, workspace } from "./workspace.js";

const parts = {};

/** Build the pane once, inside `host`. */
export function buildChannel(host) {
  parts.head = h("header", { class: "channel-head" });
  parts.tabs = h("nav", { class: "tabs", "aria-label": "App", hidden: true });
  parts.bar = h("nav", { class: "bookmarks", "aria-label": "Bookmarks and pins", hidden: true });
  parts.list = h("ol", { class: "messages", "aria-label": "Messages" });
  parts.intro = h("div", { class: "intro" });
  parts.scroll = h("div", { class: "message-scroll", role: "region", "aria-label": "Conversation" }, h("div", { class: "grow" }), parts.intro, parts.list);
  parts.home = h("div", { class: "home-scroll", hidden: true });
  parts.latest = h("button", { type: "button", class: "latest", hidden: true, onClick: () => toEnd() }, icon("down"), "Latest messages");
  parts.composer = composer(() => ({ channel: workspace.channelId, placeholder: `Message ${spoken(workspace.channel())}` }));
  parts.composer.node.addEventListener("sent", toEnd);
  parts.stop = h("div", { class: "composer-stop", hidden: true });
  parts.scroll.addEventListener("scroll", () => (parts.latest.hidden = atEnd()), { passive: true });
  replace(host, parts.head, parts.tabs, parts.bar, h("div", { class: "message-frame" }, parts.scroll, parts.latest), parts.home, h("div", { class: "composer-place" }, parts.composer.node, parts.stop));
}

const spoken = (channel) => (!channel ? "" : channel.kind === "im" ? workspace.title(channel) : `#${channel.name}`);
const atEnd = () => parts.scroll.scrollHeight - parts.scroll.scrollTop - parts.scroll.clientHeight < 80;
const toEnd = () => (parts.scroll.scrollTop = parts.scroll.scrollHeight);

export const composerField = () => parts.composer.field;
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
  if (!stay) toEnd();
  if (workspace.target && parts.shown !== workspace.target) showTarget();
}

/** Bring the message that a link leads to into view, once. */
function showTarget() {
  const row = parts.list.querySelector(`[data-ts="${CSS.escape(workspace.target)}"]`);
  if (!row) return;
  parts.shown = workspace.target;
  row.scrollIntoView({ block: "center" });
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
  once(parts.head, [channel.id, channel.name, channel.topic, channel.kind, members, workspace.as, workspace.people.length], () => {
    const direct = channel.kind === "im";
    const mark = direct ? avatar(channel.user ?? members.find((id) => id !== workspace.as) ?? workspace.as, { size: "tiny" }) : icon(channel.kind === "private" ? "lock" : "hash");
    const name = h("h2", { class: "channel-name" }, mark, h("span", { class: "ellipsis" }, workspace.title(channel)));
    const faces = h("button", { type: "button", class: "members", title: "Members", onClick: () => about(channel) }, members.slice(0, 3).map((id) => avatar(id, { size: "tiny" })), h("span", {}, String(members.length), h("span", { class: "sr" }, " members")));
    replace(parts.head,
      h("button", { type: "button", class: "icon-button only-phone", "aria-label": "Channels and people", onClick: () => document.body.classList.add("sidebar-open") }, icon("back")),
      name,
      h("div", { class: "topic ellipsis" }, channel.topic ? mrkdwn(channel.topic) : null),
      h("span", { class: "spring" }),
      direct ? null : faces);
  });
}

function about(channel) {
  const leave = async () => {
    node.close();
    if ((await workspace.act("leave", { channel: channel.id })).ok) visit({ channel: workspace.channels.find((each) => each.is_member && each.kind === "public")?.id });
  };
  const archive = async () => {
    node.close();
    if (await confirm({ title: "Archive this channel?", text: `Nobody can write in ${spoken(channel)} any more.`, yes: "Archive", no: "Cancel", danger: true })) workspace.act("archive", { channel: channel.id });
  };
  const node = dialog(spoken(channel), [
    h("h3", {}, "Topic"), h("p", {}, channel.topic ? mrkdwn(channel.topic) : "No topic."),
    h("h3", {}, `Members (${channel.members?.length ?? 0})`),
    h("ul", { class: "member-list" }, (channel.members ?? []).map((id) => h("li", {}, avatar(id, { size: "small" }), nameOf(id), workspace.person(id)?.is_bot ? h("span", { class: "app-tag" }, "APP") : null, id === workspace.as ? h("span", { class: "quiet" }, "you") : null))),
    channel.is_member && !channel.is_archived ? invitation(channel, () => node) : null,
  ], { foot: channel.is_member && !channel.is_archived ? [h("button", { type: "button", class: "button", onClick: archive }, "Archive channel"), h("button", { type: "button", class: "button danger", onClick: leave }, "Leave channel")] : null });
}

function invitation(channel, node) {
  const outside = workspace.people.filter((each) => !channel.members.includes(each.id));
  if (!outside.length) return null;
  const select = h("select", { class: "field select", id: "invite" }, outside.map((each) => h("option", { value: each.id }, each.real_name || each.name)));
  const invite = async () => {
    node().close();
    await workspace.act("invite", { channel: channel.id, user: select.value });
  };
  return h("div", { class: "invite" }, h("label", { for: "invite" }, "Add somebody"), select, h("button", { type: "button", class: "button", onClick: invite }, "Add"));
}

function bar(channel) {
  once(parts.bar, [channel?.id, workspace.bookmarks, workspace.pins, workspace.messages.length && workspace.pins.length], () => {
    const pins = workspace.pins.length;
    parts.bar.hidden = !pins && !workspace.bookmarks.length;
    const pinned = pins ? h("button", { type: "button", class: "bookmark", "aria-haspopup": "dialog", "aria-expanded": "false", onClick: () => showPins(pinned) }, icon("pin"), `${pins} pinned`) : null;
    replace(parts.bar, pinned, workspace.bookmarks.map((each) => {
      const made = anchor(each.link, "");
      made.className = "bookmark";
      made.append(each.emoji ? emoji(each.emoji) : icon("link"), h("span", {}, each.title));
      return made;
    }));
  });
}

function showPins(button) {
  const rows = workspace.pins.map((ts) => {
    const message = workspace.messages.find((each) => each.ts === ts);
    const go = () => (closePopover(), visit({ message: ts }));
    return h("button", { type: "button", class: "pin-row", onClick: go }, h("b", {}, message ? authorName(message) : "A message"), h("span", { class: "pin-text" }, message ? plainWords(message.text) : "Further up."));
  });
  popover(button, h("div", { class: "pins", role: "dialog", "aria-label": "Pinned messages", tabindex: -1 }, h("div", { class: "menu-heading" }, "Pinned"), rows));
}

function tabs(channel) {
  const app = workspace.isApp(channel);
  const home = app && workspace.tab !== "messages";
  once(parts.tabs, [channel?.id, app, home], () => {
    parts.tabs.hidden = !app;
    const tab = (name, label, here) => h("a", { class: here ? "tab here" : "tab", href: workspace.address({ channel: channel.id, tab: name }), "aria-current": here ? "page" : null }, label);
    replace(parts.tabs, app ? [tab("home", "Home", home), tab("messages", "Messages", !home)] : []);
    if (home) workspace.act("home", {}, { quiet: true });
  });
  parts.home.hidden = !home;
  parts.scroll.parentElement.hidden = Boolean(home);
  parts.composer.node.parentElement.hidden = Boolean(home);
  if (home) showHome(parts.home);
}

function intro(channel) {
  const command = workspace.commands[0];
  once(parts.intro, [channel?.id, channel?.name, channel?.kind, command, channel?.is_member, workspace.messages.length > 12], () => {
    if (!channel) return replace(parts.intro);
    const words = channel.kind === "im"
      ? h("p", {}, "This is the very beginning of your direct messages with ", h("b", {}, workspace.title(channel)), ".")
      : h("p", {}, "This is the very beginning of the ", h("b", {}, spoken(channel)), " channel.");
    const start = command && channel.is_member && !channel.is_archived
      ? h("button", { type: "button", class: "button", onClick: () => writeText(`${command.command} `) }, "Try ", h("code", {}, command.command))
      : null;
    const usage = start && h("p", { class: "quiet" }, command.description ? `${command.description.replace(/\.$/, "")}. ` : "", "Type ", h("kbd", {}, "/"), " for every command; point at a message for what can be done with it.");
    replace(parts.intro, h("div", { class: "intro-mark" }, channel.kind === "im" ? avatar(channel.user ?? workspace.as, { size: "large" }) : icon(channel.kind === "private" ? "lock" : "hash")), h("h3", {}, spoken(channel)), words, usage, start);
  });
}

/** Instead of a composer, what keeps one from writing here. */
function stops(channel) {
  const outside = channel && !channel.is_member;
  const stopped = channel && (channel.is_archived || outside);
  once(parts.stop, [channel?.id, channel?.is_archived, outside], () => {
    parts.stop.hidden = !stopped;
    parts.composer.node.hidden = Boolean(stopped);
    if (!stopped) return;
    const join = h("button", { type: "button", class: "button primary", onClick: () => workspace.act("join", { channel: channel.id }) }, "Join channel");
    replace(parts.stop, channel.is_archived ? h("p", {}, "This channel has been archived.") : [h("p", {}, "You are viewing ", h("b", {}, spoken(channel))), join]);
  });
}
