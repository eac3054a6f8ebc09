// The text of an article in HugeRTE. Other scripts know the textarea alone: it always holds the HTML.
(() => {
  "use strict";
  const COLLECT_MS = 300;
  const root = document.documentElement;
  const form = document.getElementById("article-form");
  const text = form.elements.content;
  const { editorBase, editorContentCss, editorLabel } = form.dataset;
  const theme = () => (root.dataset.bsTheme === "dark" ? "oxide-dark" : "oxide");

  const connect = (editor) => {
    // What the editor makes of the text before anybody has touched it, and the text as it was.
    const original = text.value;
    const untouched = editor.getContent();
    let timer = 0;
    const collect = () => {
      clearTimeout(timer);
      timer = 0;
      const now = editor.getContent();
      const value = now === untouched ? original : now;
      if (value === text.value) return;
      text.value = value;
      text.dispatchEvent(new Event("input", { bubbles: true }));
    };
    const soon = () => {
      timer = timer || setTimeout(collect, COLLECT_MS);
    };
    editor.on("input change undo redo SetContent ExecCommand", soon);
    form.addEventListener("article:collect", collect);
    // The editor is named in a frame of its own; the label leads there all the same.
    document.querySelector(`label[for="${text.id}"]`).addEventListener("click", () => editor.focus());
    const paint = () => {
      editor.getDoc().documentElement.dataset.bsTheme = root.dataset.bsTheme;
      for (const link of document.querySelectorAll('link[href*="/skins/ui/"]')) {
        const href = link.href.replace(/oxide(-dark)?/, theme());
        if (href !== link.href) link.href = href;
      }
    };
    // The field of the HTML has no name of its own.
    editor.on("OpenWindow", () => {
      for (const field of document.querySelectorAll(".tox-dialog textarea")) {
        if (!field.labels.length) field.ariaLabel = editorLabel;
      }
    });
    // What the editor shows beside itself belongs to the page's content, as landmarks go.
    document.getElementById("content").append(...document.querySelectorAll(".tox-hugerte-aux"));
    paint();
    new MutationObserver(paint).observe(root, { attributeFilter: ["data-bs-theme"] });
    form.dataset.editor = "ready";
  };

  hugerte.init({
    target: text,
    base_url: editorBase,
    suffix: ".min",
    language: root.lang,
    skin: theme(),
    content_css: editorContentCss,
    iframe_aria_text: editorLabel,
    promotion: false,
    branding: false,
    menubar: false,
    statusbar: false,
    contextmenu: false,
    browser_spellcheck: true,
    add_form_submit_trigger: false,
    submit_patch: false,
    height: "max(28rem, 75vh)",
    plugins: "lists link image table code searchreplace",
    toolbar:
      "undo redo | blocks | bold italic | bullist numlist blockquote | link image table | " +
      "removeformat searchreplace code",
    toolbar_mode: "wrap",
    block_formats: "Paragraph=p; Heading 2=h2; Heading 3=h3; Heading 4=h4; Preformatted=pre",
    // The text comes out as it went in: the server alone says what may stand in it.
    convert_urls: false,
    entity_encoding: "raw",
    indent: false,
    verify_html: false,
    object_resizing: false,
    image_caption: true,
    image_title: true,
    link_default_target: "",
    link_target_list: false,
    table_advtab: false,
    table_appearance_options: false,
    table_cell_advtab: false,
    table_column_resizing: "preservetable",
    table_default_attributes: {},
    table_default_styles: {},
    table_resize_bars: false,
    table_row_advtab: false,
    table_sizing_mode: "auto",
    table_use_colgroups: false,
    init_instance_callback: connect,
  });
})();
