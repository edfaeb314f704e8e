import { marked } from 'marked'

const style = `body{font:15px/1.5 system-ui,sans-serif;max-width:75rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;display:block;overflow-x:auto}th,td{border:1px solid #bbb;padding:.25rem .6rem;text-align:left;vertical-align:top}
th{background:#f2f2f2}pre{background:#f6f6f6;padding:1rem;overflow-x:auto;line-height:1.25}h2{border-bottom:1px solid #ddd;margin-top:2.5rem}`

/** Markdown as a page that stands alone: no script, no picture, no file beside it. */
export function evidencePage(title: string, markdown: string): string {
  const body = marked.parse(markdown, { async: false, gfm: true })
  return [
    '<!doctype html>',
    '<html lang="en">',
    `<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title>`,
    `<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">`,
    `<style>${style}</style></head>`,
    `<body>${body}</body>`,
    '</html>',
    '',
  ].join('\n')
}
