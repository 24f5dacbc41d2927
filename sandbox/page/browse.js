/* Finding, joining and creating channels. */

import { h, replace } from "./dom.js";
import { icon } from "./icons.js";
import { dialog } from "./menus.js";
import { plainWords } from "./mrkdwn.js";
import { visit, workspace } from "./workspace.js";

/** All channels this person may see, and a form for a new one. */
export function browseChannels() {
  const list = h("ul", { class: "browse-list" });
  const search = h("input", {
    type: "search",
    class: "field",
    placeholder: "Search channels",
    "aria-label": "Search channels",
    autocomplete: "off",
  });
  const draw = () => {
    const found = workspace.channels.filter(
      (each) => each.kind !== "im" && each.name.includes(search.value.trim().toLowerCase().replace(/^#/, "")),
    );
    replace(list, found.length ? found.map((each) => row(each, node)) : h("li", { class: "quiet" }, "No channel of that name."));
  };
  search.addEventListener("input", draw);
  const node = dialog("Channels", [createForm(() => node), search, list]);
  draw();
  search.focus();
}

function row(channel, node) {
  const enter = async () => {
    if (!channel.is_member && !channel.is_archived && !(await workspace.act("join", { channel: channel.id })).ok) return;
    node.close();
    visit({ channel: channel.id });
  };
  const about = [`${channel.members?.length ?? 0} members`, channel.is_archived && "archived", plainWords(channel.topic)]
    .filter(Boolean)
    .join(" · ");
  return h(
    "li",
    { class: "browse-row" },
    h(
      "button",
      { type: "button", class: "browse-name", onClick: () => (node.close(), visit({ channel: channel.id })) },
      icon(channel.kind === "private" ? "lock" : "hash"),
      h("span", {}, h("b", {}, channel.name), h("span", { class: "quiet" }, about)),
    ),
    h(
      "button",
      {
        type: "button",
        class: "button small",
        "aria-label": `${channel.is_member || channel.is_archived ? "Open" : "Join"} ${channel.name}`,
        onClick: enter,
      },
      channel.is_member || channel.is_archived ? "Open" : "Join",
    ),
  );
}

function createForm(node) {
  const name = h("input", {
    class: "field",
    id: "new-channel",
    autocomplete: "off",
    placeholder: "e.g. checkout",
    maxlength: 80,
  });
  const hidden = h("input", { type: "checkbox", id: "new-private" });
  const fault = h("p", { class: "input-error", role: "alert" });
  name.addEventListener("input", () => (name.value = name.value.toLowerCase().replace(/\s/g, "-")));
  const create = async (event) => {
    event.preventDefault();
    const done = await workspace.act("create", { name: name.value, private: hidden.checked }, { quiet: true });
    if (!done.ok) return replace(fault, done.error ?? "The channel could not be created.");
    node().close();
    const made = typeof done.channel === "string" ? done.channel : (done.channel?.id ?? done.id);
    visit({ channel: made ?? workspace.channels.find((each) => each.name === name.value)?.id });
  };
  return h(
    "details",
    { class: "create" },
    h("summary", {}, "Create a channel"),
    h(
      "form",
      { onSubmit: create },
      h("label", { for: "new-channel" }, "Name"),
      name,
      h("div", { class: "box-row" }, hidden, h("label", { for: "new-private" }, "Make it private")),
      fault,
      h("button", { type: "submit", class: "button primary small" }, "Create"),
    ),
  );
}
