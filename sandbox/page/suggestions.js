/* What could be meant by what stands before the caret: /commands and shortcuts, @people, #channels, :emoji:. */

import { emoji, findEmoji } from "./emoji.js";
import { icon } from "./icons.js";
import { plainWords } from "./mrkdwn.js";
import { avatar, channelMark } from "./people.js";
import { workspace } from "./workspace.js";

/** The shortcuts that are not a message's. */
export const globalShortcuts = () => workspace.shortcuts.filter((each) => each.type !== "message");

export const runShortcut = (each, { channel }) => workspace.act("shortcut", { callback_id: each.callback_id, channel });

/** Suggestions: `{label, about, picture, typed, insert}`, or with `run` instead of `insert`. Commands work in no thread. */
export function suggestions(before, inThread) {
  const command = /^\/(\S*)$/.exec(before);
  if (command && !inThread) return commands(command[0]);
  const word = /(?:^|[\s(])([@#:])([\p{L}\p{N}._+-]*)$/u.exec(before);
  if (!word) return [];
  const [, mark, typed] = word;
  return { "@": people, "#": channels, ":": smileys }[mark](typed.toLowerCase(), mark + typed);
}

function commands(typed) {
  const wanted = typed.toLowerCase();
  const found = workspace.commands
    .filter((each) => each.command.startsWith(wanted))
    .map((each) => ({
      label: each.command,
      about: [each.usage_hint, each.description].filter(Boolean).join(" — "),
      typed,
      insert: `${each.command} `,
      exact: each.command === wanted,
      picture: workspace.bot ? avatar(workspace.bot.id, { size: "tiny" }) : null,
    }));
  const named = globalShortcuts()
    .filter((each) => each.name.toLowerCase().includes(wanted.slice(1)))
    .map((each) => ({
      label: each.name,
      about: `Shortcut — ${each.description ?? ""}`,
      typed,
      picture: icon("bolt"),
      run: (where) => runShortcut(each, where),
    }));
  return [...found, ...named];
}

const people = (wanted, typed) =>
  [
    ...workspace.people
      .filter((each) => `${each.name} ${each.real_name}`.toLowerCase().includes(wanted))
      .map((each) => ({
        label: each.real_name || each.name,
        about: `@${each.name}`,
        typed,
        insert: `@${each.name} `,
        picture: avatar(each.id, { size: "tiny" }),
      })),
    ...["here", "channel"]
      .filter((each) => wanted && each.startsWith(wanted))
      .map((each) => ({ label: `@${each}`, about: "Tell everybody", typed, insert: `@${each} `, picture: icon("people") })),
  ].slice(0, 8);

const channels = (wanted, typed) =>
  workspace.channels
    .filter((each) => each.kind !== "im" && !each.is_archived && each.name.includes(wanted))
    .slice(0, 8)
    .map((each) => ({
      label: each.name,
      about: plainWords(each.topic),
      typed,
      insert: `#${each.name} `,
      picture: channelMark(each),
    }));

const smileys = (wanted, typed) =>
  wanted.length < 2
    ? []
    : findEmoji(wanted, 8).map((name) => ({ label: `:${name}:`, about: "", typed, insert: `:${name}: `, picture: emoji(name) }));
