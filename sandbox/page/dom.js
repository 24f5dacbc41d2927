/* Building the page. Text from people only ever becomes text nodes: nothing here, or anywhere in the page, parses HTML. */

/** An element: properties, `on…` listeners, `class`, `data` and attributes; children are nodes, text, lists or nothing. */
export function h(tag, props = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(props ?? {})) set(node, name, value);
  append(node, children);
  return node;
}

function set(node, name, value) {
  if (value === undefined || value === null || value === false) return;
  if (name.startsWith("on")) node.addEventListener(name.slice(2).toLowerCase(), value);
  else if (name === "class") node.className = value;
  else if (name === "data") Object.assign(node.dataset, value);
  else if (name === "value" || name === "checked" || name === "selected" || name === "disabled") node[name] = value;
  else node.setAttribute(name, value === true ? "" : String(value));
}

export function append(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child === undefined || child === null || child === false || child === "") continue;
    node.append(child instanceof Node ? child : String(child));
  }
  return node;
}

export function replace(node, ...children) {
  node.replaceChildren();
  return append(node, children);
}

/**
 * Make `parent` show `items` in order, keeping the element of each key whose signature is unchanged, so that focus, open
 * menus and half-typed text survive whatever else changes.
 */
export function reconcile(parent, items, { key, signature, build }) {
  const before = new Map([...parent.children].map((child) => [child.dataset.key, child]));
  let cursor = parent.firstElementChild;
  for (const item of items) {
    const name = key(item);
    const mark = signature(item);
    let node = before.get(name);
    before.delete(name);
    if (!node || node.signature !== mark) {
      const fresh = build(item);
      fresh.dataset.key = name;
      fresh.signature = mark;
      if (node) {
        const path = focusPath(node);
        if (cursor === node) cursor = node.nextElementSibling;
        node.replaceWith(fresh);
        restoreFocus(fresh, path);
        node = fresh;
        if (node.nextElementSibling === cursor) continue;
      } else node = fresh;
    }
    if (node === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(node, cursor);
  }
  for (const gone of before.values()) gone.remove();
}

/** How to find the focused element again in a rebuilt copy of `root`: by its `data-focus` name. */
export function focusPath(root) {
  const active = document.activeElement;
  if (!active || !root.contains(active)) return null;
  const caret = "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  return { name: active.dataset.focus ?? "", self: active === root, caret };
}

/** Give the focus back to what had it; where that is gone, to the whole, so that the keyboard goes on from there. */
export function restoreFocus(root, path) {
  if (!path) return;
  const same = path.self ? root : path.name && root.querySelector(`[data-focus="${CSS.escape(path.name)}"]`);
  const target = same || (root.hasAttribute("tabindex") ? root : null);
  if (!target) return;
  target.focus({ preventScroll: true });
  try {
    if (path.caret && path.caret[0] !== null) target.setSelectionRange(...path.caret);
  } catch {
    // inputs of type date or e-mail have no caret to put back
  }
}

let ids = 0;
export const newId = (prefix) => `${prefix}-${++ids}`;

/** Only addresses that cannot run anything: http, https, mailto; anything else is null. */
export function safeUrl(address) {
  try {
    const url = new URL(address, location.origin);
    return ["http:", "https:", "mailto:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** A link that opens elsewhere and tells the other side nothing; plain text where the address is not safe. */
export function link(address, label, props = {}) {
  const href = safeUrl(address);
  if (!href) return h("span", {}, label);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer", ...props }, label);
}

/** Tell a screen reader, politely. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}

/** Say briefly what happened; `bad` stays longer and interrupts. */
export function toast(text, { bad = false } = {}) {
  const host = document.querySelector("dialog[open]:last-of-type .toasts") ?? document.getElementById("toasts");
  const note = h("div", { class: bad ? "toast bad" : "toast", role: bad ? "alert" : "status" }, text);
  host.append(note);
  setTimeout(() => note.remove(), bad ? 9000 : 3000);
}
