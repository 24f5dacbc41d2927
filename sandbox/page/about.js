/* About one channel: its topic, who is in it, and what can be done with it. */

import { h } from "./dom.js";
import { confirm, dialog } from "./menus.js";
import { mrkdwn } from "./mrkdwn.js";
import { avatar, nameOf } from "./people.js";
import { visit, workspace } from "./workspace.js";

/** Open it as a dialog. */
export function aboutChannel(channel) {
  const open = channel.is_member && !channel.is_archived;
  const members = channel.members ?? [];
  const body = [
    h("h3", {}, "Topic"),
    h("p", {}, channel.topic ? mrkdwn(channel.topic) : "No topic."),
    h("h3", {}, `Members (${members.length})`),
    h("ul", { class: "member-list" }, members.map(member)),
    open ? invitation(channel, () => node.close()) : null,
  ];
  const button = (label, run, kind = "") =>
    h("button", { type: "button", class: `button ${kind}`, onClick: () => (node.close(), run(channel)) }, label);
  const node = dialog(`#${channel.name}`, body, {
    foot: open ? [button("Archive channel", archive), button("Leave channel", leave, "danger")] : null,
  });
}

const member = (id) =>
  h(
    "li",
    {},
    avatar(id, { size: "small" }),
    nameOf(id),
    workspace.person(id)?.is_bot ? h("span", { class: "app-tag" }, "APP") : null,
    id === workspace.as ? h("span", { class: "quiet" }, "you") : null,
  );

async function leave(channel) {
  const done = await workspace.act("leave", { channel: channel.id });
  if (done.ok) visit({ channel: workspace.channels.find((each) => each.is_member && each.kind === "public")?.id });
}

async function archive(channel) {
  const text = `Nobody can write in #${channel.name} any more.`;
  const sure = await confirm({ title: "Archive this channel?", text, yes: "Archive", no: "Cancel", danger: true });
  if (sure) workspace.act("archive", { channel: channel.id });
}

function invitation(channel, close) {
  const outside = workspace.people.filter((each) => !channel.members.includes(each.id));
  if (!outside.length) return null;
  const select = h(
    "select",
    { class: "field select", id: "invite" },
    outside.map((each) => h("option", { value: each.id }, each.real_name || each.name)),
  );
  const invite = async () => {
    close();
    await workspace.act("invite", { channel: channel.id, user: select.value });
  };
  return h(
    "div",
    { class: "invite" },
    h("label", { for: "invite" }, "Add somebody"),
    select,
    h("button", { type: "button", class: "button", onClick: invite }, "Add"),
  );
}
