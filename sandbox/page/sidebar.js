/* The left side: the workspace, who one is, and where one can go. */

import { h, reconcile, replace } from "./dom.js";
import { browseChannels } from "./browse.js";
import { icon } from "./icons.js";
import { menu } from "./menus.js";
import { avatar } from "./people.js";
import { visit, workspace } from "./workspace.js";

const parts = {};

/** Build the sidebar once, inside `host`. */
export function buildSidebar(host) {
  parts.team = h("div", { class: "team-name" });
  parts.who = h("button", {
    type: "button",
    class: "who",
    "aria-haspopup": "menu",
    "aria-expanded": "false",
    onClick: () => switchPeople(parts.who),
  });
  parts.lists = ["Channels", "Private channels", "Direct messages", "Apps"].map((name) => section(name));
  replace(
    host,
    h("div", { class: "sidebar-head" }, parts.team, parts.who),
    h(
      "div",
      { class: "sidebar-scroll" },
      parts.lists.map((each) => each.node),
    ),
  );
}

function section(name) {
  const id = `section-${name.replaceAll(" ", "-").toLowerCase()}`;
  const list = h("ul", { class: "places", "aria-labelledby": id });
  const add =
    name === "Channels"
      ? h(
          "button",
          {
            type: "button",
            class: "icon-button",
            "aria-label": "Browse or create channels",
            title: "Browse or create channels",
            onClick: () => browseChannels(),
          },
          icon("plus"),
        )
      : null;
  return {
    name,
    list,
    node: h("section", { class: "place-section" }, h("div", { class: "section-head" }, h("h2", { id }, name), add), list),
  };
}

/** Bring it up to date. */
export function showSidebar() {
  parts.team.textContent = workspace.team.name ?? "Workspace";
  if (parts.who.dataset.as !== `${workspace.as}/${workspace.me?.name}`) {
    parts.who.dataset.as = `${workspace.as}/${workspace.me?.name}`;
    replace(
      parts.who,
      avatar(workspace.as, { size: "tiny" }),
      h("span", {}, "You are: ", h("b", {}, workspace.me?.name ?? "…")),
      icon("down"),
    );
  }
  const mine = workspace.channels.filter(
    (each) => (each.is_member || each.id === workspace.channelId) && (!each.is_archived || each.id === workspace.channelId),
  );
  const [open, closed, direct, apps] = parts.lists;
  fill(
    open,
    mine.filter((each) => each.kind === "public"),
  );
  fill(
    closed,
    mine.filter((each) => each.kind === "private"),
  );
  fill(
    direct,
    mine.filter((each) => each.kind === "im" && !workspace.isApp(each)),
  );
  fill(
    apps,
    mine.filter((each) => workspace.isApp(each)),
  );
  if (!apps.list.children.length && workspace.bot) newApp(apps);
  document.title = title(mine);
}

function title(mine) {
  const unread = mine.reduce((sum, each) => sum + (each.unread ?? 0), 0);
  const here = workspace.channel();
  const name = here ? `${here.kind === "im" ? "" : "#"}${workspace.title(here)}` : "Slack";
  return `${unread ? `(${unread}) ` : ""}${name} · ${workspace.me?.name ?? ""} · ${workspace.team.name ?? "workspace"}`;
}

function fill({ node, list, name }, channels) {
  node.hidden = !channels.length && name !== "Channels";
  reconcile(list, channels.sort(byName), {
    key: (each) => each.id,
    signature: (each) =>
      JSON.stringify([
        workspace.title(each),
        each.kind,
        each.unread,
        each.is_archived,
        each.is_member,
        each.id === workspace.channelId,
        workspace.as,
      ]),
    build: place,
  });
}

/** The app, before anybody has written to it: its direct messages begin when it is opened. */
function newApp({ node, list }) {
  const open = async () => {
    const channel = await workspace.openApp();
    if (channel) visit({ channel: channel.id });
  };
  node.hidden = false;
  replace(
    list,
    h(
      "li",
      { "data-key": "app" },
      h(
        "button",
        { type: "button", class: "place", "data-focus": "app", onClick: open },
        avatar(workspace.bot.id, { size: "tiny" }),
        h("span", { class: "place-name" }, workspace.bot.real_name || workspace.bot.name),
      ),
    ),
  );
}

const byName = (one, other) => workspace.title(one).localeCompare(workspace.title(other), undefined, { numeric: true });

function place(channel) {
  const here = channel.id === workspace.channelId;
  const unread = channel.unread ?? 0;
  const other = channel.user ?? channel.members?.find((id) => id !== workspace.as);
  const mark =
    channel.kind === "im" ? avatar(other ?? workspace.as, { size: "tiny" }) : icon(channel.kind === "private" ? "lock" : "hash");
  const own = channel.kind === "im" && other === workspace.as ? h("span", { class: "quiet-side" }, " you") : null;
  return h(
    "li",
    {},
    h(
      "a",
      {
        class: ["place", here && "here", unread && "unread", channel.is_archived && "archived"].filter(Boolean).join(" "),
        href: workspace.address({ channel: channel.id }),
        title: workspace.title(channel),
        "aria-current": here ? "page" : null,
        "data-focus": channel.id,
      },
      mark,
      h("span", { class: "place-name" }, workspace.title(channel), own),
      unread
        ? h(
            "span",
            { class: channel.kind === "im" ? "badge" : "count-badge" },
            String(unread),
            h("span", { class: "sr" }, " unread"),
          )
        : null,
    ),
  );
}

/** The menu of people to be, beside `anchor`. */
export function switchPeople(anchor) {
  const people = workspace.people.filter((each) => !each.is_bot);
  menu(
    anchor,
    [
      { heading: "Act as" },
      ...people.map((each) => ({
        label: each.real_name || each.name,
        hint: each.id === workspace.as ? "you" : `@${each.name}`,
        icon: each.id === workspace.as ? "check" : "people",
        run: () => (location.hash = workspace.address({ as: each.id })),
      })),
      { line: true },
      { heading: "In another tab" },
      ...people
        .filter((each) => each.id !== workspace.as)
        .map((each) => ({
          label: `Open as ${each.name}`,
          icon: "link",
          run: () => open(`${location.pathname}${workspace.address({ as: each.id })}`, "_blank", "noopener"),
        })),
    ],
    { label: "Act as" },
  );
}
