/* What the keyboard does everywhere on the page, and the list of it. */

import { h } from "./dom.js";
import { openJump } from "./jump.js";
import { dialog } from "./menus.js";
import { people } from "./rail.js";
import { visit, workspace } from "./workspace.js";

const MAC = navigator.platform?.startsWith("Mac");
export const CONTROL = MAC ? "⌘" : "Ctrl";
const REGIONS = ["#rail", "#sidebar", "#main", "#thread", "#canvas", "#panel"];

const LIST = [
  ["Everywhere", [
    [`${CONTROL} K`, "Jump to a channel or person, run a shortcut"],
    ["Alt ↑ / Alt ↓", "The conversation above or below"],
    ["Alt Shift ↑ / ↓", "The unread one above or below"],
    ["Alt 1 … Alt 9", "Be the first, second, … person"],
    ["F6 / Shift F6", "The next or previous part of the page"],
    [`${CONTROL} .`, "Open or close the protocol panel"],
    [`${CONTROL} /`, "This list"],
    ["Esc", "Close what is open: menu, form, thread, panel"],
  ]],
  ["In the message field", [
    ["/  @  #  :", "Suggest commands, people, channels, emoji; ↑ ↓ choose, Tab or Enter takes"],
    ["Enter", "Send"],
    ["Shift Enter", "A new line"],
    ["↑ in an empty field", "Edit what you said last"],
  ]],
  ["On a message", [
    ["↑ ↓ Home End", "Another message"],
    ["R", "React"],
    ["T", "Reply in thread"],
    ["P", "Pin or unpin"],
    ["E", "Edit your own"],
    ["L", "Copy its link"],
    ["Enter", "Its menu, with the app's shortcuts"],
  ]],
]; // prettier-ignore

/** The list as a dialog. */
export function showKeys() {
  if (document.querySelector("dialog[open]")) return;
  const group = ([title, rows]) => [
    h("h3", {}, title),
    h(
      "dl",
      { class: "keys" },
      rows.map(([keys, does]) => h("div", {}, h("dt", {}, h("kbd", {}, keys)), h("dd", {}, does))),
    ),
  ];
  dialog("Keyboard shortcuts", LIST.map(group));
}

/** Listen; `togglePanel` opens or closes the protocol panel, `leave` closes what Escape closes at last. */
export function listenToKeys({ togglePanel, leave }) {
  addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const run = found(event, { togglePanel, leave });
    if (!run) return;
    if (event.key !== "Escape") event.preventDefault();
    run();
  });
}

function found(event, { togglePanel, leave }) {
  const control = (event.metaKey || event.ctrlKey) && !event.altKey;
  const free = !document.querySelector("dialog[open]");
  if (control) return free ? { k: openJump, "/": showKeys, ".": togglePanel }[event.key.toLowerCase()] : null;
  if (!free) return null;
  if (event.altKey && /^Digit[1-9]$/.test(event.code)) return () => become(Number(event.code.slice(5)) - 1);
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.altKey && step) return () => neighbour(step, event.shiftKey);
  if (event.key === "F6") return () => region(event.shiftKey ? -1 : 1);
  return event.key === "Escape" ? leave : null;
}

function become(index) {
  const person = people()[index];
  if (person && person.id !== workspace.as) visit({ as: person.id, channel: workspace.channelId });
}

/** The next place in the sidebar, in its order. */
function neighbour(step, unread) {
  const all = [...document.querySelectorAll("#sidebar .place")];
  const at = all.findIndex((each) => each.classList.contains("here"));
  const ahead = step > 0 ? all.slice(at + 1) : all.slice(0, Math.max(at, 0)).reverse();
  ahead.find((each) => !unread || each.classList.contains("unread"))?.click();
}

function region(step) {
  const there = REGIONS.map((each) => document.querySelector(each)).filter((each) =>
    each.checkVisibility({ visibilityProperty: true }),
  );
  const at = there.findIndex((each) => each.contains(document.activeElement));
  const next = there.at((at + step + there.length) % there.length);
  const target =
    next.querySelector(".composer-field:not([hidden])") ??
    next.querySelector("[aria-current], summary, button, a[href], [tabindex='0']");
  target?.focus();
}
