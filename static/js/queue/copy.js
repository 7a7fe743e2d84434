// static/js/queue/copy.js: buttons that copy the text of the field named by data-copy. Without a script they stay hidden.

for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy), words = button.querySelector("span");
  if (!field) continue;
  const usual = words.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      if (!document.execCommand("copy")) return; // plain http: the text is selected, so the keyboard can copy it
    }
    words.textContent = button.dataset.done;
    button.setAttribute("aria-live", "polite");
    setTimeout(() => { words.textContent = usual; }, 2000);
  });
}
