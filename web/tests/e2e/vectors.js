// Texts that would run a script wherever they were taken for markup, each of a
// class that has opened a comment system before. `call` is what they run: it tells
// the test which of them did.
//
// That they have teeth is tested, too: xss.test.js puts them where nothing is
// cleaned, and counts.

/** @typedef {{id: string, kind: string, text: string}} Vector */

/** @type {Record<string, ((call: string) => string)[]>} */
const KINDS = {
  tag: [
    (call) => `<script>${call}</script>`,
    (call) => `<ScRiPt type=text/javascript>${call}</sCrIpT >`,
    (call) => `</textarea></title></style><script>${call}</script>`,
    (call) => `<script\n>${call}</script\n>`,
    (call) => `<scr<script>ipt>${call}</scr</script>ipt>`,
    (call) => `--><script>${call}</script><!--`,
    (call) => `]]><script>${call}</script><![CDATA[`,
    (call) => `<script src="data:text/javascript,${call}"></script>`,
    (call) => `<style>@keyframes k{}</style><b style="animation:k 1ms" onanimationstart="${call}">k</b>`,
    (call) => `<object data="data:text/html,<script>parent.${call}</script>"></object>`,
    (call) => `<embed src="data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='${call}'/>">`,
    (call) => `<base href="javascript:${call}//"><a href="#">base</a>`,
    (call) => `<meta http-equiv="refresh" content="0;url=javascript:${call}">`,
    (call) => `<link rel="stylesheet" href="data:text/css,*{}" onload="${call}">`,
  ],
  attribute: [
    (call) => `<img src=x onerror=${call}>`,
    (call) => `<img src=x onerror = "${call}" alt='`,
    (call) => `"><img src=x onerror="${call}">`,
    (call) => `'><img src=x onerror='${call.replaceAll("'", '"')}'>`,
    (call) => `" onfocus="${call}" autofocus tabindex="1" x="`,
    (call) => `' onmouseover='${call.replaceAll("'", '"')}' x='`,
    (call) => `<input autofocus onfocus="${call}">`,
    (call) => `<details open ontoggle="${call}"><summary>s</summary>t</details>`,
    (call) => `<video><source onerror="${call}"></video>`,
    (call) => `<audio src=x onerror="${call}"></audio>`,
    (call) => `<body onload="${call}">`,
    (call) => `<b onclick="${call}" onmouseover="${call}">touch</b>`,
    (call) => `<img/src="x"/onerror="${call}">`,
    (call) => `<img src="x\`\`onerror=1" onerror\u000c="${call}">`,
    (call) => `<form action="javascript:${call}"><button>send</button></form>`,
    (call) => `<button formaction="javascript:${call}" form="f">f</button><form id="f"></form>`,
    (call) => `<div contenteditable autofocus onfocus="${call}">edit</div>`,
    (call) => `<p id="x" style="background:url('javascript:${call.replaceAll("'", "\\'")}')">old</p>`,
  ],
  "svg and math": [
    (call) => `<svg onload="${call}"></svg>`,
    (call) => `<svg><script>${call}</script></svg>`,
    (call) => `<svg><a xlink:href="javascript:${call}"><text y="20">svg link</text></a></svg>`,
    (call) => `<svg><animate attributeName="href" values="javascript:${call}" onbegin="${call}" dur="1s"/></svg>`,
    (call) => `<svg><set attributeName="onmouseover" to="${call}" onbegin="${call}"/></svg>`,
    (call) => `<svg><foreignObject><img src=x onerror="${call}"></foreignObject></svg>`,
    (call) => `<math><mtext><img src=x onerror="${call}"></mtext></math>`,
    (call) => `<math href="javascript:${call}"><mi>click</mi></math>`,
  ],
  mutation: [
    (call) => `<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=${call}&gt;">`,
    (call) => `<svg></p><style><a id="</style><img src=x onerror=${call}>">`,
    (call) => `<noscript><p title="</noscript><img src=x onerror=${call}>">`,
    (call) => `<form><math><mtext></form><form><mglyph><style></math><img src=x onerror=${call}>`,
    (call) => `<table><td><select><style></select><img src=x onerror=${call}></style>`,
    (call) => `<xmp><p title="</xmp><img src=x onerror=${call}>"></xmp>`,
    (call) => `<listing>&lt;img src=x onerror=${call}&gt;</listing>`,
    (call) => `&lt;img src=x onerror=${call}&gt;`,
    (call) => `&amp;lt;img src=x onerror=${call}&amp;gt;`,
  ],
  "template and frame": [
    (call) => `<template><img src=x onerror="${call}"></template>`,
    (call) => `<div><template shadowrootmode="open"><img src=x onerror="${call}"></template></div>`,
    (call) => `<iframe srcdoc="<script>parent.${call}</script>"></iframe>`,
    (call) => `<iframe src="javascript:parent.${call}"></iframe>`,
    (call) => `<iframe src="data:text/html,<script>top.${call}</script>"></iframe>`,
    (call) => `<understory-thread site="demo" thread="x" onclick="${call}" is="x"></understory-thread>`,
    (call) => `<slot name="x" onslotchange="${call}"></slot>{{constructor.constructor("${call}")()}}\${${call}}<%= ${call} %>`,
  ],
  link: [
    (call) => `<a href="javascript:${call}">link</a>`,
    (call) => `<a href="JaVaScRiPt:${call}">link</a>`,
    (call) => `<a href="java\tscript:${call}">link</a>`,
    (call) => `<a href="&#106;avascript:${call}">link</a>`,
    (call) => `<a href="\u0001javascript:${call}">link</a>`,
    (call) => `<a href=" javascript:${call}">link</a>`,
    (call) => `<a href="data:text/html,<script>opener.${call}</script>" target="_blank">link</a>`,
    (call) => `<a href="vbscript:${call}">link</a>`,
  ],
  Markdown: [
    (call) => `[link](javascript:${call})`,
    (call) => `[link](<javascript:${call}>)`,
    (call) => `[link](JAVASCRIPT&colon;${call})`,
    (call) => `[link](java&Tab;script:${call})`,
    (call) => `[link][r]\n\n[r]: javascript:${call}`,
    (call) => `<javascript:${call}>`,
    (call) => `![picture](x "\\" onerror=\\"${call}")`,
    (call) => `![picture](javascript:${call})`,
    (call) => `[link](https://a.example/" onmouseover="${call})`,
    (call) => `[link](https://a.example 'title" onmouseover="${call.replaceAll("'", "")}')`,
    (call) => `[link](data:text/html;base64,${Buffer.from(`<script>opener.${call}</script>`).toString("base64")})`,
    (call) => "```html\" onmouseover=\"" + call + "\n<img src=x onerror=" + call + ">\n```",
    (call) => `\`<img src=x onerror=${call}>\``,
    (call) => `> <img src=x\n> onerror=${call}>`,
    (call) => `| a |\n|---|\n| <img src=x onerror=${call}> |`,
    (call) => `https://a.example/?"onmouseover="${call}`,
    (call) => `[<img src=x onerror=${call}>](https://a.example)`,
    (call) => `1. <img src=x onerror=${call}>\n\n   <b onclick=${call}>x</b>`,
  ],
  unicode: [
    (call) => `\uFF1Cscript\uFF1E${call}\uFF1C/script\uFF1E`,
    (call) => `<img src=x on\u200Berror=${call} onerror\u00A0=${call}>`,
    (call) => `\u202E<img src=x onerror=${call}>\u202C`,
    (call) => `\u02BAonmouseover=\u02BA${call}\u02BA <\u017Fcript>${call}</\u017Fcript>`,
    (call) => `\uFEFF<script>${call}</script>`,
    (call) => `+ADw-script+AD4-${call}+ADw-/script+AD4-`,
    (call) => `\u2028<img src=x onerror=${call}>\u2029`,
  ],
};

/**
 * What is called when a vector runs: `window.__xss`, which the test provides.
 *
 * @param {string} where which write path, so that a hit can be told from others
 * @returns {Vector[]}
 */
export function vectors(where) {
  return Object.entries(KINDS).flatMap(([kind, list]) =>
    list.map((make, at) => {
      const id = `${kind.replaceAll(" ", "-")}-${at + 1}`;
      return { id, kind, text: make(`__xss('${where}/${id}')`) };
    }),
  );
}

/** Short ones, for a name or a login of 32 characters. @param {string} call of at most 7 characters */
export function shortVectors(call) {
  return [
    `<script>${call}</script>`,
    `<img src onerror=${call}>`,
    `<svg onload=${call}>`,
    `"><b onclick=${call}>x`,
    `' onclick='${call}`,
    `" onclick="${call}`,
    `<b onclick=${call}>x`,
    `javascript:${call}`,
    `[x](javascript:${call})`,
    `&lt;svg onload=${call}&gt;`,
    `{{${call}}}`,
    `<a href=javascript:${call}>`,
    `\u202E<svg onload=${call}>`,
    `\uFF1Csvg onload=${call}\uFF1E`,
  ];
}
