// Copying what the links to files lead to; where the clipboard is closed, the link does its work.
(() => {
  "use strict";
  const form = document.getElementById("article-form");
  const said = document.getElementById("copy-state");

  const byHand = (text) => {
    const field = document.createElement("textarea");
    field.value = text;
    field.readOnly = true;
    field.className = "visually-hidden";
    document.body.append(field);
    field.select();
    const copied = document.execCommand("copy");
    field.remove();
    return copied;
  };
  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return byHand(text);
    }
  };

  document.addEventListener("click", async (event) => {
    const link = event.target.closest("a[data-copy]");
    if (!link) return;
    event.preventDefault();
    said.textContent = "";
    if (!(await form.articleSaved())) return;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok || !(await copied((await answer.text()).trimEnd()))) throw new Error(link.href);
      link.focus();
      said.textContent = link.dataset.copy;
    } catch {
      location.assign(link.href);
    }
  });
})();
