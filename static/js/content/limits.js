// static/js/content/limits.js: how much room is left while somebody writes a channel's own words.
// Counts as editorial/domain/limits.py does, which has the last word; a test holds both against one table.

const ADDRESS = /https?:\/\/[\w.~:/?#[\]@!$&'*+,;=%-]*[\w~/#\]@$&*+=%-]/gi;
const NARROW = [[0x0000, 0x10ff], [0x2000, 0x200d], [0x2010, 0x201f], [0x2032, 0x2037]];

/** Characters of the channel's that a text takes: a wide one counts `wide`, an address `address` (0: as long as it is). */
export function counted(text, { wide = 1, address = 0 } = {}) {
  const whole = text.replaceAll("\r\n", "\n").normalize("NFC");
  if (!address) return weight(whole, wide);
  const addresses = whole.match(ADDRESS)?.length ?? 0;
  return weight(whole.replace(ADDRESS, ""), wide) + addresses * address;
}

function weight(text, wide) {
  let sum = 0;
  for (const char of text) {
    const code = char.codePointAt(0);
    sum += wide === 1 || NARROW.some(([low, high]) => low <= code && code <= high) ? 1 : wide;
  }
  return sum;
}

/** A text box with data-limit, data-wide, data-address and data-reserved; data-left names the element that tells. */
export function tell(box) {
  const { limit, wide, address, reserved, left } = box.dataset;
  const words = document.getElementById(left);
  if (!words?.dataset.many) return;
  const room = limit - (reserved || 0) - counted(box.value, { wide: Number(wide || 1), address: Number(address || 0) });
  const { one, many, overOne, overMany } = words.dataset;
  const over = room < 0, count = Math.abs(room);
  words.textContent = (over ? (count === 1 ? overOne : overMany) : count === 1 ? one : many).replace("{n}", count);
  words.classList.toggle("error", over);
  words.classList.toggle("hint", !over);
}

if (typeof document !== "undefined") {
  document.addEventListener("input", (event) => {
    if (event.target.matches?.("textarea[data-limit]")) tell(event.target);
  });
}
