/* The page: builds its parts once and keeps them in step with the workspace. */

import { buildChannel, focusComposer, showChannel, writeText } from "./channel.js";
import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { openJump } from "./jump.js";
import { showModal } from "./modal.js";
import { buildPanel, openPanel, panelOpen, showLog } from "./panel.js";
import { buildSidebar, showSidebar } from "./sidebar.js";
import { isDark, rememberTheme, toggleTheme } from "./theme.js";
import { buildThread, showThread } from "./thread.js";
import { workspace } from "./workspace.js";

const find = (id) => document.getElementById(id);

function build() {
  buildSidebar(find("sidebar"));
  buildChannel(find("main"));
  buildThread(find("thread"));
  buildPanel(find("panel"), { toggle: () => togglePanel(false) });
  buildTop(find("top"));
  find("skip").addEventListener("click", () => focusComposer());
  find("veil").addEventListener("click", closeSidebar);
}

let protocol;
let lamp;

function buildTop(host) {
  const mac = navigator.platform?.startsWith("Mac");
  lamp = h("button", {
    type: "button",
    class: "icon-button",
    "aria-label": "Light or dark",
    title: "Light or dark",
    onClick: () => (toggleTheme(), drawLamp()),
  });
  protocol = h(
    "button",
    {
      type: "button",
      class: "top-button",
      "aria-label": "Protocol",
      "aria-pressed": "false",
      title: "What goes over the wire, and faults",
      onClick: () => togglePanel(!panelOpen()),
    },
    icon("pulse"),
    h("span", { class: "wide-only" }, "Protocol"),
  );
  replace(
    host,
    h("h1", { class: "sr" }, "Local workspace"),
    h(
      "button",
      {
        type: "button",
        class: "icon-button only-phone",
        "aria-label": "Channels and people",
        onClick: () => document.body.classList.add("sidebar-open"),
      },
      icon("menu"),
    ),
    h(
      "button",
      { type: "button", class: "jump-button", "aria-keyshortcuts": "Control+K", onClick: openJump },
      icon("search"),
      h("span", { class: "ellipsis" }, "Jump to…"),
      h("kbd", { class: "wide-only" }, mac ? "⌘K" : "Ctrl K"),
    ),
    protocol,
    lamp,
  );
  drawLamp();
}

const drawLamp = () => replace(lamp, icon(isDark() ? "sun" : "moon"));

function togglePanel(open) {
  protocol.setAttribute("aria-pressed", String(open));
  openPanel(open);
  if (!open) protocol.focus();
}

const closeSidebar = () => document.body.classList.remove("sidebar-open");

function show(options) {
  find("offline").hidden = workspace.connected;
  showSidebar();
  showChannel(options);
  showThread(options);
  showModal();
  find("app").removeAttribute("aria-busy");
}

function keys(event) {
  if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === "k") {
    event.preventDefault();
    openJump();
  } else if (event.key === "Escape" && !event.defaultPrevented) closeSidebar();
}

function watch() {
  workspace.addEventListener("changed", () => show());
  workspace.addEventListener("moved", (event) => {
    closeSidebar();
    document.querySelectorAll("dialog.dialog[open]").forEach((each) => each.close());
    show(event.detail);
    if (event.detail.wanted.text) writeText(event.detail.wanted.text);
    if (event.detail.wanted.panel && !panelOpen()) togglePanel(true);
    if (
      event.detail.moved &&
      !workspace.threadTs &&
      !matchMedia("(hover: none)").matches &&
      !document.querySelector("dialog[open]")
    )
      focusComposer();
  });
  workspace.addEventListener("heard", showLog);
  addEventListener("hashchange", () => workspace.go(location.hash));
  addEventListener("keydown", keys);
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && workspace.refresh());
}

rememberTheme();
build();
watch();
await workspace.go(location.hash);
const permalink = workspace.localAddress(location.pathname + location.search);
if (permalink) {
  history.replaceState(null, "", `/${permalink}`);
  await workspace.go(permalink);
}
