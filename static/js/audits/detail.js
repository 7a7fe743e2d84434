// static/js/audits/detail.js: open a finding beside the list without losing one's place in it.
// Without it the same links load the page with the finding beside it.

const list = document.querySelector("[data-finding-list]");
const BESIDE = matchMedia("(width >= 75rem)");

function select(link) {
  for (const row of list.querySelectorAll("tr[aria-selected]")) row.removeAttribute("aria-selected");
  link?.closest("tr").setAttribute("aria-selected", "true");
}

function close() {
  const detail = list.querySelector(".detail");
  const back = list.querySelector(`a[data-finding="${detail.dataset.finding}"]`);
  detail.remove();
  list.classList.add("is-bare");
  select(null);
  back?.focus();
  const here = new URL(location.href);
  here.searchParams.delete("finding");
  here.hash = "";
  history.replaceState(null, "", here);
}

async function open(link) {
  const answer = await fetch(`/audits/findings/${link.dataset.finding}?piece=1`, { credentials: "same-origin", redirect: "error" });
  if (!answer.ok) throw new Error(String(answer.status));
  const box = document.createElement("template");
  box.innerHTML = await answer.text();
  const detail = box.content.querySelector(".detail");
  list.querySelector(".detail")?.remove();
  list.append(detail);
  list.classList.remove("is-bare");
  select(link);
  history.replaceState(null, "", link.href.replace(/#.*/, ""));
}

list?.addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
  const shut = event.target.closest("[data-close]");
  const link = event.target.closest("tr a[data-finding]");
  if (shut) { event.preventDefault(); close(); return; }
  if (!link || !BESIDE.matches) return;
  event.preventDefault();
  open(link).catch(() => location.assign(link.href));
});
