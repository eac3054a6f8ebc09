// The dialog "Write in bulk": counts keywords as the server does, shows what the choice needs.
(() => {
  "use strict";
  const dialog = document.getElementById("batch-write");
  const REVIEW_ABOVE = 10;
  // What the server strips; String.trim() strips other characters.
  const BLANK = "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
  const EDGES = new RegExp(`^[${BLANK}]+|[${BLANK}]+$`, "g");
  // Case folding as Python does it: by way of the upper case "ß" meets "SS"; "ı" stays itself.
  const fold = (text) =>
    text.replace(/[^ı]/gu, (c) => c.toLowerCase().toUpperCase().toLowerCase());

  const count = (text) => {
    const seen = new Set();
    let repeated = 0;
    for (const part of text.split(/[\n\r,]/)) {
      const keyword = part.replace(EDGES, "").normalize("NFC");
      if (!keyword) continue;
      if (seen.has(fold(keyword))) repeated += 1;
      seen.add(fold(keyword));
    }
    return { articles: seen.size, repeated };
  };
  const words = (element, name, number) =>
    number === 1 ? element.dataset[`${name}One`] : element.dataset[`${name}Many`].replace("{count}", number);
  const counted = (form) => {
    if (form.dataset.rows !== undefined) return Number(form.dataset.rows);
    const { articles, repeated } = count(form.elements.keywords.value);
    const line = document.getElementById("keyword-count");
    const parts = articles ? [words(line, "keyword", articles)] : [];
    if (repeated) parts.push(words(line, "repeated", repeated));
    line.textContent = parts.join(" · ");
    return articles;
  };

  const refresh = () => {
    const form = document.getElementById("batch-form");
    // Where scripts run, Enter does what the last button says.
    document.getElementById("batch-default").removeAttribute("formaction");
    const articles = counted(form);
    const submit = document.getElementById("batch-submit");
    submit.textContent = words(submit, "write", articles);
    submit.disabled = articles === 0;
    const reviewed = document.getElementById("batch-review") !== null;
    document.getElementById("many-articles").hidden = reviewed || articles <= REVIEW_ABOVE;
    const show = (name, shown) => { form.elements[name].closest(".field").hidden = !shown; };
    show("customOutline", form.elements.outlineOption.value === "custom-outline");
    show("maxImages", form.elements.autoInsertImages.checked);
  };

  const focus = () => {
    const first = dialog.querySelector("[aria-invalid=true], [role=alert], [data-said]");
    if (document.getElementById("batch-review")) {
      document.getElementById("batch-submit").focus();
      document.getElementById("batch-review").scrollIntoView({ block: "nearest" });
    } else if (first) first.focus();
    else if (!dialog.contains(document.activeElement)) dialog.querySelector("[name=keywords]").focus();
  };

  dialog.addEventListener("input", () => {
    // What was looked at is no longer what would be written.
    document.getElementById("batch-review")?.remove();
    refresh();
  });
  // The second half of a double click, or a held key, must not confirm a review unread.
  const unread = (event) => document.getElementById("batch-review") && event.target.closest("#batch-submit");
  dialog.addEventListener("click", (event) => {
    if (event.detail > 1 && unread(event)) event.preventDefault();
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.repeat && unread(event)) event.preventDefault();
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    if (event.detail.target.id !== "batch-form" && event.detail.elt.id !== "batch-form") return;
    refresh();
    if (dialog.open) focus();
  });
  // The browser may put back what was typed before the page was left.
  window.addEventListener("pageshow", refresh);
  refresh();
})();
