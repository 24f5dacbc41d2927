/* The inputs of Block Kit as native controls. Each maker gives `{node, read}`; `read()` is the element's state as Slack
   words it (`{type, value}`, `{type, selected_option}`, …). */

import { h, newId } from "./dom.js";
import { choices, sameOption } from "./choices.js";
import { external } from "./external.js";
import { closePopover, popover } from "./menus.js";
import { icon } from "./icons.js";
import { mrkdwn } from "./mrkdwn.js";
import { workspace } from "./workspace.js";

/** The property in which an element's state holds what was chosen. */
export const HELD = {
  plain_text_input: "value",
  email_text_input: "value",
  url_text_input: "value",
  number_input: "value",
  rich_text_input: "rich_text_value",
  static_select: "selected_option",
  external_select: "selected_option",
  radio_buttons: "selected_option",
  multi_static_select: "selected_options",
  multi_external_select: "selected_options",
  checkboxes: "selected_options",
  users_select: "selected_user",
  multi_users_select: "selected_users",
  conversations_select: "selected_conversation",
  multi_conversations_select: "selected_conversations",
  channels_select: "selected_channel",
  multi_channels_select: "selected_channels",
  datepicker: "selected_date",
  timepicker: "selected_time",
  datetimepicker: "selected_date_time",
};

const STARTS = {
  value: "initial_value",
  rich_text_value: "initial_value",
  selected_option: "initial_option",
  selected_options: "initial_options",
  selected_user: "initial_user",
  selected_users: "initial_users",
  selected_conversation: "initial_conversation",
  selected_conversations: "initial_conversations",
  selected_channel: "initial_channel",
  selected_channels: "initial_channels",
  selected_date: "initial_date",
  selected_time: "initial_time",
  selected_date_time: "initial_date_time",
};

/** What an element holds before anybody has touched it. */
export function initially(element) {
  const held = HELD[element.type];
  const given = element[STARTS[held]] ?? null;
  if (given === null && element.default_to_current_conversation)
    return held.endsWith("s") ? [workspace.channelId] : workspace.channelId;
  return given ?? (held.endsWith("s") ? [] : null);
}

const MAKERS = {
  plain_text_input: textInput,
  email_text_input: textInput,
  url_text_input: textInput,
  number_input: textInput,
  rich_text_input: richInput,
  static_select: select,
  external_select: external,
  users_select: select,
  conversations_select: select,
  channels_select: select,
  multi_static_select: multiSelect,
  multi_external_select: external,
  multi_users_select: multiSelect,
  multi_conversations_select: multiSelect,
  multi_channels_select: multiSelect,
  checkboxes: boxes,
  radio_buttons: boxes,
  datepicker: picker,
  timepicker: picker,
  datetimepicker: picker,
};

export const isInput = (element) => element.type in MAKERS;

/**
 * A control for `element`. `with.id` is given to what a label points at; `with.label` names it where there is no visible
 * label; `with.value` is what it holds; `with.suggest(query)` gives an external select its options; `with.changed(how)` is called on every change ("type", "enter" or "choose").
 */
export function control(element, given) {
  const made = MAKERS[element.type](element, { id: newId("control"), changed: () => {}, ...given });
  return { ...made, read: () => ({ type: element.type, [HELD[element.type]]: made.held() }) };
}

const naming = (given) => ({
  id: given.id,
  "aria-label": given.label,
  "aria-describedby": given.describedBy,
  "aria-required": given.required ? "true" : null,
  "data-focus": given.name,
});

function textInput(element, given) {
  const kinds = { email_text_input: "email", url_text_input: "url" };
  const props = {
    ...naming(given),
    class: "field",
    placeholder: element.placeholder?.text,
    value: given.value ?? "",
    maxlength: element.max_length,
    autofocus: element.focus_on_load,
    onInput: () => given.changed("type"),
    onKeydown: (event) => event.key === "Enter" && !element.multiline && given.changed("enter"),
  };
  const node = element.multiline
    ? h("textarea", { ...props, rows: 4 })
    : h("input", {
        ...props,
        type: kinds[element.type] ?? "text",
        inputmode: element.type === "number_input" ? "decimal" : null,
        autocomplete: "off",
      });
  return { node, held: () => node.value || null };
}

function richInput(element, given) {
  const plain = (given.value?.elements ?? [])
    .map((section) => (section.elements ?? []).map((each) => each.text ?? "").join(""))
    .join("\n");
  const inner = textInput({ ...element, multiline: true }, { ...given, value: plain });
  const section = (text) => ({ type: "rich_text_section", elements: [{ type: "text", text }] });
  return { node: inner.node, held: () => (inner.held() ? { type: "rich_text", elements: [section(inner.held())] } : null) };
}

function select(element, given) {
  const offered = choices(element);
  const current = offered.find((each) =>
    typeof each.raw === "string" ? each.raw === given.value : sameOption(each.raw, given.value),
  );
  const option = (each) =>
    h("option", { value: each.value, selected: each === current, title: each.raw?.description?.text }, each.label);
  const groups = [...new Set(offered.map((each) => each.group))];
  const node = h(
    "select",
    { ...naming(given), class: "field select", autofocus: element.focus_on_load, onChange: () => given.changed("choose") },
    h("option", { value: "", selected: !current }, element.placeholder?.text ?? "Choose an option"),
    groups.map((group) => {
      const inside = offered.filter((each) => each.group === group).map(option);
      return group ? h("optgroup", { label: group }, inside) : inside;
    }),
  );
  return { node, held: () => offered.find((each) => each.value === node.value)?.raw ?? null };
}

function multiSelect(element, given) {
  const offered = choices(element);
  const chosen = new Set(
    offered.filter((each) =>
      (given.value ?? []).some((one) => (typeof one === "string" ? one === each.raw : sameOption(one, each.raw))),
    ),
  );
  const chips = h("span", { class: "chips", id: newId("chips") });
  const opener = h(
    "button",
    {
      ...naming(given),
      "aria-label": null,
      "aria-required": null,
      "aria-labelledby": `${given.labelId ?? ""} ${chips.id}`.trim(),
      type: "button",
      class: "field multi",
      "aria-haspopup": "dialog",
      "aria-expanded": "false",
      onClick: () => show(),
    },
    chips,
    icon("down"),
  );
  const draw = () => {
    chips.replaceChildren(
      ...(chosen.size
        ? [...chosen].flatMap((each) => [h("span", { class: "chip" }, each.label), " "])
        : [h("span", { class: "placeholder" }, element.placeholder?.text ?? "Choose options")]),
    );
  };
  const toggle = (each, box) => {
    if (box.checked && element.max_selected_items && chosen.size >= element.max_selected_items) box.checked = false;
    else if (box.checked) chosen.add(each);
    else chosen.delete(each);
    draw();
    given.changed("choose");
  };
  const show = () => popover(opener, checklist(given.labelText ?? given.label ?? "Options", offered, chosen, toggle));
  draw();
  return { node: opener, held: () => offered.filter((each) => chosen.has(each)).map((each) => each.raw) };
}

function checklist(label, offered, chosen, toggle) {
  const rows = offered.map((each) => {
    const box = h("input", { type: "checkbox", checked: chosen.has(each), onChange: (event) => toggle(each, event.target) });
    return h("label", { class: "check-row", data: { text: each.label.toLowerCase() } }, box, each.label);
  });
  const filter = h("input", {
    class: "field",
    type: "search",
    placeholder: "Find…",
    "aria-label": `Find in ${label}`,
    autocomplete: "off",
  });
  filter.addEventListener("input", () =>
    rows.forEach((each) => (each.hidden = !each.dataset.text.includes(filter.value.toLowerCase()))),
  );
  const grouped = rows.flatMap((each, index) =>
    offered[index].group && offered[index].group !== offered[index - 1]?.group
      ? [h("div", { class: "check-group" }, offered[index].group), each]
      : [each],
  );
  return h(
    "div",
    { class: "checklist", role: "dialog", "aria-label": label, tabindex: -1 },
    offered.length > 6 ? filter : null,
    h("div", { class: "check-rows" }, rows.length ? grouped : h("p", { class: "quiet" }, "There is nothing to choose from.")),
    h("button", { type: "button", class: "button small", onClick: () => closePopover() }, "Done"),
  );
}

function boxes(element, given) {
  const single = element.type === "radio_buttons";
  const group = newId("group");
  const holds = (option) =>
    single ? sameOption(option, given.value) : (given.value ?? []).some((one) => sameOption(one, option));
  const rows = (element.options ?? []).map((option, index) => {
    const box = h("input", {
      type: single ? "radio" : "checkbox",
      name: group,
      checked: holds(option),
      id: `${group}-${index}`,
      "data-focus": `${given.name ?? group}-${index}`,
      onChange: () => given.changed("choose"),
    });
    return {
      option,
      box,
      node: h(
        "div",
        { class: "box-row" },
        box,
        h(
          "label",
          { for: box.id },
          label(option.text),
          option.description ? h("span", { class: "box-hint" }, label(option.description)) : null,
        ),
      ),
    };
  });
  const node = h(
    "div",
    {
      id: given.id,
      class: "boxes",
      role: single ? "radiogroup" : "group",
      "aria-label": given.label,
      "aria-labelledby": given.labelledBy,
      "aria-describedby": given.describedBy,
    },
    rows.map((each) => each.node),
  );
  const checked = () => rows.filter((each) => each.box.checked).map((each) => each.option);
  return { node, held: () => (single ? (checked()[0] ?? null) : checked()) };
}

const label = (text) => (text?.type === "mrkdwn" ? mrkdwn(text.text) : (text?.text ?? ""));

function picker(element, given) {
  const kinds = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };
  const value = element.type === "datetimepicker" && given.value ? localMinute(given.value) : (given.value ?? "");
  const node = h("input", {
    ...naming(given),
    class: "field",
    type: kinds[element.type],
    value,
    autofocus: element.focus_on_load,
    onChange: () => given.changed("choose"),
  });
  const held = () =>
    !node.value ? null : element.type === "datetimepicker" ? Math.floor(new Date(node.value).getTime() / 1000) : node.value;
  return { node, held };
}

function localMinute(seconds) {
  const moment = new Date(seconds * 1000);
  return new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
