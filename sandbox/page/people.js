/* Faces and names. */

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { icon as lineIcon } from "./icons.js";
import { workspace } from "./workspace.js";

export const nameOf = (id, otherwise = "") => {
  const person = workspace.person(id);
  if (id === "USLACKBOT") return "Slackbot";
  return person ? person.real_name || person.name : otherwise || id || "Somebody";
};

/** Whom a message is from: the name an app has chosen for itself, else the person's. */
export function authorName(message) {
  const person = workspace.person(message.user);
  const chosen = message.username && message.username !== person?.name ? message.username : "";
  return chosen && chosen !== "slackbot" ? chosen : nameOf(message.user, chosen);
}

/** A rounded square with initials in the person's colour; an app that posts with an emoji icon wears that. */
export function avatar(id, { size = "", name = "", icon = "" } = {}) {
  const person = workspace.person(id);
  const words = (person ? person.real_name || person.name : name || "?").split(/[\s_-]+/).filter(Boolean);
  const initials = (
    words.length > 1 ? words[0][0] + words.at(-1)[0] : (words[0] ?? "?").slice(0, person?.is_bot ? 1 : 2)
  ).toUpperCase();
  const node = h(
    "span",
    { class: `avatar ${size} ${person?.is_bot ? "bot" : ""}`, "aria-hidden": "true", data: icon ? {} : { initials } },
    icon ? emoji(icon) : null,
  );
  const colour = (person?.color ?? "").replace("#", "");
  if (/^[0-9a-f]{6}$/i.test(colour)) {
    node.style.backgroundColor = `#${colour}`;
    node.style.color = light(colour) ? "#000" : "#fff";
  }
  return node;
}

/** Whether black reads better on it than white. */
function light(colour) {
  const [r, g, b] = [0, 2, 4]
    .map((at) => parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((each) => (each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179;
}

/** What stands before a channel's name: # or a lock, for direct messages the other's face. */
export function channelMark(channel, size = "tiny") {
  if (channel.kind !== "im") return lineIcon(channel.kind === "private" ? "lock" : "hash");
  return avatar(channel.user ?? workspace.as, { size });
}
