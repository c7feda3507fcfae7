import { markdown, markdownLanguage } from "@codemirror/lang-markdown";
import { HighlightStyle, syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { tags } from "@lezer/highlight";

/** Classes for Markdown's parts; `note.css` gives them their looks. */
const looks = HighlightStyle.define([
  { tag: tags.heading1, class: "md-h1" },
  { tag: tags.heading2, class: "md-h2" },
  { tag: [tags.heading3, tags.heading4], class: "md-h3" },
  { tag: [tags.heading5, tags.heading6], class: "md-h3" },
  { tag: tags.strong, class: "md-strong" },
  { tag: tags.emphasis, class: "md-emphasis" },
  { tag: tags.strikethrough, class: "md-strike" },
  { tag: tags.link, class: "md-link" },
  { tag: tags.url, class: "md-url" },
  { tag: tags.monospace, class: "md-code" },
  { tag: tags.quote, class: "md-quote" },
  { tag: tags.processingInstruction, class: "md-sign" },
  { tag: tags.contentSeparator, class: "md-sign" },
]);

/** GitHub's Markdown: tables, tasks and strike-through included. */
export function markdownNote(): Extension {
  return [
    markdown({ base: markdownLanguage, completeHTMLTags: false }),
    syntaxHighlighting(looks),
  ];
}
