/* Moments as Slack words them, in the reader's own zone. */

const DAY = 86_400_000;
/** Made once for each wording: making one takes longer than all else that is done for a message. */
const format = (options) => {
  const wording = JSON.stringify(options);
  if (!formats.has(wording)) formats.set(wording, new Intl.DateTimeFormat("en-GB", options));
  return formats.get(wording);
};
const formats = new Map();
const LONG = { weekday: "long", year: "numeric", month: "long", day: "numeric" };

export const at = (ts) => new Date(Number(ts) * 1000);
export const clockTime = (moment) => format({ hour: "2-digit", minute: "2-digit" }).format(moment);
export const fullTime = (moment) => format({ dateStyle: "full", timeStyle: "medium" }).format(moment);

const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

function pretty(moment, otherwise) {
  const days = Math.round((midnight(moment) - midnight(new Date())) / DAY);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] ?? otherwise;
}

/** The words of a day's divider. */
export function dayName(moment) {
  const name = pretty(moment, format({ weekday: "long", month: "long", day: "numeric" }).format(moment));
  return name[0].toUpperCase() + name.slice(1);
}

const TOKENS = {
  date_num: (moment) => moment.toISOString().slice(0, 10),
  date: (moment) => format({ year: "numeric", month: "long", day: "numeric" }).format(moment),
  date_short: (moment) => format({ year: "numeric", month: "short", day: "numeric" }).format(moment),
  date_long: (moment) => format(LONG).format(moment),
  date_slash: (moment) => format({ year: "numeric", month: "2-digit", day: "2-digit" }).format(moment),
  date_pretty: (moment) => pretty(moment, TOKENS.date(moment)),
  date_short_pretty: (moment) => pretty(moment, TOKENS.date_short(moment)),
  date_long_pretty: (moment) => pretty(moment, TOKENS.date_long(moment)),
  day_divider_pretty: dayName,
  time: clockTime,
  time_secs: (moment) => format({ hour: "2-digit", minute: "2-digit", second: "2-digit" }).format(moment),
  ago: (moment) => ago(moment),
};

/** A `{date_short} at {time}` template filled in; null when the moment is none. */
export function describeDate(seconds, template) {
  const moment = new Date(seconds * 1000);
  if (!Number.isFinite(seconds) || Number.isNaN(moment.getTime())) return null;
  return template.replace(/\{(\w+)\}/g, (whole, name) => (TOKENS[name] ? TOKENS[name](moment) : whole));
}

function ago(moment) {
  const seconds = Math.round((Date.now() - moment.getTime()) / 1000);
  const units = [
    ["day", 86400],
    ["hour", 3600],
    ["minute", 60],
  ];
  const [unit, size] = units.find(([, each]) => Math.abs(seconds) >= each) ?? ["second", 1];
  return new Intl.RelativeTimeFormat("en", { numeric: "auto" }).format(-Math.round(seconds / size), unit);
}
