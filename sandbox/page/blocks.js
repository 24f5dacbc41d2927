/* Block Kit blocks as DOM nodes, for messages, forms and the App Home alike. `place` says where they are: how an action is
   sent (`act`), how an external select is filled (`suggest`), what has been filled in (`kept`), and which inputs there are (`fields`). */

import { append, h, link, newId, safeUrl } from "./dom.js";
import { control, initially, isInput } from "./controls.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { confirm, menu } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { richText } from "./richtext.js";
import { emoji } from "./emoji.js";
import { workspace } from "./workspace.js";

/** A text object: mrkdwn as markup, plain_text as itself with its emoji. */
function text(object) {
  if (!object) return null;
  if (typeof object === "string") return object;
  if (object.type === "mrkdwn") return mrkdwn(object.text, { verbatim: object.verbatim });
  return object.text
    .split(/(:[a-z0-9_+-]+:|\n)/)
    .map((piece) => (piece === "\n" ? h("br") : /^:[a-z0-9_+-]+:$/.test(piece) ? emoji(piece) : piece));
}

/** All blocks of one surface. */
export const blocks = (list, place) => (list ?? []).map((each) => block(each, place));

function block(each, place) {
  const make = BLOCKS[each.type];
  if (!make) return h("div", { class: "block unsupported" }, `This page cannot show a block of type “${each.type}”.`);
  const node = make(each, place);
  node.classList.add("block", `block-${each.type}`);
  if (each.block_id) node.dataset.block = each.block_id;
  return node;
}

const BLOCKS = {
  header: (each) => h("div", {}, h("h3", {}, text(each.text))),
  divider: () => h("div", {}, h("hr")),
  section,
  context: (each) =>
    h(
      "div",
      {},
      (each.elements ?? []).map((one) =>
        one.type === "image" ? picture(one, "context-image") : h("span", { class: "context-text" }, text(one)),
      ),
    ),
  actions: (each, place) =>
    h(
      "div",
      { role: "group", "aria-label": "Actions" },
      (each.elements ?? []).map((one) => element(one, each, place)),
    ),
  image: (each) => h("figure", {}, each.title ? h("figcaption", {}, text(each.title)) : null, picture(each, "block-picture")),
  rich_text: (each) => h("div", {}, richText(each)),
  markdown: (each) => h("div", { class: "markdown" }, markdown(each.text)),
  table,
  alert: (each) =>
    h("div", { class: `alert-${each.level ?? "default"}`, role: "note" }, icon("info"), h("div", {}, text(each.text))),
  video: (each) =>
    h(
      "div",
      {},
      link(each.title_url ?? each.video_url, each.title?.text ?? each.alt_text),
      h("p", { class: "quiet" }, each.description?.text),
    ),
  file: (each) => h("div", {}, icon("file"), ` Remote file ${each.external_id}`),
  call: (each) => h("div", {}, icon("bolt"), ` Call ${each.call_id}`),
  input,
};

function section(each, place) {
  const fields = each.fields?.length
    ? h(
        "div",
        { class: "fields" },
        each.fields.map((one) => h("div", { class: "field-text" }, text(one))),
      )
    : null;
  const main = h(
    "div",
    { class: "section-main" },
    each.text ? h("div", { class: "section-text" }, text(each.text)) : null,
    fields,
  );
  const wide = each.accessory && isInput(each.accessory) && ["checkboxes", "radio_buttons"].includes(each.accessory.type);
  return h(
    "div",
    { class: wide ? "stacked" : null },
    main,
    each.accessory ? h("div", { class: "accessory" }, element(each.accessory, each, place, each.text?.text)) : null,
  );
}

function table(each) {
  const align = (at) => each.column_settings?.[at]?.align ?? "left";
  const cell = (one, at, head) =>
    h(
      head ? "th" : "td",
      { class: `align-${align(at)}`, scope: head ? "col" : null },
      one.type === "rich_text" ? richText(one) : (one.text ?? String(one.value ?? "")),
    );
  const [head, ...rows] = each.rows ?? [];
  return h(
    "div",
    { class: "table-scroll", tabindex: 0, role: "group", "aria-label": "Table" },
    h(
      "table",
      {},
      head &&
        h(
          "thead",
          {},
          h(
            "tr",
            {},
            head.map((one, at) => cell(one, at, true)),
          ),
        ),
      h(
        "tbody",
        {},
        rows.map((row) =>
          h(
            "tr",
            {},
            row.map((one, at) => cell(one, at, false)),
          ),
        ),
      ),
    ),
  );
}

function picture(each, name) {
  const source = safeUrl(each.image_url ?? each.slack_file?.url ?? "");
  if (!source || source.startsWith("mailto:")) return h("span", { class: "quiet" }, each.alt_text);
  return h("img", { class: name, src: source, alt: each.alt_text ?? "", loading: "lazy", referrerpolicy: "no-referrer" });
}

// --- elements

/** One interactive element inside `owner`, its block. */
function element(each, owner, place, about) {
  if (each.visible_to_user_ids && !each.visible_to_user_ids.includes(workspace.as)) return null;
  if (each.type === "image") return picture(each, "accessory-image");
  if (each.type === "button" || each.type === "workflow_button") return button(each, owner, place);
  if (each.type === "overflow") return overflow(each, owner, place);
  if (isInput(each)) return chooser(each, owner, place, about);
  return h("span", { class: "unsupported" }, `“${each.type}” cannot be shown here.`);
}

/** Ask what the element wants confirmed, send the action, and show that it is under way. */
async function press(node, each, owner, place, chosen = {}) {
  if (each.confirm && !(await confirmed(each.confirm))) return false;
  node.setAttribute("aria-busy", "true");
  node.classList.add("busy");
  const done = await place.act({ block_id: owner.block_id, action_id: each.action_id, ...chosen });
  node.removeAttribute("aria-busy");
  node.classList.remove("busy");
  return done.ok;
}

const confirmed = (asked) =>
  confirm({
    title: asked.title.text,
    text: text(asked.text),
    yes: asked.confirm.text,
    no: asked.deny.text,
    danger: asked.style === "danger",
  });

function button(each, owner, place) {
  const props = {
    type: "button",
    class: `button ${each.style ?? ""}`,
    "aria-label": each.accessibility_label,
    "data-focus": each.action_id,
  };
  const node = h("button", { ...props, onClick: () => go() }, text(each.text));
  const go = () => {
    if (node.getAttribute("aria-busy") === "true") return;
    if (each.url) follow(each.url);
    press(node, each, owner, place, each.value === undefined ? {} : { value: each.value });
  };
  if (each.url) node.append(h("span", { class: "sr" }, " (opens a link)"));
  return node;
}

/** Open the address of a button: a message of this workspace here, anything else that is safe in a new tab. */
function follow(address) {
  const here = workspace.localAddress(address);
  if (here) location.hash = here;
  else if (safeUrl(address)) open(safeUrl(address), "_blank", "noopener,noreferrer");
}

function overflow(each, owner, place) {
  const items = (each.options ?? []).map((option) => ({
    label: option.text.text,
    run: () => {
      if (option.url) follow(option.url);
      press(node, each, owner, place, { selected_option: option });
    },
  }));
  const node = h(
    "button",
    {
      type: "button",
      class: "button overflow",
      "aria-label": "More actions",
      "aria-haspopup": "menu",
      "aria-expanded": "false",
      "data-focus": each.action_id,
      onClick: () => menu(node, items, { label: "More actions" }),
    },
    icon("more"),
  );
  return node;
}

/** A select, picker, checkboxes or radio buttons outside an input block: every choice is an action. */
function chooser(each, owner, place, about) {
  const before = place.kept?.(owner.block_id, each.action_id) ?? initially(each);
  const made = control(each, {
    name: each.action_id,
    label: each.placeholder?.text ?? unmarked(about) ?? "Choose",
    value: before,
    suggest: (query) => place.suggest(owner.block_id, each.action_id, query),
    changed: async () => {
      const chosen = choiceOf(made.read());
      place.keep?.(owner.block_id, each.action_id, made.read());
      const sent = await press(made.node, each, owner, place, chosen);
      if (!sent && each.confirm && "value" in made.node) made.node.value = "";
    },
  });
  place.fields?.push({ block: owner.block_id, action: each.action_id, element: each, read: made.read, optional: true });
  return made.node;
}

const unmarked = (words) => words?.replace(/[*_~`]/g, "").slice(0, 80);

// --- input blocks

const GROUPED = ["checkboxes", "radio_buttons"];

function input(each, place) {
  const inner = each.element;
  if (!isInput(inner)) return h("div", { class: "unsupported" }, `This page has no input for “${inner.type}”.`);
  const ids = { field: newId("input"), label: newId("label"), hint: newId("hint"), error: newId("error") };
  const grouped = GROUPED.includes(inner.type);
  const made = control(inner, {
    id: ids.field,
    name: `${each.block_id}/${inner.action_id}`,
    labelledBy: grouped ? ids.label : null,
    labelText: each.label.text,
    labelId: ids.label,
    describedBy: `${ids.hint} ${ids.error}`,
    required: !each.optional,
    value: place.kept?.(each.block_id, inner.action_id) ?? initially(inner),
    suggest: (query) => place.suggest(each.block_id, inner.action_id, query),
    changed: (how) => changed(how),
  });
  const error = h("div", { class: "input-error", id: ids.error });
  const changed = (how) => {
    place.keep?.(each.block_id, inner.action_id, made.read());
    fault(null);
    if (each.dispatch_action && dispatches(inner, how)) press(made.node, inner, each, place, choiceOf(made.read()));
  };
  const fault = (message) => {
    error.replaceChildren(...(message ? [icon("info"), message] : []));
    node.classList.toggle("wrong", Boolean(message));
    made.node.setAttribute("aria-invalid", String(Boolean(message)));
  };
  const title = [text(each.label), each.optional ? h("span", { class: "optional" }, " (optional)") : null];
  const node = h(
    "div",
    {},
    grouped
      ? h("div", { class: "input-label", id: ids.label }, title)
      : h("label", { class: "input-label", for: ids.field, id: ids.label }, title),
    made.node,
    error,
    each.hint ? h("div", { class: "input-hint", id: ids.hint }, text(each.hint)) : null,
  );
  place.fields?.push({
    block: each.block_id,
    action: inner.action_id,
    element: inner,
    read: made.read,
    optional: Boolean(each.optional),
    fault,
    node: made.node,
  });
  return node;
}

/** A state without its type, as an action carries it. */
const choiceOf = (state) => Object.fromEntries(Object.entries(state).filter(([name]) => name !== "type"));

function dispatches(element, how) {
  if (how === "choose") return true;
  const wanted = element.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"];
  return wanted.includes(how === "enter" ? "on_enter_pressed" : "on_character_entered");
}

/** A message's legacy attachments: a coloured bar beside text and blocks. */
export function attachments(list, place) {
  return (list ?? []).map((each) => {
    const bar = h("div", { class: "attachment" });
    const colour =
      { good: "#2eb886", warning: "#daa038", danger: "#a30200" }[each.color] ??
      (/^#?[0-9a-f]{6}$/i.test(each.color ?? "") ? `#${each.color.replace("#", "")}` : null);
    if (colour) bar.style.borderLeftColor = colour;
    return append(bar, [
      each.pretext ? h("div", {}, mrkdwn(each.pretext)) : null,
      each.author_name ? h("div", { class: "quiet" }, each.author_name) : null,
      each.title
        ? h("div", { class: "attachment-title" }, each.title_link ? link(each.title_link, each.title) : each.title)
        : null,
      each.blocks?.length ? blocks(each.blocks, place) : each.text ? h("div", {}, mrkdwn(each.text)) : null,
      (each.fields ?? []).length
        ? h(
            "div",
            { class: "fields" },
            each.fields.map((one) => h("div", {}, h("b", {}, one.title), h("br"), mrkdwn(one.value))),
          )
        : null,
      each.footer ? h("div", { class: "quiet" }, each.footer) : null,
    ]);
  });
}
