// Marking articles of the list: all of the page at once, and how many are marked.
(() => {
  "use strict";
  const form = document.getElementById("articles-form");
  if (!form) return;
  const all = document.getElementById("mark-all");
  const count = document.getElementById("marked-count");
  const buttons = form.querySelectorAll("button[name=action]");
  const boxes = () => [...form.querySelectorAll("input[name=article]")];

  const refresh = () => {
    const marked = boxes().filter((box) => box.checked).length;
    all.checked = marked > 0 && marked === boxes().length;
    all.indeterminate = marked > 0 && !all.checked;
    count.textContent =
      marked === 1 ? count.dataset.one : count.dataset.many.replace("{n}", marked);
    for (const button of buttons) button.disabled = marked === 0;
  };
  all.closest("[hidden]").hidden = false;
  all.addEventListener("change", () => {
    for (const box of boxes()) box.checked = all.checked;
    refresh();
  });
  form.addEventListener("change", refresh);
  // The browser may put marks back.
  window.addEventListener("pageshow", refresh);
  refresh();
})();
