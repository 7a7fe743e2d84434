// static/js/frame.js: what every page does. Menus close, toasts go, errors get the focus, a new person's zone is guessed.

const TOAST_MS = 10_000;

/** Show a sentence for ten seconds. `action` is {label, key, run}; an error is never a toast. */
export function toast(text, action) {
  const box = document.querySelector(".toasts");
  const note = document.createElement("div");
  note.className = "toast";
  const words = document.createElement("span");
  words.textContent = text;
  note.append(words);
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn";
    button.textContent = action.label;
    button.addEventListener("click", () => { note.remove(); action.run(); });
    note.append(button);
  }
  box.replaceChildren(note);
  setTimeout(() => note.remove(), TOAST_MS);
  return note;
}

/** Send a form's fields as the browser would, with the page's token; answers with {ok, status, body}. */
export async function send(url, fields) {
  const data = new URLSearchParams(fields);
  data.set("csrf_token", document.body.dataset.csrf);
  const answer = await fetch(url, { method: "POST", body: data, headers: { Accept: "application/json" }, credentials: "same-origin" });
  const json = (answer.headers.get("content-type") ?? "").includes("json");
  return { ok: answer.ok, status: answer.status, body: json ? await answer.json() : {} };
}

function closeMenus(event) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
}

document.addEventListener("click", closeMenus);
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

for (const note of document.querySelectorAll(".toasts .toast")) setTimeout(() => note.remove(), TOAST_MS);
document.querySelector(".errors[role=alert]")?.focus();

const ownZone = document.querySelector("select[data-own-zone]");
if (ownZone && ownZone.value === "") {
  const guess = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = [...ownZone.options].map((option) => option.value);
  const known = (zone) => zone && new Intl.DateTimeFormat("en", { timeZone: zone }).resolvedOptions().timeZone;
  const own = zones.includes(guess) ? guess : zones.find((zone) => known(zone) === guess); // Chromium says Asia/Calcutta
  if (own) ownZone.value = own;
}
