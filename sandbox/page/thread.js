/* The right side: one thread. */

import { h, replace } from "./dom.js";
import { Composer } from "./composer.js";
import { icon } from "./icons.js";
import { showMessages } from "./messages.js";
import { visit, workspace } from "./workspace.js";

const parts = {};

/** Build the pane once, inside `host`. */
export function buildThread(host) {
  parts.host = host;
  parts.where = h("span", { class: "quiet ellipsis" });
  parts.list = h("ol", { class: "messages", "aria-label": "Replies" });
  parts.scroll = h("div", { class: "message-scroll" }, parts.list);
  parts.composer = new Composer(() => ({ channel: workspace.channelId, thread: workspace.threadTs, placeholder: "Reply…" }));
  parts.composer.node.addEventListener("sent", () => (parts.scroll.scrollTop = parts.scroll.scrollHeight));
  replace(
    host,
    h(
      "header",
      { class: "side-head" },
      h("h2", {}, "Thread"),
      parts.where,
      h("span", { class: "spring" }),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close thread", onClick: closeThread }, icon("close")),
    ),
    parts.scroll,
    h("div", { class: "composer-place" }, parts.composer.node),
  );
  host.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !event.defaultPrevented) closeThread();
  });
}

const closeThread = () => visit({ thread: "" });

/** Bring it up to date. */
export function showThread({ moved = false } = {}) {
  const open = Boolean(workspace.threadTs);
  const opened = open && (parts.host.hidden || parts.ts !== workspace.threadTs);
  parts.host.hidden = !open;
  document.body.classList.toggle("thread-open", open);
  parts.ts = workspace.threadTs;
  if (!open) return replace(parts.list);
  const channel = workspace.channel();
  parts.where.textContent = channel ? (channel.kind === "im" ? workspace.title(channel) : `#${channel.name}`) : "";
  const end = opened || moved || parts.scroll.scrollHeight - parts.scroll.scrollTop - parts.scroll.clientHeight < 80;
  showMessages(parts.list, workspace.replies, { thread: workspace.threadTs });
  parts.composer.node.hidden = !channel?.is_member || channel?.is_archived;
  parts.composer.refresh();
  if (end) parts.scroll.scrollTop = parts.scroll.scrollHeight;
  if (opened && !matchMedia("(hover: none)").matches) parts.composer.focus();
}
