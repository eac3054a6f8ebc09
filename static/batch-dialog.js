// The dialog "Write in bulk": counts keywords as the server does, and asks for the estimate.
(() => {
  const dialog = document.getElementById("batch-write");
  let timer = 0;

  const keywords = (text) => {
    const seen = new Set();
    let blank = 0;
    let repeated = 0;
    for (const part of text.split(/[\n\r,]/)) {
      const keyword = part.trim().normalize("NFC");
      const same = keyword.toLowerCase();
      if (!keyword) blank += 1;
      else if (seen.has(same)) repeated += 1;
      else seen.add(same);
    }
    return { count: seen.size, blank, repeated };
  };

  const say = (form, kind, count) => {
    const texts = form.dataset;
    if (count === 0) return texts[`${kind}None`];
    return count === 1 ? texts[`${kind}One`] : texts[`${kind}Many`].replace("{count}", count);
  };

  const refresh = () => {
    const form = document.getElementById("batch-form");
    const { count, blank, repeated } = keywords(form.elements.keywords.value);
    const line = [say(form, "count", count)];
    if (count && (repeated || blank)) {
      line.push(form.dataset.dropped.replace("{blank}", blank).replace("{repeated}", repeated));
    }
    document.getElementById("keyword-count").value = line.join(" · ");
    const submit = document.getElementById("batch-submit");
    submit.textContent = say(form, "submit", count);
    submit.disabled = count === 0;
    document.getElementById("many-articles").hidden = count <= 10;
    const own = form.elements.outlineOption.value === "custom-outline";
    document.getElementById("custom-outline").hidden = !own;
  };

  const estimate = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      const form = document.getElementById("batch-form");
      if (!form || keywords(form.elements.keywords.value).count === 0) return;
      htmx.ajax("POST", document.getElementById("estimate").dataset.url, {
        source: form, target: "#estimate", swap: "innerHTML",
        values: Object.fromEntries(new FormData(form)),
      });
    }, 400);
  };

  dialog.addEventListener("input", () => { refresh(); estimate(); });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "batch-form" || document.getElementById("batch-form")) refresh();
  });
  refresh();
  if (dialog.open) estimate();
})();
