/** The page's only style sheet; its hash is in the page's content security policy. Colours meet WCAG AA on their grounds. */
export const STYLE = `
:root{color-scheme:light dark;--bg:#f6f7f9;--card:#fff;--ink:#16191f;--soft:#545c69;--line:#dfe3e8;--fill:#eef1f4;--accent:#2b59c3;--bar:#9db2d6;
--critical:#b3201f;--high:#b04a00;--medium:#7a5d00;--low:#4d5a6b;--critical-bg:#fdeceb;--high-bg:#fdf0e4;--medium-bg:#fbf4d9;--low-bg:#edf0f4}
@media (prefers-color-scheme:dark){:root{--bg:#0f1217;--card:#171b22;--ink:#e7eaf0;--soft:#a1aab8;--line:#2b313b;--fill:#1f252e;--accent:#8fb0ff;--bar:#4c648f;
--critical:#ff8b85;--high:#ffab6b;--medium:#ecc94f;--low:#b0bac8;--critical-bg:#3a1a1b;--high-bg:#38240f;--medium-bg:#332a0c;--low-bg:#232a34}}
*{box-sizing:border-box}
body{margin:0;background:var(--bg);color:var(--ink);font:15px/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-font-smoothing:antialiased}
main,.top,footer{max-width:1080px;margin:0 auto;padding:0 28px}
.top{padding-top:30px;display:flex;flex-wrap:wrap;justify-content:space-between;gap:4px 24px;color:var(--soft);font-size:13px}
.brand{font-weight:650;letter-spacing:.02em;color:var(--ink)}
h1{font-size:27px;line-height:1.25;letter-spacing:-.015em;font-weight:650;margin:14px 0 10px;text-wrap:balance}
h2{font-size:18px;letter-spacing:-.005em;font-weight:650;margin:44px 0 14px}
h3{font-size:16px;line-height:1.4;font-weight:620;margin:0}
h4{font-size:13px;font-weight:620;margin:18px 0 6px;color:var(--soft)}
p{margin:0 0 8px;max-width:84ch;text-wrap:pretty}
.lead{font-size:16px;margin-bottom:4px}
a{color:var(--accent)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:1px;background:var(--line);border:1px solid var(--line);border-radius:10px;overflow:hidden;margin:24px 0 0}
.tile{background:var(--card);padding:14px 18px}
.tile dt{font-size:12.5px;color:var(--soft);margin:0}
.tile dd{margin:2px 0 0;font-size:21px;font-weight:620;letter-spacing:-.01em;font-variant-numeric:tabular-nums}
.tile dd small{font-size:12.5px;font-weight:400;letter-spacing:0;color:var(--soft)}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:20px 22px;margin:0 0 14px}
.notes{list-style:none;margin:22px 0 0;padding:0;border:1px solid var(--line);border-radius:10px;background:var(--card);font-size:14px}
.notes li{padding:11px 18px;border-top:1px solid var(--line);max-width:none}
.notes li:first-child{border-top:0}
.notes strong{color:var(--medium);font-weight:640}
.level{display:inline-block;white-space:nowrap;min-width:66px;text-align:center;font-size:12px;font-weight:640;border-radius:999px;padding:2px 10px;line-height:1.5}
.critical{color:var(--critical);background:var(--critical-bg)}.high{color:var(--high);background:var(--high-bg)}
.medium{color:var(--medium);background:var(--medium-bg)}.low{color:var(--low);background:var(--low-bg)}
.group{padding:0;margin-top:0}
.group>summary{width:auto;color:inherit;list-style:none;border-radius:10px}
.group>summary::-webkit-details-marker{display:none}
.group>summary:hover h3{color:var(--accent)}
.group .rank::after{content:"";display:inline-block;margin-left:9px;border:4px solid transparent;border-left-color:var(--soft);border-right-width:0}
.group[open]>summary .rank::after{transform:rotate(90deg)}
.ghead{display:grid;grid-template-columns:auto 1fr auto;gap:4px 14px;align-items:baseline;padding:18px 22px}
.plainhead{grid-template-columns:1fr auto;padding:0 0 6px}.card>.scroll{margin-top:14px}.nowrap{white-space:nowrap;overflow-wrap:normal}:target{outline:2px solid var(--accent);outline-offset:4px;border-radius:8px}
.rank{color:var(--soft);font-variant-numeric:tabular-nums;min-width:2.4em}
.meta{color:var(--soft);font-size:13px;margin:2px 0 0}.card>.meta{margin-bottom:10px}.card>p.meta:last-child{margin:12px 0 0}
.group>.ghead .meta{grid-column:2/4}
.finding{border-top:1px solid var(--line);padding:16px 22px 18px 72px}
.finding .meta{margin-bottom:8px}
.finding .what{font-weight:560}
.cols{display:grid;grid-template-columns:1fr 1fr;gap:0 32px}
ul.plain{margin:0;padding-left:18px}
ul.plain li{margin:2px 0}ul.plain .quiet{font-size:13px}
table{border-collapse:collapse;width:100%;font-size:13.5px}
th{font-weight:600;text-align:left;color:var(--soft);border-bottom:1px solid var(--line);padding:6px 14px 6px 0;vertical-align:bottom}
td{border-bottom:1px solid var(--line);padding:7px 14px 7px 0;vertical-align:top;overflow-wrap:anywhere}
tr:last-child td{border-bottom:0}
.num{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;overflow-wrap:normal}
.scroll{overflow-x:auto}.scroll:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
code,.raw,.mono{font:12.5px/1.55 ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
.lines{list-style:none;margin:0;padding:0;border:1px solid var(--line);border-radius:8px;background:var(--fill);overflow:hidden}
.lines li{display:grid;grid-template-columns:170px 1fr;gap:14px;padding:6px 12px;border-top:1px solid var(--line)}
.lines li:first-child{border-top:0}
.lines .at{color:var(--soft);font-size:12px;overflow-wrap:anywhere}
.raw{white-space:pre-wrap;overflow-wrap:anywhere}
details{margin-top:12px}
summary{cursor:pointer;color:var(--accent);font-size:13.5px;width:max-content;max-width:100%;border-radius:4px}
summary:focus-visible,a:focus-visible{outline:2px solid var(--accent);outline-offset:3px}
details.more>summary{margin:0 0 12px}
.group>details{border-top:1px solid var(--line);margin:0;padding:12px 22px 14px 72px}
.group>details>.finding{border-top:0;margin:0;padding:14px 0}
.group>details>.finding+.finding{border-top:1px solid var(--line)}
dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:4px 20px;margin:10px 0 0;font-size:13px}
dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}
figure{margin:0}
figcaption{font-size:13px;color:var(--soft);margin:0 0 10px}
svg{display:block;max-width:100%;width:100%;height:auto;overflow:visible}
svg text{font:11.5px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--soft)}
svg .bar{fill:var(--bar)}svg .axis{stroke:var(--line);stroke-width:1}svg .rule{stroke:var(--critical);stroke-width:1.5;stroke-dasharray:4 3}svg .strong{fill:var(--ink)}
svg .ci{stroke:var(--accent);stroke-width:2}svg .dot{fill:var(--accent)}svg .over{fill:var(--critical)}
svg .band{fill:var(--bar);opacity:.35}svg .line{fill:var(--accent);stroke:var(--accent);stroke-width:1.2;stroke-linejoin:round}svg .next{fill:none;stroke:var(--accent);stroke-width:1.6;stroke-dasharray:5 3}
svg .limit{paint-order:stroke;stroke:var(--card);stroke-width:4px;stroke-linejoin:round}
svg .m-critical{fill:var(--critical)}svg .m-high{fill:var(--high)}svg .m-medium{fill:var(--medium)}svg .m-low{fill:var(--low)}
.key{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:12.5px;color:var(--soft);margin:10px 0 0}
.pair{display:grid;grid-template-columns:3fr 2fr;gap:28px;margin-top:18px}
.quiet{color:var(--soft)}
footer{padding-top:32px;padding-bottom:48px;color:var(--soft);font-size:12.5px}
@media (max-width:760px){.tiles{grid-template-columns:1fr 1fr}.tile dd small{display:block}.scroll table{min-width:560px}figure{overflow-x:auto}.card>figure svg{min-width:640px}main,.top,footer{padding-left:16px;padding-right:16px}.cols,.pair,.lines li{grid-template-columns:1fr;gap:4px}.finding,.group>details{padding-left:22px}h1{font-size:23px}}
@media print{body{background:#fff}.card,.tile{break-inside:avoid}}
`;
