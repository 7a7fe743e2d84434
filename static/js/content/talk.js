// static/js/content/talk.js: the small forms beside the text answer in place, so that nothing typed is left behind;
// a conflict is settled field by field; a target query is looked up while it is typed.

import { mountMentions } from "./mentions.js";

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-quiet]")) return;
  event.preventDefault();
  const part = form.closest("[data-part]");
  const label = event.submitter?.getAttribute("aria-labelledby");
  part.setAttribute("aria-busy", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)), credentials: "same-origin" });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(part.id);
    if (!fresh) throw new Error(`no part ${part.id}`);
    part.replaceWith(fresh);
    mountMentions(fresh);
    const status = page.querySelector("[data-ways]");
    document.querySelector("[data-ways]")?.replaceWith(...(status ? [status] : []));
    (label && fresh.querySelector(`[aria-labelledby="${label}"]`) || fresh.querySelector("[aria-invalid]") || fresh.querySelector("[data-mentions]:last-of-type"))?.focus();
  } catch {
    form.removeAttribute("data-quiet");
    form.requestSubmit(event.submitter); // the plain way, with the server's own words
  }
});

/** Each field of a conflict keeps what was typed or takes what is saved; the form below holds the choice. */
for (const part of document.querySelectorAll("[data-difference]")) {
  const field = document.querySelector(`[name="${part.dataset.difference}"][form="item-form"], #item-form [name="${part.dataset.difference}"]`);
  const [keep, take] = [part.querySelector("[data-keep]"), part.querySelector("[data-take]")];
  if (!field) continue;
  const mine = field.value;
  const choose = (theirs) => {
    field.value = theirs ? take.dataset.take : mine;
    field.dispatchEvent(new Event("input", { bubbles: true }));
    keep.setAttribute("aria-pressed", String(!theirs));
    take.setAttribute("aria-pressed", String(theirs));
  };
  keep.addEventListener("click", () => choose(false));
  take.addEventListener("click", () => choose(true));
  part.querySelector("[data-choose]").hidden = false;
}

/** Who else is after the query, asked for a moment after the last key. */
const query = document.querySelector("[data-query]");
if (query) {
  const box = document.querySelector("[data-collision]");
  const named = (name) => document.querySelector(`[name="${name}"]`)?.value ?? "";
  let wait, turn = 0;
  const look = async () => {
    const mine = ++turn;
    const ask = new URLSearchParams({ target_query: query.value, query_intent: named("query_intent"), language: named("language"), item: query.dataset.item ?? "", query_decision: named("query_decision"), query_reason: named("query_reason") });
    const answer = await fetch(`${query.dataset.query}?${ask}`, { credentials: "same-origin" });
    if (answer.ok && mine === turn) box.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  };
  const soon = () => { clearTimeout(wait); wait = setTimeout(look, 250); };
  query.addEventListener("input", soon);
  for (const name of ["query_intent", "language"]) document.querySelector(`[name="${name}"]`)?.addEventListener("change", soon);
}

/** A type proposes the cells that it usually answers: by itself where nothing is ticked, else on a click. */
const kind = document.querySelector("[name=type]");
const proposal = document.querySelector("[data-proposal]");
if (kind && proposal) {
  const boxes = [...document.querySelectorAll("input[name=cells]")];
  const usual = () => document.querySelector(`[data-kind="${kind.value}"]`)?.dataset.cells.split(" ") ?? [];
  const offer = () => { proposal.hidden = usual().every((cell) => boxes.some((one) => one.value === cell && one.checked)); };
  const tick = () => {
    for (const one of boxes) if (usual().includes(one.value)) one.checked = true;
    boxes[0]?.dispatchEvent(new Event("change", { bubbles: true }));
    offer();
  };
  proposal.querySelector("button").addEventListener("click", tick);
  kind.addEventListener("change", () => (boxes.some((one) => one.checked) ? offer() : tick()));
  for (const one of boxes) one.addEventListener("change", offer);
  offer();
}

mountMentions(document);
