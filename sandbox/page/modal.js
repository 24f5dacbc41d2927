/* Forms: the top view of the person's stack as a dialog. What has been typed stays through updates and pushes. */

import { focusPath, h, newId, replace, restoreFocus } from "./dom.js";
import { blocks } from "./blocks.js";
import { HELD } from "./controls.js";
import { icon } from "./icons.js";
import { closePopover } from "./menus.js";
import { avatar } from "./people.js";
import { workspace } from "./workspace.js";

const REQUIRED = "Please complete this required field.";
const typed = new Map(); // view id -> Map("block/action" -> state), kept while the view is somewhere in the stack
let node = null;
let shown = null;
let fields = [];

/** Show, change or take away the dialog so that it is the view the server says is on top. */
export function showModal() {
  const view = workspace.view;
  if (!view) return take();
  const mark = JSON.stringify([view.id, view.hash, view.errors, view.trouble]);
  if (node && shown === mark) return;
  const fresh = !node || node.dataset.view !== view.id;
  if (!node) node = frame();
  const path = fresh ? null : focusPath(node);
  const scroll = fresh ? 0 : (node.querySelector(".modal-body")?.scrollTop ?? 0);
  node.dataset.view = view.id;
  shown = mark;
  fill(view);
  if (!node.open) node.showModal();
  node.querySelector(".modal-body").scrollTop = scroll;
  if (fresh) focusFirst();
  else restoreFocus(node, path);
  showErrors(view.errors ?? {}, view.trouble);
}

function take() {
  if (!node) return;
  const gone = node;
  node = null;
  shown = null;
  typed.clear();
  closePopover({ refocus: false });
  gone.close();
  gone.remove();
}

function frame() {
  const made = h("dialog", { class: "modal" });
  made.addEventListener("cancel", (event) => {
    event.preventDefault();
    leave(workspace.view);
  });
  document.body.append(made);
  return made;
}

function fill(view) {
  const title = newId("modal");
  node.setAttribute("aria-labelledby", title);
  fields = [];
  const kept = typed.get(view.id) ?? typed.set(view.id, new Map()).get(view.id);
  const place = {
    fields,
    kept: (block, action) => remembered(kept.get(`${block}/${action}`) ?? view.values?.[block]?.[action]),
    keep: (block, action, state) => kept.set(`${block}/${action}`, state),
    suggest: (...asked) => workspace.suggest({ view_id: view.id }, ...asked),
    act: (action) => workspace.act("action", { view_id: view.id, values: values(), ...action }),
  };
  const submit = view.submit
    ? h("button", { type: "submit", class: "button primary", "data-focus": "submit" }, view.submit.text)
    : null;
  const body = h(
    "div",
    { class: "modal-body", tabindex: -1 },
    h("div", { class: "modal-trouble", role: "alert", hidden: true }),
    blocks(view.blocks, place),
  );
  const form = h(
    "form",
    { class: "modal-frame", novalidate: true, onSubmit: (event) => (event.preventDefault(), send(view, submit)) },
    h(
      "div",
      { class: "modal-head" },
      workspace.bot ? avatar(workspace.bot.id, { size: "small" }) : null,
      h("h2", { id: title }, view.title?.text ?? ""),
      h(
        "button",
        {
          type: "button",
          class: "icon-button",
          "aria-label": "Close",
          "data-focus": "close-x",
          onClick: () => leave(view, true),
        },
        icon("close"),
      ),
    ),
    body,
    h(
      "div",
      { class: "modal-foot" },
      h(
        "button",
        { type: "button", class: "button", "data-focus": "close", onClick: () => leave(view) },
        view.close?.text ?? (submit ? "Cancel" : "Close"),
      ),
      submit,
    ),
    h("div", { class: "toasts" }),
  );
  form.addEventListener(
    "keydown",
    (event) => event.key === "Enter" && event.target.matches(".multi, select") && event.preventDefault(),
  );
  replace(node, form);
}

const remembered = (state) => (state === undefined || state === null ? undefined : state[HELD[state.type]]);

function focusFirst() {
  const first =
    node.querySelector("[autofocus]") ??
    node.querySelector(".modal-body :is(input, textarea, select, .multi)") ??
    node.querySelector(".modal-foot .primary") ??
    node.querySelector(".modal-foot .button");
  first?.focus();
}

/** What every input holds now, as view.state.values. */
function values() {
  const out = {};
  for (const each of fields) (out[each.block] ??= {})[each.action] = each.read();
  return out;
}

function leave(view, all = false) {
  if (!view) return;
  typed.delete(view.id);
  workspace.act("close", all ? { view_id: view.id, all: true } : { view_id: view.id });
}

async function send(view, button) {
  if (!button || button.disabled) return;
  const wrong = check();
  if (Object.keys(wrong).length) return showErrors(wrong);
  button.disabled = true;
  button.classList.add("busy");
  const done = await workspace.act("submit", { view_id: view.id, values: values() }, { quiet: true });
  button.disabled = false;
  button.classList.remove("busy");
  if (done.ok && !done.errors) return;
  showErrors(done.errors ?? {}, done.errors ? "" : done.error);
}

/** What Slack's own client refuses before it sends a form: empty required fields and malformed values. */
function check() {
  const wrong = {};
  for (const each of fields) {
    const fault = problem(each);
    if (each.fault && fault) wrong[each.block] ??= fault;
  }
  return wrong;
}

function problem({ element, optional, read }) {
  const value = read()[HELD[element.type]];
  const empty = value === null || value === "" || (Array.isArray(value) && !value.length);
  if (empty) return optional ? null : REQUIRED;
  if (element.type === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value)) return "Please enter a valid email address.";
  if (element.type === "url_text_input" && !/^https?:\/\/\S+$/.test(value))
    return "Please enter a valid URL (must start with http:// or https://).";
  if (element.type === "number_input") return numberProblem(element, value);
  if (element.min_length && value.length < element.min_length) return `Please enter at least ${element.min_length} characters.`;
  return null;
}

function numberProblem(element, value) {
  if (!/^-?\d+([.]\d+)?$/.test(value)) return "Please enter a number.";
  if (!element.is_decimal_allowed && value.includes(".")) return "Please enter a whole number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value))
    return `Please enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value))
    return `Please enter ${element.max_value} or less.`;
  return null;
}

/** Errors under their blocks, in words; trouble that belongs to no block above the form. */
function showErrors(errors, trouble = "") {
  if (!node) return;
  let first = null;
  const left = { ...errors };
  for (const each of fields) {
    const message = each.fault ? errors[each.block] : null;
    each.fault?.(message ?? null);
    if (message) {
      first ??= each;
      delete left[each.block];
    }
  }
  const box = node.querySelector(".modal-trouble");
  const rest = [trouble, ...Object.values(left)].filter(Boolean).join(" ");
  box.hidden = !rest;
  box.textContent = rest;
  const target =
    first && (first.node.matches("input, textarea, select, button") ? first.node : first.node.querySelector("input, button"));
  target?.focus();
  if (target) target.closest(".block")?.scrollIntoView({ block: "nearest" });
  else if (rest) box.scrollIntoView({ block: "nearest" });
}
