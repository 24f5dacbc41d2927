/* Menus, popovers and dialogs: opened by a control, closed by Esc or a click elsewhere, focus given back. */

import { h, newId } from "./dom.js";
import { icon } from "./icons.js";

let open = null;

export function closePopover({ refocus = true } = {}) {
  if (!open) return;
  const { node, anchor, done } = open;
  open = null;
  node.remove();
  anchor.setAttribute("aria-expanded", "false");
  document.removeEventListener("pointerdown", done, true);
  removeEventListener("resize", done, true);
  if (refocus && anchor.isConnected) anchor.focus();
}

export const popoverOpen = () => Boolean(open);

/** Put `node` beside `anchor`, above everything, inside the dialog or landmark that the anchor is in. */
export function popover(anchor, node, { focus } = {}) {
  const again = open?.anchor === anchor;
  closePopover({ refocus: false });
  if (again) return false;
  const host = anchor.closest("dialog, nav, main, .side, header") ?? document.body;
  node.classList.add("popover");
  host.append(node);
  place(anchor, node);
  anchor.setAttribute("aria-expanded", "true");
  const done = (event) => {
    if (event.type === "resize") closePopover({ refocus: false });
    else if (!node.contains(event.target) && !anchor.contains(event.target)) closePopover({ refocus: false });
  };
  document.addEventListener("pointerdown", done, true);
  addEventListener("resize", done, true);
  node.addEventListener("keydown", (event) => {
    if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      closePopover();
    } else if (event.key === "Tab" && node.getAttribute("role") === "menu") closePopover();
  });
  open = { node, anchor, done };
  (focus ?? node).focus();
  return true;
}

function place(anchor, node) {
  const box = anchor.getBoundingClientRect();
  const size = node.getBoundingClientRect();
  const below = box.bottom + 4 + size.height <= innerHeight - 8;
  const top = below ? box.bottom + 4 : Math.max(8, box.top - size.height - 4);
  const left = Math.min(Math.max(8, box.left), Math.max(8, innerWidth - size.width - 8));
  node.style.top = `${top}px`;
  node.style.left = `${left}px`;
  node.style.maxHeight = `${innerHeight - top - 8}px`;
}

/**
 * A menu of actions. Items are `{label, icon?, hint?, danger?, run}`, `{heading}` or `{line: true}`; arrows, Home, End and
 * first letters move, Enter runs.
 */
export function menu(anchor, items, { label = "Actions" } = {}) {
  const node = h("div", { role: "menu", class: "menu", "aria-label": label }, items.map(row));
  const rows = [...node.querySelectorAll("[role=menuitem]")];
  node.addEventListener("keydown", (event) => move(event, rows));
  if (!popover(anchor, node, { focus: rows[0] })) return;
  anchor.setAttribute("aria-haspopup", "menu");
}

function row(item) {
  if (item.line) return h("div", { class: "menu-line", role: "separator" });
  if (item.heading) return h("div", { class: "menu-heading", role: "presentation" }, item.heading);
  const run = () => {
    closePopover();
    item.run();
  };
  return h(
    "button",
    { type: "button", role: "menuitem", tabindex: -1, class: item.danger ? "menu-item danger" : "menu-item", onClick: run },
    item.icon ? icon(item.icon) : null,
    h("span", { class: "menu-label" }, item.label),
    item.hint ? h("span", { class: "menu-hint" }, item.hint) : null,
  );
}

/** Roving focus among `rows` for a keydown event. */
function move(event, rows) {
  const at = rows.indexOf(document.activeElement);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) {
    event.preventDefault();
    rows.at(to % rows.length)?.focus();
  } else if (event.key.length === 1 && /\S/.test(event.key) && !event.ctrlKey && !event.metaKey) {
    const found = [...rows.slice(at + 1), ...rows.slice(0, at + 1)].find((each) =>
      each.textContent.trim().toLowerCase().startsWith(event.key.toLowerCase()),
    );
    found?.focus();
  }
}

/** A dialog with a title: the browser keeps focus inside it and the rest inert. Gives the element; it removes itself when closed. */
export function dialog(title, body, { foot = null, wide = false, onclose = () => {} } = {}) {
  const id = newId("dialog");
  const node = h(
    "dialog",
    { class: wide ? "dialog wide" : "dialog", "aria-labelledby": id },
    h(
      "div",
      { class: "dialog-head" },
      h("h2", { id }, title),
      h("button", { type: "button", class: "icon-button", "aria-label": "Close", onClick: () => node.close() }, icon("close")),
    ),
    h("div", { class: "dialog-body", tabindex: 0 }, body),
    foot ? h("div", { class: "dialog-foot" }, foot) : null,
    h("div", { class: "toasts" }),
  );
  node.addEventListener("close", () => {
    node.remove();
    onclose();
  });
  node.addEventListener("click", (event) => event.target === node && node.close());
  document.body.append(node);
  node.showModal();
  return node;
}

/** Ask what Block Kit's `confirm` object asks; resolves to whether it was confirmed. */
export function confirm({ title, text, yes, no, danger = false }) {
  return new Promise((resolve) => {
    let answer = false;
    const say = (value) => () => {
      answer = value;
      node.close();
    };
    const node = dialog(title, h("div", { class: "confirm-text" }, text), {
      foot: [
        h("button", { type: "button", class: "button", onClick: say(false) }, no),
        h(
          "button",
          { type: "button", class: danger ? "button danger" : "button primary", autofocus: true, onClick: say(true) },
          yes,
        ),
      ],
      onclose: () => resolve(answer),
    });
  });
}
