// The dialog "Write in bulk": files that are chosen or dropped, columns, presets, the fold.
(() => {
  "use strict";
  const dialog = document.getElementById("batch-write");
  const MOST_BYTES = 1_000_000;
  const FOLD = "batch-advanced";
  // On a phone everything below the first fields is one long way down.
  const phone = matchMedia("(max-width: 899px) and (pointer: coarse)");

  const press = (step) => document.getElementById(`step-${step}`)?.click();

  const take = () => {
    const field = document.getElementById("batch-file");
    const error = document.getElementById("batch-file-error");
    const tooLarge = field.files.length > 0 && field.files[0].size > MOST_BYTES;
    error.textContent = tooLarge ? error.dataset.tooLarge : "";
    if (tooLarge) field.value = "";
    else if (field.files.length) press("import");
  };
  dialog.addEventListener("change", (event) => {
    if (event.target.id === "batch-file") take();
    if (event.target.name === "column") press("columns");
  });
  dialog.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    dialog.classList.add("dropping");
  });
  dialog.addEventListener("dragleave", () => dialog.classList.remove("dropping"));
  dialog.addEventListener("drop", (event) => {
    const field = document.getElementById("batch-file");
    if (!event.dataTransfer.files.length) return;
    event.preventDefault();
    dialog.classList.remove("dropping");
    if (!field) return;
    field.closest("details").open = true;
    field.files = event.dataTransfer.files;
    take();
  });
  // Enter in this field keeps the settings; it must not make a job.
  dialog.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.target.name !== "presetName") return;
    event.preventDefault();
    press("save-preset");
  });

  const remembered = () => localStorage.getItem(FOLD);
  const fold = () => {
    const part = document.getElementById(FOLD);
    const open = remembered() ? remembered() === "open" : !phone.matches;
    part.open = open || part.hasAttribute("data-wrong");
    part.addEventListener("click", (event) => {
      if (event.target.closest("summary")) localStorage.setItem(FOLD, part.open ? "closed" : "open");
    });
  };
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id === "batch-form" || event.detail.elt.id === "batch-form") fold();
  });
  fold();
})();
