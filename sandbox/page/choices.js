/* What selects offer: the options of Block Kit, the people, the channels. Each choice is `{value, label, group?, raw}`. */

import { workspace } from "./workspace.js";

const KINDS = { public: "public", private: "private", im: "im", mpim: "mpim" };

/** The choices of a select element, in order. */
export function choices(element) {
  const kind = element.type.replace(/^multi_/, "");
  if (kind === "users_select") return people();
  if (kind === "channels_select") return channels((each) => each.kind === "public" && !each.is_archived);
  if (kind === "conversations_select") return channels((each) => wanted(each, element.filter));
  return options(element);
}

function options(element) {
  const groups = element.option_groups ?? [{ options: element.options ?? [] }];
  return groups.flatMap((group, at) =>
    (group.options ?? []).map((raw, index) => ({
      value: `${at}.${index}`,
      label: raw.text?.text ?? "",
      group: group.label?.text,
      raw,
    })),
  );
}

const people = () =>
  workspace.people
    .filter((each) => !each.is_bot)
    .map((each) => ({
      value: each.id,
      label: `${each.real_name || each.name}${each.id === workspace.as ? " (you)" : ""}`,
      raw: each.id,
    }));

const channels = (fits) =>
  workspace.channels.filter(fits).map((each) => ({
    value: each.id,
    label: each.kind === "im" ? workspace.title(each) : `${each.kind === "private" ? "🔒 " : "#"}${each.name}`,
    raw: each.id,
  }));

function wanted(channel, filter) {
  if (channel.is_archived) return false;
  if (filter?.include && !filter.include.includes(KINDS[channel.kind])) return false;
  return !(filter?.exclude_bot_users && workspace.isApp(channel));
}

/** Whether two option objects are the same choice. */
export const sameOption = (one, other) => one?.value === other?.value && one?.text?.text === other?.text?.text;
