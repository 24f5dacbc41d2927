/* Emoji by their Slack names. */

import { h } from "./dom.js";
import { drawn } from "./emoji-drawn.js";

const TABLE = `
+1 👍 thumbsup 👍 -1 👎 thumbsdown 👎 100 💯 alarm_clock ⏰ ambulance 🚑 arrow_down ⬇️ arrow_forward ▶️ arrow_left ⬅️
arrow_right ➡️ arrow_up ⬆️ arrow_upper_right ↗️ arrow_lower_right ↘️ arrows_counterclockwise 🔄 ballot_box_with_check ☑️ bangbang ‼️ bar_chart 📊
bell 🔔 no_bell 🔕 black_circle ⚫ black_square_for_stop ⏹️ blue_book 📘 book 📖 bookmark 🔖 bookmark_tabs 📑 books 📚
boom 💥 brain 🧠 bug 🐛 bulb 💡 bust_in_silhouette 👤 busts_in_silhouette 👥 calendar 📆 chart_with_downwards_trend 📉
chart_with_upwards_trend 📈 checkered_flag 🏁 clap 👏 clipboard 📋 clock1 🕐 cloud ☁️ coffee ☕ computer 💻
construction 🚧 credit_card 💳 crescent_moon 🌙 crown 👑 cry 😢 dart 🎯 date 📅 detective 🕵️ double_vertical_bar ⏸️
earth_africa 🌍 email 📧 envelope ✉️ exclamation ❗ heavy_exclamation_mark ❗ eyes 👀 file_folder 📁 fire 🔥
fire_engine 🚒 fire_extinguisher 🧯 firefighter 🧑‍🚒 floppy_disk 💾 gear ⚙️ ghost 👻 globe_with_meridians 🌐 green_book 📗
grin 😁 grinning 😀 hammer 🔨 hammer_and_wrench 🛠️ handshake 🤝 heart ❤️ heavy_check_mark ✔️ heavy_minus_sign ➖ heavy_plus_sign ➕ hospital 🏥 hourglass ⌛
hourglass_flowing_sand ⏳ house 🏠 inbox_tray 📥 incoming_envelope 📨 information_source ℹ️ joy 😂 key 🔑
large_blue_circle 🔵 large_green_circle 🟢 large_orange_circle 🟠 large_purple_circle 🟣 large_yellow_circle 🟡
large_red_circle 🔴 red_circle 🔴 large_red_square 🟥 large_orange_square 🟧 large_yellow_square 🟨 large_green_square 🟩
large_blue_square 🟦 link 🔗 lock 🔒 loudspeaker 📢 mag 🔍 mega 📣 memo 📝 microscope 🔬 moneybag 💰 muscle 💪 no_entry ⛔
no_entry_sign 🚫 octagonal_sign 🛑 ok ✅ ok_hand 👌 package 📦 page_facing_up 📄 pager 📟 paperclip 📎 partying_face 🥳
pencil 📝 pencil2 ✏️ phone ☎️ point_down 👇 point_left 👈 point_right 👉 point_up ☝️ police_car 🚓 pray 🙏 pushpin 📌
round_pushpin 📍 question ❓ raised_hand ✋ raised_hands 🙌 recycle ♻️ repeat 🔁 rewind ⏪ robot_face 🤖 rocket 🚀
rotating_light 🚨 satellite 🛰️ scales ⚖️ scream 😱 seedling 🌱 shield 🛡️ ship 🚢 siren 🚨 sleuth_or_spy 🕵️ slightly_smiling_face 🙂
smile 😄 smiley 😃 snowflake ❄️ sob 😭 sos 🆘 sparkles ✨ speaker 🔈 speech_balloon 💬 spiral_calendar_pad 🗓️
spiral_note_pad 🗒️ star ⭐ stethoscope 🩺 stopwatch ⏱️ sunny ☀️ sunrise 🌅 sweat_smile 😅 tada 🎉 technologist 🧑‍💻
telephone_receiver 📞 test_tube 🧪 thermometer 🌡️ thinking_face 🤔 ticket 🎫 timer_clock ⏲️ traffic_light 🚥
triangular_flag_on_post 🚩 trophy 🏆 unlock 🔓 vertical_traffic_light 🚦 warning ⚠️ wave 👋 white_check_mark ✅
white_circle ⚪ white_large_square ⬜ wrench 🔧 writing_hand ✍️ x ❌ zap ⚡ zzz 💤
`;

const WORDS = TABLE.trim().split(/\s+/);
const EMOJI = new Map();
for (let at = 0; at < WORDS.length; at += 2) EMOJI.set(WORDS[at], WORDS[at + 1]);

export const QUICK = ["white_check_mark", "eyes", "raised_hands"];

/** One emoji as the reader's machine can show it; `:name:` when nobody knows it. */
export function emoji(name) {
  const bare = name.replace(/^:|:$/g, "").replace(/::skin-tone-\d$/, "");
  const character = EMOJI.get(bare);
  if (!character) return h("span", { class: "emoji unknown" }, `:${bare}:`);
  const props = { class: "emoji", role: "img", "aria-label": `${bare.replaceAll("_", " ")} emoji`, title: `:${bare}:` };
  if (canShow(character)) return h("span", props, character);
  const picture = drawn(bare);
  return picture ? h("span", props, picture) : h("span", { class: "emoji unknown", title: props.title }, `:${bare}:`);
}

/** Names that begin with, then contain, what has been typed. */
export function findEmoji(typed, most = 60) {
  const names = [...EMOJI.keys()];
  const begins = names.filter((name) => name.startsWith(typed));
  const others = names.filter((name) => !name.startsWith(typed) && name.includes(typed));
  const each = new Map([...begins, ...others].map((name) => [EMOJI.get(name), name]).reverse());
  return [...each.values()].reverse().slice(0, most);
}

const shown = new Map();
let canvas;

/** Whether some font here has the character in colour: machines without an emoji font draw a box or a plain outline. */
function canShow(character) {
  if (!shown.has(character)) {
    canvas ??= Object.assign(document.createElement("canvas"), { width: 20, height: 20 }).getContext("2d", {
      willReadFrequently: true,
    });
    canvas.clearRect(0, 0, 20, 20);
    canvas.font = "16px sans-serif";
    canvas.textBaseline = "top";
    canvas.fillStyle = "#000";
    canvas.fillText(character, 0, 1);
    const dots = canvas.getImageData(0, 0, 20, 20).data;
    let coloured = false;
    for (let at = 0; at < dots.length && !coloured; at += 4) coloured = dots[at] + dots[at + 1] + dots[at + 2] > 30;
    shown.set(character, coloured);
  }
  return shown.get(character);
}
