/* ⌘K: jump to a channel or person, run a shortcut, become somebody else. */

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { avatar } from "./people.js";
import { visit, workspace } from "./workspace.js";

/** Open the jump dialog. */
export function openJump() {
  if (document.querySelector("dialog[open]")) return;
  const list = h("ul", { class: "jump-list", role: "listbox", id: "jump-list", "aria-label": "Places" });
  const field = h("input", {
    class: "field jump-field",
    type: "text",
    role: "combobox",
    "aria-expanded": "true",
    "aria-controls": "jump-list",
    "aria-autocomplete": "list",
    "aria-label": "Jump to a channel, person or shortcut",
    placeholder: "Where would you like to go?",
    autocomplete: "off",
  });
  const node = h("dialog", { class: "dialog jump", "aria-label": "Jump to" }, field, list);
  let found = [];
  let at = 0;
  const run = (each) => {
    node.close();
    each.run();
  };
  const draw = () => {
    replace(
      list,
      found.length
        ? found.map((each, index) =>
            h(
              "li",
              {
                role: "option",
                id: `jump-${index}`,
                class: "completion",
                "aria-selected": String(index === at),
                onClick: () => run(each),
              },
              each.picture,
              h("span", {}, each.label),
              h("span", { class: "quiet" }, each.about),
            ),
          )
        : h("li", { class: "quiet" }, "Nothing of that name."),
    );
    if (found.length) field.setAttribute("aria-activedescendant", `jump-${at}`);
    else field.removeAttribute("aria-activedescendant");
    list.children[at]?.scrollIntoView({ block: "nearest" });
  };
  const search = () => {
    const wanted = field.value.trim().toLowerCase().replace(/^[#@]/, "");
    found = everything()
      .filter((each) => each.label.toLowerCase().includes(wanted))
      .slice(0, 12);
    at = 0;
    draw();
  };
  field.addEventListener("input", search);
  field.addEventListener("keydown", (event) => {
    if (["ArrowDown", "ArrowUp"].includes(event.key) && found.length) {
      event.preventDefault();
      at = (at + (event.key === "ArrowDown" ? 1 : -1) + found.length) % found.length;
      draw();
    } else if (event.key === "Enter" && found[at]) {
      event.preventDefault();
      run(found[at]);
    }
  });
  node.addEventListener("close", () => node.remove());
  node.addEventListener("click", (event) => event.target === node && node.close());
  document.body.append(node);
  node.showModal();
  field.focus();
  search();
}

function everything() {
  const rank = (each) => (each.unread ? 0 : each.is_member ? 1 : 2);
  const channels = [...workspace.channels]
    .sort((one, other) => rank(one) - rank(other) || Number(other.last_ts ?? 0) - Number(one.last_ts ?? 0))
    .map((each) => ({
      label: workspace.title(each),
      about: [
        each.unread ? `${each.unread} unread` : "",
        each.is_archived ? "archived" : "",
        each.kind !== "im" && !each.is_member ? "not joined" : "",
      ]
        .filter(Boolean)
        .join(" · "),
      picture:
        each.kind === "im"
          ? avatar(each.user ?? each.members?.find((id) => id !== workspace.as), { size: "tiny" })
          : icon(each.kind === "private" ? "lock" : "hash"),
      run: () => visit({ channel: each.id }),
    }));
  const shortcuts = workspace.shortcuts
    .filter((each) => each.type !== "message")
    .map((each) => ({
      label: each.name,
      about: "shortcut",
      picture: icon("bolt"),
      run: () => workspace.act("shortcut", { callback_id: each.callback_id, channel: workspace.channelId }),
    }));
  const people = workspace.people
    .filter((each) => !each.is_bot && each.id !== workspace.as)
    .map((each) => ({
      label: `Act as ${each.real_name || each.name}`,
      about: "",
      picture: avatar(each.id, { size: "tiny" }),
      run: () => visit({ as: each.id }),
    }));
  return [...channels, ...shortcuts, ...people];
}
