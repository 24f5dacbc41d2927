/* The page: builds its parts once and keeps them in step with the workspace. */

import { buildCanvas, showCanvas } from "./canvas.js";
import { buildChannel, focusComposer, showChannel, writeText } from "./channel.js";
import { announce, h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { beginning, buildGuide, guideButton, showGuide } from "./guide.js";
import { openJump } from "./jump.js";
import { CONTROL, listenToKeys } from "./keys.js";
import { showModal } from "./modal.js";
import { buildPanel, openPanel, panelOpen, showLog } from "./panel.js";
import { avatar } from "./people.js";
import { listenToPresses, whenReleased } from "./press.js";
import { buildRail, showRail } from "./rail.js";
import { layOut } from "./scenes.js";
import { buildSidebar, showSidebar, switchPeople } from "./sidebar.js";
import { isDark, rememberTheme, setTheme, toggleTheme } from "./theme.js";
import { buildThread, showThread } from "./thread.js";
import { workspace } from "./workspace.js";

const find = (id) => document.getElementById(id);

function build() {
  buildGuide(find("guide"));
  buildRail(find("rail"));
  buildSidebar(find("sidebar"));
  buildChannel(find("main"));
  buildThread(find("thread"));
  buildCanvas(find("canvas"));
  buildPanel(find("panel"), { toggle: () => togglePanel(false) });
  buildTop(find("top"));
  find("skip").addEventListener("click", () => focusComposer());
  find("veil").addEventListener("click", closeSidebar);
}

let protocol;
let lamp;
let me;

function buildTop(host) {
  me = h("button", {
    type: "button",
    class: "icon-button only-phone",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    onClick: () => switchPeople(me),
  });
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
      h("kbd", { class: "wide-only" }, `${CONTROL} K`),
    ),
    guideButton(),
    protocol,
    lamp,
    me,
  );
  drawLamp();
}

const drawLamp = () => replace(lamp, icon(isDark() ? "sun" : "moon"));

function togglePanel(open) {
  protocol.setAttribute("aria-pressed", String(open));
  openPanel(open);
  nameMain();
  if (!open) protocol.focus();
}

const closeSidebar = () => document.body.classList.remove("sidebar-open");

function showMe() {
  if (me.dataset.as === workspace.as) return;
  me.dataset.as = workspace.as;
  me.setAttribute("aria-label", `You are ${workspace.me?.name ?? ""}. Be somebody else`);
  replace(me, avatar(workspace.as, { size: "small" }));
}

const narrow = matchMedia("(max-width: 1000px)");

/** On a narrow screen one pane covers the others, and is what the page is about. */
function nameMain() {
  const panes = ["panel", "canvas", "thread"].map(find);
  const top = narrow.matches ? panes.find((each) => !each.hidden) : null;
  for (const each of panes) each.setAttribute("role", each === top ? "main" : "complementary");
}

function show(options) {
  find("offline").hidden = workspace.connected;
  showMe();
  showRail();
  showSidebar();
  showChannel(options);
  showThread(options);
  showCanvas();
  showModal();
  showGuide();
  nameMain();
  find("app").removeAttribute("aria-busy");
}

/** What Escape closes once nothing else has taken it. */
function leave() {
  if (document.body.classList.contains("sidebar-open")) closeSidebar();
  else if (panelOpen()) togglePanel(false);
}

/** Go where an address leads: into a frame, to a scene, or to a place. */
async function follow(hash) {
  const wanted = new URLSearchParams(hash.replace(/^#/, ""));
  if (wanted.get("width") === "phone" && self === top) {
    wanted.delete("width");
    return location.replace(`/phone.html#${wanted}`);
  }
  if (wanted.get("theme")) {
    setTheme(wanted.get("theme"));
    drawLamp();
  }
  const scene = wanted.get("scene");
  if (!scene) return workspace.go(hash);
  if (!workspace.loaded) await workspace.go("");
  return layOut(scene);
}

function watch() {
  listenToPresses();
  workspace.addEventListener("changed", () => whenReleased(show));
  workspace.addEventListener("moved", (event) => {
    if (event.detail.moved) announce("");
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
  workspace.addEventListener("heard", (event) => whenReleased(() => showLog(event)));
  addEventListener("hashchange", () => follow(location.hash));
  listenToKeys({ togglePanel: () => togglePanel(!panelOpen()), leave });
  document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && workspace.refresh());
}

rememberTheme();
build();
watch();
await follow(location.hash.length > 1 ? location.hash : await beginning());
const permalink = workspace.localAddress(location.pathname + location.search);
if (permalink) {
  history.replaceState(null, "", `/${permalink}`);
  await workspace.go(permalink);
}
